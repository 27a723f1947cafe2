import * as z from 'zod/v4';
import type { Evidence, FieldCapability, RecordCapability, Support } from '../connector.ts';
import { RECORDS, type RecordKind, type RecordOf } from '../../model/records.ts';
import type { Circumstances, Codec, Place } from './codecs.ts';
import { writable, type ValueTables } from './value_tables.ts';
import type { ValueTableName } from '../connector.ts';

/**
 * One line of the mapping between a canonical record and what a PMS has: which field, where it stands on the wire, how it
 * is read and written, and what there is to know about it. Capabilities, reading and writing all come from these lines.
 */
export interface Row {
  field: string;
  /** Where it stands in the PMS's answer; a path with dots. */
  wire: string;
  as: Codec;
  /** Where it is written, if elsewhere; `false` where it is not written at all. */
  write?: string | false;
  /** `mapped` where the PMS has other words for it; `native` by default. */
  support?: Support;
  evidence?: Evidence;
  /** Characters that the PMS takes in it. */
  max_length?: number;
  pattern?: string;
  /** The value table that its words come from. */
  table?: ValueTableName;
  /** Where several values become one and no table says so: what the PMS shows for each of those that it cannot hold. */
  shown_as?: Readonly<Record<string, string>>;
  /** Where only some records have a place for it: what is read of those that have none. */
  missing_as?: string;
  /** Every answer has it: where it is missing, the PMS has changed. */
  always?: true;
  /** What the PMS calls it, for people, where `wire` does not say it: `Address1, City, State, Zip`. */
  called?: string;
  /** The PMS takes it, but it was not seen to show it: what was written there is not proved by reading. */
  readable?: false;
  /** The values that can be written, where no table says so. */
  values?: readonly string[];
  note?: string;
}

/** A canonical field that the PMS has no place for; it is kept beside the record. */
export interface NotHeld {
  field: string;
  support: 'sidecar' | 'unsupported';
  note?: string;
}

export interface RecordFacts {
  /** What the PMS calls it, for people. */
  wire: string;
  read?: Support;
  changes: RecordCapability['changes'];
  freshness_seconds: number;
  evidence: Evidence;
  note?: string;
}

/** The mapping of one record kind: rows in the order in which they are read, and fields that the PMS does not hold. */
export interface RecordMapping<K extends RecordKind> {
  kind: K;
  facts: RecordFacts;
  rows: readonly Row[];
  not_held: readonly NotHeld[];
}

/** Makes a mapping. Throws `RangeError` for a field that the canonical record does not have, or has twice in it. */
export function mapping<K extends RecordKind>(
  kind: K,
  facts: RecordFacts,
  rows: readonly Row[],
  not_held: readonly NotHeld[] = [],
): RecordMapping<K> {
  const known = RECORDS[kind].shape as Record<string, unknown>;
  const seen = new Set<string>();
  for (const { field } of [...rows, ...not_held]) {
    if (!(field in known)) throw new RangeError(`${kind} has no field ${field}`);
    if (seen.has(field)) throw new RangeError(`${kind}.${field} is mapped twice`);
    seen.add(field);
  }
  return { kind, facts, rows, not_held };
}

/** The value at a path with dots, undefined where there is none. */
export function valueAt(wire: unknown, path: string): unknown {
  if (path === '') return wire;
  if (!path.includes('.')) return (wire as Record<string, unknown> | null | undefined)?.[path];
  let value = wire;
  for (const part of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** Puts a value at a path with dots, making objects on the way. */
function putAt(body: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop() as string;
  let holder = body;
  for (const part of parts) holder = (holder[part] ??= {}) as Record<string, unknown>;
  holder[last] = value;
}

/**
 * A record in canonical form; `more` are fields that do not come from the rows (they stand in another answer). Undefined,
 * and told as drift, where the answer lacks what no record can be without.
 */
export function readRecord<K extends RecordKind>(
  { kind, rows }: RecordMapping<K>,
  wire: unknown,
  circumstances: Circumstances,
  more: Partial<RecordOf<K>> = {},
): RecordOf<K> | undefined {
  const fields: Record<string, unknown> = { ...more };
  // One place for all rows: a portfolio has a million of them to read.
  const at: Place = { ...circumstances, path: '' };
  const home = kind === 'property' ? 'id' : 'property_id';
  for (const row of rows) {
    if (fields[row.field] !== undefined) continue;
    const raw = valueAt(wire, row.wire);
    at.path = `${kind}.${row.wire}`;
    if (raw === undefined && row.always) circumstances.onDrift('missing_field', at.path);
    if (fields[home] !== undefined) at.property_id = fields[home] as string;
    const value = row.as.read(raw, at);
    if (value !== undefined) fields[row.field] = value;
  }
  const parsed = (RECORDS[kind] as unknown as z.ZodType<RecordOf<K>>).safeParse(fields);
  if (parsed.success) return parsed.data;
  for (const { path } of parsed.error.issues) circumstances.onDrift('missing_field', `${kind}.${path.join('.')}`);
  return undefined;
}

/**
 * The wire's body for canonical values: every row whose field is among them and that is written. Null clears a field.
 * Throws `VendorError` `unsupported` for a value that the PMS has no word for.
 */
export function writeFields<K extends RecordKind>(
  { rows }: RecordMapping<K>,
  values: Readonly<Record<string, unknown>>,
  circumstances: Circumstances,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const property_id = values['property_id'] as string | undefined;
  for (const { field, wire, write = wire, as } of rows) {
    const value = values[field];
    if (value === undefined || write === false) continue;
    const at: Place = { ...circumstances, path: write, ...(property_id !== undefined && { property_id }) };
    putAt(body, write, value === null ? null : as.write(value as never, at));
  }
  return body;
}

/** What the rows say about a record kind, for capabilities. Canonical fields without a row are not readable. */
export function recordCapability<K extends RecordKind>(
  { kind, facts, rows, not_held }: RecordMapping<K>,
  tables: ValueTables,
): RecordCapability {
  const { read = 'native', evidence, ...rest } = facts;
  const fields: Record<string, FieldCapability> = {};
  for (const row of rows) fields[row.field] = fieldCapability(row, evidence, tables);
  for (const { field, support, note } of not_held)
    fields[field] = { support, readable: false, evidence, ...(note !== undefined && { note }) };
  for (const field of Object.keys(RECORDS[kind].shape))
    fields[field] ??= { support: 'unsupported', readable: false, evidence };
  return { ...rest, read, evidence, fields };
}

function fieldCapability(row: Row, evidence: Evidence, tables: ValueTables): FieldCapability {
  const { max_length, pattern, note, table, values, shown_as, missing_as } = row;
  const { support = table === undefined ? 'native' : 'mapped' } = row;
  return {
    support,
    // What is kept beside the record has a row only where the canonical record cannot be without the field.
    readable: row.readable ?? support !== 'sidecar',
    evidence: row.evidence ?? evidence,
    wire: row.called ?? row.wire,
    ...(max_length !== undefined && { max_length }),
    ...(pattern !== undefined && { pattern }),
    ...(note !== undefined && { note }),
    ...(values !== undefined && { values }),
    ...(shown_as !== undefined && { shown_as }),
    ...(missing_as !== undefined && { missing_as }),
    ...(table !== undefined && writable(tables[table])),
  };
}
