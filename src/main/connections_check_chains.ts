import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Lease } from '../model/records.ts';
import { addDays } from '../model/zoned_time.ts';
import type { Found } from '../tool.ts';
import type { PipelineCall } from '../tool/call.ts';

/*
 * The changes that a write test makes, in chains: what the first of them makes the last one takes back. A row per step;
 * everything goes through the tools, with their rules, limits and approvals.
 */

/** Where a test is made. */
export interface TestPlace {
  call: PipelineCall;
  unit: Found<'unit'>;
  property: Found<'property'>;
  /** Account ids as the caller gave them: one for a charge or a bill, two for a journal entry. */
  accounts: readonly string[];
  vendor: string | undefined;
  /** An offered renewal of the unit's lease that is to be accepted. */
  renewal: string | undefined;
  /** Tells this test from every other in what people read: `2026-11-28 15:04:09`. */
  name: string;
}

export interface TestStep {
  /** Names its requests; unlike the kind, no two steps share it. */
  label: string;
  kind: CommandKind;
  tool: string;
  /** The tool's arguments beside `request_id`. `made` is the id of what the step before has made or changed. */
  args(place: TestPlace, made: string): Promise<Record<string, unknown>>;
}

export interface TestChain {
  steps: readonly TestStep[];
  /** What it takes beside the unit. */
  needs?: { accounts?: number; vendor?: boolean };
  /** What a person should know before it is made. */
  warning: string;
}

/*
 * Texts are short: PMSs take 50 characters of a memo and less, a mark of ours goes into it too, and what was cut is not
 * proved.
 */

/** The least amount there is. */
const CENT = '0.01';

/** How far ahead the visit of a test is, in days, so that nobody gets ready for it. */
const VISIT_DAYS = 14;

/** How far ahead the move-out of a test is: more notice than any lease asks for. */
const NOTICE_DAYS = 120;

const NO_WORK = 'Test of a connection by Caretaker: no work is to be done.';

/** What is made where nothing is named; whoever is assigned is so on this work order. */
export const WORK_ORDER_STEPS: { readonly create: TestStep; readonly assign: TestStep; readonly cancel: TestStep } = {
  create: {
    label: 'create_work_order',
    kind: 'create_work_order',
    tool: 'create_work_order',
    args: async ({ property, unit, name }) => ({
      property_id: property.ref,
      unit_id: unit.ref,
      description: `Caretaker test ${name}. ${NO_WORK}`,
      entry: 'unknown',
    }),
  },
  assign: {
    label: 'assign_work_order',
    kind: 'assign_work_order',
    tool: 'dispatch_vendor',
    args: async ({ call, property, vendor }, made) => ({
      work_order_id: made,
      vendor_id: vendor,
      visit_start: `${addDays(call.today(property), VISIT_DAYS)}T10:00`,
      not_to_exceed: CENT,
      instructions: NO_WORK,
    }),
  },
  cancel: {
    label: 'update_work_order',
    kind: 'update_work_order',
    tool: 'update_work_order',
    args: async ({ call }, made) => ({
      work_order_id: made,
      version: (await call.records.fresh('work_order', made)).version,
      status: 'cancelled',
    }),
  },
};

/** The chains that are made only where one of their kinds is named. */
export const NAMED_CHAINS: readonly TestChain[] = [
  {
    warning: `posts a charge of ${CENT} on the lease of the unit; its resident may see it`,
    needs: { accounts: 1 },
    steps: [
      {
        label: 'post_charge',
        kind: 'post_charge',
        tool: 'post_gl_charge',
        args: async (place) => ({
          lease_id: (await leaseOf(place)).ref,
          account_id: place.accounts[0],
          amount: CENT,
          charge_date: place.call.today(place.property),
          memo: `Test ${place.name}`,
        }),
      },
      reversal('reverse_charge', 'charge'),
    ],
  },
  {
    warning: `enters a bill of ${CENT} from the vendor`,
    needs: { accounts: 1, vendor: true },
    steps: [
      {
        label: 'post_bill',
        kind: 'post_bill',
        tool: 'post_vendor_bill',
        args: async ({ call, property, vendor, accounts, name }) => ({
          vendor_id: vendor,
          invoice_number: `CT-TEST-${name.replace(/\D/g, '')}`,
          invoice_date: call.today(property),
          due_date: call.today(property),
          total: CENT,
          lines: [{ account_id: accounts[0], amount: CENT, property_id: property.ref, memo: NO_WORK }],
        }),
      },
      reversal('reverse_bill', 'bill'),
    ],
  },
  {
    warning: `posts a journal entry of ${CENT} on the property of the unit`,
    needs: { accounts: 2 },
    steps: [
      {
        label: 'post_journal_entry',
        kind: 'post_journal_entry',
        tool: 'post_journal_entry',
        args: async ({ call, property, accounts, name }) => ({
          property_id: property.ref,
          entry_date: call.today(property),
          memo: `Test ${name}`,
          lines: [
            { account_id: accounts[0], debit: CENT },
            { account_id: accounts[1], credit: CENT },
          ],
        }),
      },
      reversal('reverse_journal_entry', 'journal_entry'),
    ],
  },
  {
    warning: `records notice to vacate in ${NOTICE_DAYS} days on the lease of the unit, and withdraws it; the PMS may tell its residents`,
    steps: [
      {
        label: 'give_notice',
        kind: 'update_lease',
        tool: 'update_lease',
        args: async (place) => {
          const lease = await leaseOf(place);
          const today = place.call.today(place.property);
          return {
            lease_id: lease.ref,
            version: lease.version,
            action: 'give_notice',
            notice_date: today,
            move_out_date: addDays(today, NOTICE_DAYS),
          };
        },
      },
      {
        label: 'withdraw_notice',
        kind: 'update_lease',
        tool: 'update_lease',
        args: async ({ call }, made) => ({
          lease_id: made,
          version: (await call.records.fresh('lease', made)).version,
          action: 'withdraw_notice',
        }),
      },
    ],
  },
];

/** Where a PMS takes renewals alone: the first real one, made under watch. A renewal is nothing that can be tried. */
export const RENEWAL: TestChain = {
  warning: 'accepts the offered renewal on the lease of the unit, which binds both sides and is not taken back',
  steps: [
    {
      label: 'accept_renewal',
      kind: 'update_lease',
      tool: 'update_lease',
      args: async (place) => {
        const lease = await leaseOf(place);
        const { renewal } = place;
        return { lease_id: lease.ref, version: lease.version, action: 'accept_renewal', renewal_offer_id: renewal };
      },
    },
  ],
};

function reversal(kind: CommandKind, posting: string): TestStep {
  return {
    label: kind,
    kind,
    tool: 'reverse_posting',
    args: async (_place, made) => ({ kind: posting, posting_id: made, reason: 'Test of a connection' }),
  };
}

/** The one current lease of the unit, from the PMS. */
async function leaseOf({ call, unit }: TestPlace): Promise<Found<'lease'>> {
  const { connection, scope, record } = unit;
  const all = await call.records.allFresh('lease', { connection, scope, unit_id: record.id });
  const current = all.filter(({ record: lease }: Found<'lease'>) => isCurrent(lease));
  if (current[0] === undefined || current.length > 1)
    throw new CaretakerError(
      'invalid_input',
      'A test of charges or notices takes a unit with exactly one current lease. Nothing was changed.',
      { field: 'write-test' },
    );
  return current[0];
}

const isCurrent = ({ status }: Lease): boolean => status === 'current';
