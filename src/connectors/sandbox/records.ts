import type { SQLInputValue } from 'node:sqlite';
import type { RecordKind, RecordOf } from '../../model/records.ts';
import { VendorError, type ListQuery, type Page } from '../connector.ts';
import type { Database } from './database.ts';
import { FILTERS } from './schema.ts';

const DEFAULT_LIMIT = 200;
/** More than this per page is cut down to it, as most vendors do. */
const MAX_LIMIT = 2000;

/** The row of an id, or undefined for text that this PMS never gives out as one. */
function rowId(id: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined;
}

/** The columns that a record is listed by; a property, unit or household is listed under itself as well. */
function columnsOf(kind: RecordKind, id: number, record: object): (number | null)[] {
  return (['property_id', 'unit_id', 'household_id'] as const).map((column) => {
    if (column === `${kind}_id`) return id;
    const value = (record as { [key: string]: unknown })[column];
    return typeof value === 'string' ? (rowId(value) ?? null) : null;
  });
}

/** Portfolio-wide records are everyone's; staff may be limited to properties. */
function propertyCondition(kind: RecordKind): string {
  if (kind === 'staff') {
    return `(json_array_length(body, '$.property_ids') = 0
      OR EXISTS (SELECT 1 FROM json_each(body, '$.property_ids') WHERE CAST(value AS INTEGER) = ?))`;
  }
  return kind === 'vendor' || kind === 'gl_account' || kind === 'charge_code' ? '? IS NOT NULL' : 'property_id = ?';
}

interface Position {
  updated_at?: number;
  id: number;
}

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.id, position.updated_at])).toString('base64url');
}

function decodeCursor(cursor: string, byChange: boolean): Position {
  try {
    const [id, updated_at] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(id) && Number.isSafeInteger(updated_at) === byChange) {
      return { id: id as number, ...(byChange && { updated_at: updated_at as number }) };
    }
  } catch {
    // Falls through to the refusal below.
  }
  throw new VendorError('refused', 'The cursor is not one that this list gave out.', { field: 'cursor' });
}

function pageSize(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new VendorError('refused', 'A page has at least one record.', { field: 'limit' });
  }
  return Math.min(limit, MAX_LIMIT);
}

function changedSince(since: string): number {
  const at = Date.parse(since);
  if (Number.isNaN(at)) throw new VendorError('refused', 'Not a moment in ISO 8601.', { field: 'since' });
  return at;
}

/** The records of the PMS, by kind and id. Writes belong inside a transaction. */
export class Records {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  find<K extends RecordKind>(kind: K, id: string): RecordOf<K> | undefined {
    const row = rowId(id);
    if (row === undefined) return undefined;
    const found = this.#db.get(`SELECT body FROM ${kind} WHERE id = ?`, row);
    return found === undefined ? undefined : (JSON.parse(found['body'] as string) as RecordOf<K>);
  }

  /** Assigns the id and stores what `make` makes of it. */
  insert<K extends RecordKind>(kind: K, make: (id: string) => RecordOf<K>): RecordOf<K> {
    const last = this.#db.get('SELECT seq FROM sqlite_sequence WHERE name = ?', kind);
    const id = Number(last?.['seq'] ?? 0) + 1;
    const record = make(String(id));
    this.insertAs(kind, id, record, this.#now());
    return record;
  }

  /** Stores a record under an id that the caller has assigned. */
  insertAs<K extends RecordKind>(kind: K, id: number, record: RecordOf<K>, updatedAt: number): void {
    const [property, unit, household] = columnsOf(kind, id, record);
    this.#db
      .statement(
        `INSERT INTO ${kind} (id, property_id, unit_id, household_id, updated_at, body) VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(id, property ?? null, unit ?? null, household ?? null, updatedAt, JSON.stringify(record));
  }

  replace<K extends RecordKind>(kind: K, record: RecordOf<K>): void {
    const id = Number(record.id);
    const [property, unit, household] = columnsOf(kind, id, record);
    this.#db.run(
      `UPDATE ${kind} SET property_id = ?, unit_id = ?, household_id = ?, updated_at = ?, body = ? WHERE id = ?`,
      property ?? null,
      unit ?? null,
      household ?? null,
      this.#now(),
      JSON.stringify(record),
      id,
    );
  }

  remove(kind: RecordKind, id: string): void {
    this.#db.run(`DELETE FROM ${kind} WHERE id = ?`, rowId(id) ?? null);
  }

  all<K extends RecordKind>(kind: K): RecordOf<K>[] {
    return this.#db
      .all(`SELECT body FROM ${kind} ORDER BY id`)
      .map((row) => JSON.parse(row['body'] as string) as RecordOf<K>);
  }

  /** All records of a kind on one property, unit or household. */
  where<K extends RecordKind>(kind: K, column: 'property_id' | 'unit_id' | 'household_id', id: string): RecordOf<K>[] {
    return this.#db
      .all(`SELECT body FROM ${kind} WHERE ${column} = ? ORDER BY id`, rowId(id) ?? null)
      .map((row) => JSON.parse(row['body'] as string) as RecordOf<K>);
  }

  /**
   * One page. Without `since` in the order of ids; with `since` in the order of changes, so that a record that changes
   * while the pages are read moves to the end and is seen again instead of being missed. `total` is on the first page.
   */
  page<K extends RecordKind>(kind: K, query: ListQuery): Page<K> {
    const byChange = query.since !== undefined;
    const { conditions, values } = this.#narrowing(kind, query);
    const where = (extra: string[]) => {
      const all = [...conditions, ...extra];
      return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`;
    };
    const total =
      query.cursor === undefined
        ? Number(this.#db.get(`SELECT count(*) AS n FROM ${kind} ${where([])}`, ...values)?.['n'])
        : undefined;
    const limit = pageSize(query.limit);
    const after: SQLInputValue[] = [];
    const position: string[] = [];
    if (query.cursor !== undefined) {
      const from = decodeCursor(query.cursor, byChange);
      position.push(byChange ? '(updated_at, id) > (?, ?)' : 'id > ?');
      after.push(...(from.updated_at === undefined ? [from.id] : [from.updated_at, from.id]));
    }
    const rows = this.#db.all(
      `SELECT id, updated_at, body FROM ${kind} ${where(position)}
        ORDER BY ${byChange ? 'updated_at, id' : 'id'} LIMIT ?`,
      ...values,
      ...after,
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      records: shown.map((row) => JSON.parse(row['body'] as string) as RecordOf<K>),
      ...(more && {
        next_cursor: encodeCursor({
          id: Number(last['id']),
          ...(byChange && { updated_at: Number(last['updated_at']) }),
        }),
      }),
      ...(total !== undefined && { total }),
    };
  }

  #narrowing(kind: RecordKind, query: ListQuery): { conditions: string[]; values: SQLInputValue[] } {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    for (const filter of ['property_id', 'unit_id', 'household_id'] as const) {
      const id = query[filter];
      if (id === undefined) continue;
      if (!FILTERS[kind].includes(filter)) {
        throw new VendorError('refused', `Records of kind ${kind} cannot be listed by ${filter}.`, { field: filter });
      }
      const column = filter === `${kind}_id` ? 'id = ?' : `${filter} = ?`;
      conditions.push(filter === 'property_id' && kind !== 'property' ? propertyCondition(kind) : column);
      // An id that this PMS never gave out matches nothing.
      values.push(rowId(id) ?? -1);
    }
    if (query.since !== undefined) {
      conditions.push('updated_at >= ?');
      values.push(changedSince(query.since));
    }
    return { conditions, values };
  }
}
