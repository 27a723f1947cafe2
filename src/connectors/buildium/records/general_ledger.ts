import type { RecordOf } from '../../../model/records.ts';
import type { ListQuery, Page } from '../../connector.ts';
import { LONGEST_RANGE_DAYS, MOST_ACCOUNTS } from '../limits.ts';
import { idsFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

export const DAY_MS = 86_400_000;

/** The calendar day of a moment, in UTC. */
export const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** How many years of postings are read, the one that begins with the next month first. */
const YEARS_READ = 7;

/** The days of one year of postings, counted back from a month ahead; postings may be dated ahead. */
function yearOfPostings(now: number, year: number): { startdate: string; enddate: string } {
  const end = now + 30 * DAY_MS - year * LONGEST_RANGE_DAYS * DAY_MS;
  return { startdate: dayAt(end - (LONGEST_RANGE_DAYS - 1) * DAY_MS), enddate: dayAt(end) };
}

/**
 * Transactions of the general ledger, year by year and, in a year, some accounts after the other: the list wants a range
 * of days and the accounts by id. The cursor says in which year, where in it and at which accounts the list goes on. A
 * transaction whose lines are in accounts that are asked for apart comes more than once.
 */
export async function generalLedger<K extends 'ledger_entry' | 'journal_entry'>(
  vendor: Vendor,
  query: ListQuery,
  read: (transaction: wire.Transaction) => RecordOf<K> | undefined,
  signal?: AbortSignal,
): Promise<Page<K>> {
  const { client, clock } = vendor;
  const [year = 0, at = 0, part = 0] = query.cursor?.split(':').map(Number) ?? [];
  const accounts = await client.all<{ Id: number }>('v1/glaccounts', {}, signal);
  const asked = accounts.slice(part * MOST_ACCOUNTS, (part + 1) * MOST_ACCOUNTS);
  const page =
    asked.length === 0
      ? { rows: [] }
      : await client.page<wire.Transaction>(
          'v1/generalledger/transactions',
          {
            ...yearOfPostings(clock(), year),
            glaccountids: asked.map(({ Id }) => Id),
            ...(query.property_id !== undefined && { selectionentitytype: 'Rental' }),
            ...idsFilter('selectionentityid', query.property_id),
            ...idsFilter('selectionentityunitid', query.unit_id),
            lastupdatedfrom: query.since,
          },
          windowOf({ ...query, cursor: String(at) }),
          signal,
        );
  const { records } = vendor.pageOf<K, wire.Transaction>({ rows: page.rows }, read);
  const after = accounts.length > (part + 1) * MOST_ACCOUNTS ? [year, 0, part + 1] : [year + 1, 0, 0];
  const next = page.next_offset === undefined ? after : [year, page.next_offset, part];
  return { records, ...((next[0] ?? 0) < YEARS_READ && { next_cursor: next.join(':') }) };
}
