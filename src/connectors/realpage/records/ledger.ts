import { createHash } from 'node:crypto';
import type { LedgerEntry } from '../../../model/records.ts';
import { addDays } from '../../../model/zoned_time.ts';
import { day, dollarText, markedText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { PACE } from '../limits.ts';
import { isId, LEDGER_PAGE, placeOf } from '../paging.ts';
import type { Vendor } from '../vendor.ts';
import { residentsOf } from './people.ts';

/** A line of a resident ledger. It has no id of its own. */
type WireLine = Plain;

export const LEDGER_ENTRY = mapping(
  'ledger_entry',
  {
    wire: 'ResidentLedgerDetails',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'seen',
    note: 'lines have no id there: theirs is made of household, day and content',
  },
  [
    { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
    { field: 'household_id', wire: 'reshid', as: text, write: 'residentid' },
    {
      field: 'kind',
      wire: 'Amt',
      as: readBy((raw) => (String(raw).trim().startsWith('-') ? 'payment' : 'charge')),
      write: false,
      support: 'mapped',
      evidence: 'inferred',
      note: 'by the sign of Amt; payments and credits are not told apart',
    },
    { field: 'date', wire: 'TransDate', as: day, write: 'transdate', always: true },
    { field: 'amount', wire: 'Amt', as: dollarText, write: 'transamt', always: true },
    { field: 'charge_code_id', wire: 'TrancName', as: text, write: 'transname' },
    { field: 'memo', wire: 'TrancDesc', as: markedText, write: 'transdesc', evidence: 'inferred' },
  ],
  [
    { field: 'lease_id', support: 'sidecar' },
    { field: 'unit_id', support: 'sidecar' },
    { field: 'gl_account_id', support: 'sidecar', note: 'OneSite books a charge by its code' },
    { field: 'bill_id', support: 'sidecar' },
    { field: 'work_order_id', support: 'sidecar' },
    { field: 'reverses_id', support: 'unsupported' },
  ],
);

/** Days of a ledger that are read where nothing is said; older lines stay what they were. */
const LEDGER_DAYS = 3_653;

/** The lines of a household's ledger, between two days where they are given. */
export async function ledgerOf(
  { client }: Vendor,
  { site, household, from, to }: { site: string; household: string; from: string; to: string },
  signal?: AbortSignal,
): Promise<WireLine[]> {
  const asked = { reshid: household, startdate: from, enddate: to, allopen: 'false' };
  const result = await client.call('ledger', site, { getresidentledger: asked }, { signal });
  return recordsIn(result, 'ResidentLedgerDetails');
}

/** The days that a ledger is read for: ten years, and what is dated ahead. */
export function ledgerDays(now: number): { from: string; to: string } {
  const today = new Date(now).toISOString().slice(0, 10);
  return { from: addDays(today, -LEDGER_DAYS), to: addDays(today, 366) };
}

/** The lines in canonical form. Of lines that are equal in everything, each has a number of its own, in their order. */
export function entriesOf(
  { circumstances }: Vendor,
  site: string,
  household: string,
  lines: readonly WireLine[],
): LedgerEntry[] {
  const seen = new Map<string, number>();
  return lines.flatMap((line) => {
    const { TransDate, TrancName, TrancDesc, Amt } = line;
    const content = JSON.stringify([TransDate, TrancName, TrancDesc, Amt]);
    const number = (seen.get(content) ?? 0) + 1;
    seen.set(content, number);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const id = `${household}-${textOf(TransDate)?.slice(0, 10).replaceAll('-', '') ?? '0'}-${digest}-${number}`;
    const own = { id, property_id: site, household_id: household };
    return readRecord(LEDGER_ENTRY, line, circumstances, own) ?? [];
  });
}

/** Ledgers that are asked for side by side: as many as the pace lets through. */
const AT_ONCE = PACE.concurrent ?? 1;

const ENTRY_ID = /^(\d{1,12})-(\d{8})-[0-9a-f]{12}-\d{1,6}$/;

async function householdsOf(vendor: Vendor, site: string, signal?: AbortSignal): Promise<readonly string[]> {
  const rows = await residentsOf(vendor, site, signal);
  return [...new Set(rows.flatMap((one) => textOf(one['residenthouseholdid']) ?? []))];
}

export function ledgerReader(vendor: Vendor): Reader<'ledger_entry'> {
  const read = async (site: string, household: string, signal?: AbortSignal) => {
    const days = ledgerDays(vendor.clock());
    return entriesOf(vendor, site, household, await ledgerOf(vendor, { site, household, ...days }, signal));
  };

  // While a site is paged through, so that its people are asked for once.
  const kept = new Map<string, readonly string[]>();

  return {
    async get(scope, id, signal) {
      const [, household, date] = ENTRY_ID.exec(id) ?? [];
      if (household === undefined || date === undefined || !vendor.sites.includes(scope)) return undefined;
      const on = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
      const lines = await ledgerOf(vendor, { site: scope, household, from: on, to: on }, signal);
      return entriesOf(vendor, scope, household, lines).find((entry) => entry.id === id);
    },

    /** Ledgers are asked for by household: without one, a page holds those of a few households. */
    async list(query, signal) {
      const { household_id: household } = query;
      const { site, offset, next } = placeOf(vendor, query);
      if (site === undefined || (household !== undefined && !isId(household))) return { records: [] };
      const afterSite = next === undefined ? {} : { next_cursor: `${next}:0` };
      if (household !== undefined) return { records: await read(site, household, signal), ...afterSite };
      const households = (offset > 0 ? kept.get(site) : undefined) ?? (await householdsOf(vendor, site, signal));
      const end = offset + LEDGER_PAGE;
      const asked = households.slice(offset, end);
      if (end < households.length) kept.set(site, households);
      else kept.delete(site);
      const records: LedgerEntry[] = [];
      for (let at = 0; at < asked.length; at += AT_ONCE)
        for (const entries of await Promise.all(asked.slice(at, at + AT_ONCE).map((one) => read(site, one, signal))))
          records.push(...entries);
      return { records, ...(end < households.length ? { next_cursor: `${site}:${end}` } : afterSite) };
    },
  };
}
