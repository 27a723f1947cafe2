import * as z from 'zod/v4';
import { runningLedger } from '../src/accounting/resident_ledger.ts';
import { LeaseDetail, leaseDetail, LeaseView, leaseView } from '../src/leasing/lease_view.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { FRESHNESS } from '../src/tool/freshness.ts';
import { gatherPage } from '../src/tool/gather_page.ts';
import { cursor, day, recordId } from '../src/tool/params.ts';
import { leaseWords, viewLease } from '../src/tool/show_lease.ts';
import { leaseLineText, moreText } from '../src/tool/text_lines.ts';

const STANDING = ['future', 'current', 'notice', 'eviction'] as const;

const inputSchema = z.strictObject({
  lease_id: recordId().optional(),
  unit_id: recordId().optional(),
  resident_id: recordId().optional(),
  property_id: recordId().optional(),
  status: z
    .enum([...STANDING, 'past'])
    .describe('Default: all but past')
    .optional(),
  ends_from: day().optional(),
  ends_to: day().optional(),
  cursor: cursor().optional(),
});

export default defineTool({
  name: 'list_leases',
  title: 'List leases',
  description:
    'List leases that start, end, are on notice or up for renewal; with lease_id, one in full: residents, rent, deposit, notice, renewal offers, balance.',
  scope: 'leasing:read',
  risk: 'read',
  input: inputSchema,
  output: z.object({
    leases: z.array(LeaseView),
    /** Only with lease_id. */
    detail: LeaseDetail.optional(),
    next_cursor: z.string().optional(),
    ...FRESHNESS,
  }),

  async run(call, input) {
    if (input.lease_id !== undefined) return one(call, await call.records.get('lease', input.lease_id));
    const resident =
      input.resident_id === undefined ? undefined : await call.records.get('resident', input.resident_id);
    const withEnd = input.ends_from !== undefined || input.ends_to !== undefined;
    const page = await gatherPage(call, 'lease', {
      filters: await filtersOf(call, input),
      cursor: input.cursor,
      order: 'oldest_first',
      matches: ({ record }) =>
        (!withEnd || record.end_date !== undefined) &&
        (resident === undefined || record.parties.some((party) => party.resident_id === resident.record.id)),
    });
    return {
      leases: await Promise.all(page.records.map((found) => viewLease(call, found))),
      ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      as_of: page.as_of,
      stale: page.stale,
    };
  },

  text({ leases, detail, next_cursor }) {
    const [lease] = leases;
    if (detail !== undefined && lease !== undefined) return oneText(lease, detail);
    const pressing = leases.filter(({ attention }) => attention.length > 0).length;
    return [
      `${countedFirst(leases.length, 'lease')}${pressing === 0 ? '' : `; ${pressing} ${pressing === 1 ? 'needs' : 'need'} attention`}.`,
      ...leases.map(leaseLineText),
      ...moreText(next_cursor),
    ].join('\n');
  },
});

/** One lease with what update_lease needs. */
function oneText(lease: LeaseView, detail: z.output<typeof LeaseDetail>): string {
  return [
    `Lease ${leaseLineText(lease)}, since ${lease.start_date}; version ${lease.version}, unit_id ${lease.unit_id}, property ${lease.property_id}.`,
    `Balance ${detail.balance}${detail.deposits_held === undefined ? '' : `, deposits held ${detail.deposits_held}`}${lease.move_out_date === undefined ? '' : `, moves out ${lease.move_out_date}`}.`,
    ...detail.parties.map(({ resident_id, name, role }) =>
      `Resident ${resident_id}: ${name ?? ''} ${role ?? ''}`.trim(),
    ),
    ...detail.renewal_offers.map(
      ({ renewal_offer_id, status, rent, term_months, start_date, end_date, expires_on }) =>
        `Renewal offer ${renewal_offer_id} (${status}): ${rent} for ${term_months} months, ${start_date} to ${end_date}${expires_on === undefined ? '' : `, until ${expires_on}`}.`,
    ),
    ...(lease.attention.length === 0 ? [] : [`Attention: ${lease.attention.join(', ').replaceAll('_', ' ')}.`]),
  ].join('\n');
}

async function filtersOf(call: Call, input: z.output<typeof inputSchema>) {
  const { records } = call;
  const property = input.property_id === undefined ? undefined : await records.get('property', input.property_id);
  const unit = input.unit_id === undefined ? undefined : await records.get('unit', input.unit_id);
  const resident = input.resident_id === undefined ? undefined : await records.get('resident', input.resident_id);
  const connection = (property ?? unit ?? resident)?.connection;
  const property_id = property?.record.id ?? resident?.record.property_id;
  return {
    ...(connection !== undefined && { connection }),
    ...(property_id !== undefined && { property_ids: [property_id] }),
    ...(unit !== undefined && { unit_id: unit.record.id }),
    ...(resident?.record.household_id !== undefined && { household_id: resident.record.household_id }),
    ...(input.ends_from !== undefined && { listed_from: input.ends_from }),
    ...(input.ends_to !== undefined && { listed_to: input.ends_to }),
    status: input.status === undefined ? STANDING : [input.status],
  };
}

async function one(call: Call, found: Found<'lease'>) {
  const { record, connection, scope } = found;
  const words = await leaseWords(call, found);
  const entries = await call.records.all('ledger_entry', { connection, scope, household_id: record.household_id });
  const ledger = runningLedger(
    entries.map((entry) => entry.record),
    { to: words.today },
  );
  const { closing_balance: balance } = ledger;
  const isTold = entries.some(({ record: { kind } }) => kind === 'deposit_held');
  return {
    leases: [leaseView(record, found.version, words)],
    detail: leaseDetail(record, words, { balance, deposits_held: isTold ? ledger.deposits_held : undefined }),
    as_of: new Date(found.as_of).toISOString(),
    stale: found.stale,
  };
}
