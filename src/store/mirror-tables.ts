import type { Migration } from './dialect.ts';

/** Version 1 of the mirror. */
export const createMirror: Migration = ({ text, integer, real, table, key_only_table }) => [
  `create table mirror_records (
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    id ${text} not null,
    property_id ${text},
    unit_id ${text},
    household_id ${text},
    resident_id ${text},
    vendor_id ${text},
    technician_id ${text},
    status ${text},
    listed_on ${text},
    version ${text} not null,
    body_json ${text} not null,
    sealed ${text},
    as_of ${integer} not null,
    primary key (connection, kind, scope, id)
  ) ${table}`,
  // With the date, so that the newest few of a place cost the same however much has happened there.
  'create index mirror_records_property on mirror_records (connection, kind, property_id, listed_on)',
  'create index mirror_records_unit on mirror_records (connection, kind, unit_id, listed_on)',
  'create index mirror_records_common on mirror_records (connection, kind, property_id, listed_on) where unit_id is null',
  'create index mirror_records_household on mirror_records (connection, kind, household_id)',
  'create index mirror_records_resident on mirror_records (connection, kind, resident_id)',
  // With the status, so that somebody's open work is counted in the index alone.
  'create index mirror_records_vendor on mirror_records (connection, kind, vendor_id, status)',
  `create index mirror_records_technician on mirror_records (connection, kind, technician_id, status)
    where technician_id is not null`,
  'create index mirror_records_status on mirror_records (connection, kind, status, listed_on)',

  `create table mirror_versions (
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    id ${text} not null,
    version ${text} not null,
    body_json ${text} not null,
    sealed ${text},
    replaced_at ${integer} not null,
    primary key (connection, kind, scope, id, version)
  ) ${table}`,
  'create index mirror_versions_age on mirror_versions (replaced_at)',

  `create table mirror_keys (
    term ${text} not null,
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    id ${text} not null,
    property_id ${text},
    weight ${real} not null,
    primary key (term, connection, kind, scope, id)
  ) ${key_only_table}`,
  'create index mirror_keys_record on mirror_keys (connection, kind, scope, id)',

  `create table mirror_state (
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    loaded_at ${integer},
    cursor ${text},
    record_count ${integer} not null default 0,
    revision ${integer} not null default 0,
    primary key (connection, kind, scope)
  ) ${table}`,
];
