import type { Tool } from '../../src/tool.ts';
import getResidentLedger from '../../tools/get-resident-ledger.ts';
import listGlAccounts from '../../tools/list-gl-accounts.ts';
import listPostings from '../../tools/list-postings.ts';
import listWorkOrders from '../../tools/list-work-orders.ts';
import postGlCharge from '../../tools/post-gl-charge.ts';
import postJournalEntry from '../../tools/post-journal-entry.ts';
import postVendorBill from '../../tools/post-vendor-bill.ts';
import reversePosting from '../../tools/reverse-posting.ts';
import updateWorkOrder from '../../tools/update-work-order.ts';
import { first, type HarnessOptions, openHarness, type Who } from './harness.ts';

export const BOOK_TOOLS: readonly Tool[] = [
  listWorkOrders,
  updateWorkOrder,
  listGlAccounts,
  getResidentLedger,
  listPostings,
  postGlCharge,
  postVendorBill,
  postJournalEntry,
  reversePosting,
];

const POSTING_TOOLS = ['post_gl_charge', 'post_vendor_bill', 'post_journal_entry', 'reverse_posting'];

/** Limits of every posting tool, in cents. */
export const limited = (call: number, day = call) =>
  Object.fromEntries(POSTING_TOOLS.map((tool) => [tool, { call, day }]));

/** A bookkeeper's agent who may post without asking anybody. */
export const BOOKKEEPER: Who = { role: 'bookkeeper', limits: limited(100_000_000) };

/** One who may post nothing without a person. */
export const JUNIOR: Who = { role: 'bookkeeper', principal: 'junior', limits: {} };

/** The person who decides. */
export const MANAGER: Who = { role: 'admin', kind: 'person', principal: 'morgan' };

/** Books are locked through 30 September 2026 at the clock of the harness. */
export const LOCKED = '2026-09-30';

/** Portfolio records that postings are about, and the calls that every test makes. */
export async function openBooks(options: Partial<HarnessOptions> = {}) {
  const h = await openHarness({ tools: BOOK_TOOLS, ...options });
  const state = await h.sandbox.state();
  const property = first(state.property);
  const here = (record: { property_id?: string | undefined }) => record.property_id === property.id;
  const account = (number: string) => first(state.gl_account, (one) => one.number === number).id;
  const code = (name: string) => first(state.charge_code, (one) => one.name === name).id;
  const lease = first(state.lease, (one) => here(one) && one.status === 'current');
  const vendor = first(state.vendor, (one) => one.is_active && !one.do_not_use && one.trades.includes('plumbing'));
  const cast = {
    state,
    property,
    other: first(state.property, (one) => one.id !== property.id),
    lease,
    neighbour: first(state.lease, (one) => here(one) && one.status === 'current' && one.id !== lease.id),
    pastLease: first(state.lease, (one) => one.status === 'past'),
    vendor,
    inactiveVendor: first(state.vendor, (one) => !one.is_active),
    account,
    code,
  };
  const books = {
    h,
    ...cast,
    charge: (more: object = {}) => ({
      request_id: h.requestId(),
      lease_id: lease.id,
      account_id: code('Damage and repairs'),
      amount: '180.00',
      charge_date: '2026-11-24',
      memo: 'Repair share',
      ...more,
    }),
    /** An invoice of one line; `total` alone changes both. */
    bill: (more: object = {}) => {
      const total = 'total' in more ? more.total : '350.00';
      return {
        request_id: h.requestId(),
        vendor_id: vendor.id,
        invoice_number: `T-${h.requestId()}`,
        invoice_date: '2026-11-20',
        due_date: '2026-12-20',
        total,
        lines: [{ account_id: account('5110'), amount: total, property_id: property.id, unit_id: lease.unit_id }],
        ...more,
      };
    },
    entry: (more: object = {}) => ({
      request_id: h.requestId(),
      property_id: property.id,
      entry_date: '2026-11-24',
      memo: 'Reclass',
      lines: [
        { account_id: account('5110'), debit: '90.00' },
        { account_id: account('5100'), credit: '90.00' },
      ],
      ...more,
    }),
    reversal: (kind: string, posting_id: string, more: object = {}) => ({
      request_id: h.requestId(),
      kind,
      posting_id,
      reason: 'Entered twice',
      ...more,
    }),
    /** Changes that the PMS accepted through the connector. */
    posted: async () => (await h.sandbox.effects()).filter(({ actor }) => actor === 'api').length,
    /** The decision of the person in charge on what a call is waiting for. */
    async decide(result: { write: { approval: { approval_id: string } } }, approve = true) {
      const { approval_id: id } = result.write.approval;
      return h.writeback.decide(h.grantOf(MANAGER), id, { approve });
    },
  };
  return books;
}

export type Books = Awaited<ReturnType<typeof openBooks>>;

/** Refused, and the PMS has what it had before. */
export async function refusedUnchanged(books: Books, who: Who, tool: string, args: object) {
  const before = await books.posted();
  const error = await books.h.refused(who, tool, args);
  if ((await books.posted()) !== before) throw new Error(`${tool} was refused and still changed the PMS`);
  return error;
}
