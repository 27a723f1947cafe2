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
  // Every list is read in the order of its index: where it had to be sorted, SQLite would rather read the whole kind.
  'create index mirror_records_property on mirror_records (connection, kind, property_id, scope, id)',
  'create index mirror_records_dated on mirror_records (connection, kind, property_id, listed_on, scope, id)',
  `create index mirror_records_common on mirror_records (connection, kind, property_id, listed_on, scope, id)
    where unit_id is null`,
  ...['unit_id', 'household_id', 'resident_id', 'vendor_id'].map(
    (column) => `create index mirror_records_${column} on mirror_records (connection, kind, ${column}, scope, id)
      where ${column} is not null`,
  ),
  // Somebody's open work is counted in the index alone.
  ...['vendor_id', 'technician_id'].map(
    (column) => `create index mirror_records_load_${column} on mirror_records (connection, kind, ${column}, status)
      where ${column} is not null`,
  ),
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
