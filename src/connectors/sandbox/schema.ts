import { RECORD_KINDS, type RecordKind } from '../../model/records.ts';

/** Raised whenever the tables change; a file of another version is not opened. */
export const SCHEMA_VERSION = 1;

/** How a list is narrowed: the column, or for records of several or all properties the condition. */
export type Filter = 'property_id' | 'unit_id' | 'household_id';

/** Which narrowing each kind knows; a filter that a kind does not know is refused rather than ignored. */
export const FILTERS: Readonly<Record<RecordKind, readonly Filter[]>> = {
  property: ['property_id'],
  building: ['property_id'],
  unit: ['property_id', 'unit_id'],
  household: ['property_id', 'unit_id', 'household_id'],
  resident: ['property_id', 'unit_id', 'household_id'],
  lease: ['property_id', 'unit_id', 'household_id'],
  staff: ['property_id'],
  vendor: ['property_id'],
  work_order: ['property_id', 'unit_id'],
  guest_card: ['property_id'],
  tour: ['property_id', 'unit_id'],
  gl_account: ['property_id'],
  charge_code: ['property_id'],
  ledger_entry: ['property_id', 'unit_id', 'household_id'],
  bill: ['property_id'],
  journal_entry: ['property_id'],
  communication: ['property_id'],
};

/** First id of each kind, so that ids look like those of a PMS that has been in use for a while. */
export const FIRST_ID: Readonly<Record<RecordKind, number>> = {
  property: 11,
  building: 41,
  unit: 301,
  household: 2001,
  resident: 7001,
  lease: 5001,
  staff: 71,
  vendor: 501,
  work_order: 901,
  guest_card: 3001,
  tour: 6001,
  gl_account: 101,
  charge_code: 21,
  ledger_entry: 10001,
  bill: 8001,
  journal_entry: 4001,
  communication: 9001,
};

/*
 * One table per kind, the record itself as JSON. The columns beside it are those that lists are narrowed by, and the
 * two tables after them carry what has to be unique across records. AUTOINCREMENT: an id is never given out twice.
 */
export const TABLES = [
  ...RECORD_KINDS.map(
    (kind) => `CREATE TABLE ${kind} (id INTEGER PRIMARY KEY AUTOINCREMENT, property_id INTEGER, unit_id INTEGER,
      household_id INTEGER, updated_at INTEGER NOT NULL, body TEXT NOT NULL)`,
  ),
  ...RECORD_KINDS.map((kind) => `INSERT INTO sqlite_sequence (name, seq) VALUES ('${kind}', ${FIRST_ID[kind] - 1})`),
  `CREATE TABLE invoice (vendor_id INTEGER NOT NULL, number TEXT NOT NULL, bill_id INTEGER NOT NULL,
    PRIMARY KEY (vendor_id, number)) WITHOUT ROWID`,
  `CREATE TABLE booking (tour_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, agent_id INTEGER,
    start_at INTEGER NOT NULL, end_at INTEGER NOT NULL)`,
  `CREATE TABLE effect (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL,
    operation TEXT NOT NULL, kind TEXT NOT NULL, record_id TEXT NOT NULL, idempotency_key TEXT, body_digest TEXT,
    result TEXT NOT NULL)`,
].join(';\n');

/** Made after seeding: filling indexes row by row would double the time. */
export const INDEXES = [
  ...RECORD_KINDS.flatMap((kind) =>
    [...FILTERS[kind], 'updated_at']
      .filter((column) => column !== `${kind}_id`)
      .map((column) => `CREATE INDEX ${kind}_by_${column} ON ${kind} (${column})`),
  ),
  'CREATE INDEX booking_by_unit ON booking (unit_id, start_at)',
  'CREATE INDEX booking_by_agent ON booking (agent_id, start_at)',
  'CREATE INDEX effect_by_key ON effect (idempotency_key) WHERE idempotency_key IS NOT NULL',
].join(';\n');
