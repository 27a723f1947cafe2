import type { Migration } from './dialect.ts';

/** Which property a record belongs to that only Caretaker holds, so that a property's are found without opening all. */
export const addSidecarProperties: Migration = ({ text }) => [
  `alter table sidecar add column property_id ${text}`,
  'create index sidecar_property on sidecar (connection, kind, scope, property_id, record_id) where property_id is not null',
];
