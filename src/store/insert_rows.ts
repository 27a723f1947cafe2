import type { Insertable, Kysely } from 'kysely';
import { preparedByShape } from './prepared.ts';
import type { LedgerTables } from './schema.ts';

/** Rows per statement at most. Numbers of rows are split into powers of two, so that few statements serve them all. */
const MOST = 32;

const statements = preparedByShape<LedgerTables, unknown>();

/** Inserts rows that all have the same columns. */
export async function insertRows<Table extends keyof LedgerTables & string>(
  db: Kysely<LedgerTables>,
  table: Table,
  rows: readonly (Insertable<LedgerTables[Table]> & object)[],
): Promise<void> {
  for (let from = 0; from < rows.length;) {
    const size = Math.min(MOST, 2 ** Math.floor(Math.log2(rows.length - from)));
    const part = rows.slice(from, from + size);
    const columns = Object.keys(part[0] ?? {});
    const insert = statements(`${table} ${size} ${columns.join()}`, (prepared, argument) =>
      prepared
        .insertInto(table as 'changes')
        .values(part.map((_row, at) => Object.fromEntries(columns.map((c) => [c, argument(`${at}.${c}`)])) as never)),
    );
    const values = part.flatMap((row, at) => Object.entries(row).map(([column, value]) => [`${at}.${column}`, value]));
    await insert(db, Object.fromEntries(values));
    from += size;
  }
}
