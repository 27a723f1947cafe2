import type { Capabilities } from '../../src/connectors/connector.ts';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { COMMANDS, type Command, type CommandKind } from '../../src/model/commands.ts';
import { addDays } from '../../src/model/zoned_time.ts';
import { NOW } from './rig.ts';

export type State = Partial<SandboxState>;

/** Samples differ from each other, so that none is taken for the one before. */
let made = 0;

const TODAY = new Date(NOW).toISOString().slice(0, 10);
const at = (days: number, hour: number) => `${addDays(TODAY, days)}T${String(hour).padStart(2, '0')}:00:00.000Z`;

/** The first value that the connection can write. */
function writable(
  capabilities: Capabilities,
  kind: 'work_order' | 'guest_card',
  field: string,
  wanted: string,
): string {
  const values = capabilities.records[kind]?.fields[field]?.values;
  return values === undefined || values.includes(wanted) ? wanted : (values[0] ?? wanted);
}

/** A command with the record as it was before it. */
export interface Sample {
  command: Command;
  before?: { id: string; property_id?: string };
}

/** Everything that a sample is made from: the portfolio, and what the PMS can hold. */
interface Source {
  state: State;
  capabilities: Capabilities;
}

/** Makes a command of one kind out of the portfolio; undefined where there is nothing to carry it out on. */
export type Maker = (source: Source) => { command: object; before?: object } | undefined;

/** A lease of which nobody has given notice. */
const occupied = ({ lease = [] }: State) =>
  lease.find(({ status, parties }) => status === 'current' && parties.every(({ move_out }) => move_out === undefined));

const MAKERS: Readonly<Record<CommandKind, Maker>> = {
  create_work_order({ state, capabilities }) {
    const lease = occupied(state);
    if (lease === undefined) return undefined;
    const command = {
      ...{ property_id: lease.property_id, unit_id: lease.unit_id, resident_id: lease.parties[0]?.resident_id },
      ...{
        title: 'Water under the kitchen sink',
        description: 'Water runs out from under the sink since this morning.',
      },
      trade: writable(capabilities, 'work_order', 'trade', 'plumbing'),
      severity: writable(capabilities, 'work_order', 'severity', 'urgent'),
      entry: 'yes',
    };
    return { command };
  },
  update_work_order({ state, capabilities }) {
    const before = openOrder(state);
    const status = writable(capabilities, 'work_order', 'status', 'on_hold');
    return before && { command: { work_order_id: before.id, property_id: before.property_id, status }, before };
  },
  add_work_order_note({ state }) {
    const before = openOrder(state);
    const note = { text: 'The part is ordered and comes on Friday.', is_public: false };
    return before && { command: { work_order_id: before.id, property_id: before.property_id, note }, before };
  },
  assign_work_order({ state }) {
    const before = openOrder(state);
    const vendor = state.vendor?.find(({ id, is_active }) => is_active && id !== before?.vendor_id);
    return (
      before &&
      vendor && {
        command: {
          ...{ work_order_id: before.id, property_id: before.property_id, vendor_id: vendor.id },
          visit: { start: at(2, 15), end: at(2, 17) },
        },
        before,
      }
    );
  },
  create_guest_card({ state }) {
    const unit = state.unit?.[0];
    return (
      unit && {
        command: {
          ...{ property_id: unit.property_id, source: 'Zillow', name: 'Anne-Marie O’Neill-Núñez' },
          ...{ phones: [{ number: '+15125550188', type: 'mobile' }], emails: ['anne.marie@example.com'] },
          ...{ unit_ids: [unit.id], move_in_date: addDays(TODAY, 40), occupants: 2, rent_max: 180_000, bedrooms: 2 },
          touch: { at: at(0, 14), source: 'Zillow', message: 'Is it still free in January?' },
        },
      }
    );
  },
  update_guest_card({ state }) {
    const before = state.guest_card?.[0];
    return (
      before && {
        command: { guest_card_id: before.id, property_id: before.property_id, move_in_date: addDays(TODAY, 60 + made) },
        before,
      }
    );
  },
  schedule_tour({ state }) {
    const card = state.guest_card?.find(({ property_id }) =>
      state.unit?.some((unit) => unit.property_id === property_id),
    );
    const unit = state.unit?.find(({ property_id }) => property_id === card?.property_id);
    // Some have their agents of their own, and others know none.
    const agent = state.staff?.find(({ is_active, roles }) => is_active && roles.includes('leasing_agent'));
    return (
      card &&
      unit && {
        command: {
          ...{ property_id: card.property_id, guest_card_id: card.id, unit_id: unit.id, type: 'agent_led' },
          ...(agent !== undefined && { agent_id: agent.id }),
          ...{ start: at(3 + made, 16), end: at(3 + made, 17) },
        },
      }
    );
  },
  reschedule_tour: changeOfTour(() => ({ start: at(4 + made, 18), end: at(4 + made, 19) })),
  cancel_tour: changeOfTour(() => ({})),
  record_tour_outcome: changeOfTour(() => ({ outcome: 'no_show' })),
  update_lease({ state }) {
    const before = occupied(state);
    const change = {
      ...{ action: 'give_notice', notice_date: TODAY, move_out_date: addDays(TODAY, 45) },
      resident_ids: before?.parties.map(({ resident_id }) => resident_id),
    };
    return before && { command: { lease_id: before.id, property_id: before.property_id, change }, before };
  },
  update_resident({ state }) {
    const lease = occupied(state);
    const before = state.resident?.find(({ id }) => id === lease?.parties[0]?.resident_id);
    const phones = [{ number: `+151255501${String(10 + (made % 80))}`, type: 'mobile' }];
    return before && { command: { resident_id: before.id, property_id: before.property_id, phones }, before };
  },
  post_charge({ state }) {
    const lease = occupied(state);
    const code = state.charge_code?.find(({ is_active, is_deposit }) => is_active && !is_deposit);
    return (
      lease &&
      code && {
        command: {
          ...{ property_id: lease.property_id, lease_id: lease.id, household_id: lease.household_id },
          ...{ unit_id: lease.unit_id, charge_code_id: code.id, gl_account_id: code.gl_account_id },
          ...{ amount: 12_345, date: TODAY, memo: 'New lock after lost keys' },
        },
      }
    );
  },
  reverse_charge({ state }) {
    // Some take back only what is not paid yet.
    const owed = (household: string) =>
      state.ledger_entry?.reduce((sum, one) => (one.household_id === household ? sum + one.amount : sum), 0) ?? 0;
    const charge = state.ledger_entry?.find(
      ({ kind, amount, reversed_amount, household_id }) =>
        kind === 'charge' && amount > 0 && reversed_amount === 0 && owed(household_id) >= amount,
    );
    return (
      charge && {
        command: {
          ...{ property_id: charge.property_id, charge_id: charge.id, amount: charge.amount },
          ...{ date: TODAY, reason: 'Charged to the wrong household' },
        },
      }
    );
  },
  post_bill({ state }) {
    const [vendor, property, account] = [state.vendor?.[0], state.property?.[0], expense(state)];
    return (
      vendor &&
      property &&
      account && {
        command: {
          ...{
            property_id: property.id,
            vendor_id: vendor.id,
            invoice_number: `INV-2026-${String(made).padStart(6, '0')}`,
          },
          ...{ invoice_date: addDays(TODAY, -2), due_date: addDays(TODAY, 28), total: 30_000 },
          lines: [
            { gl_account_id: account.id, amount: 10_000, property_id: property.id },
            { gl_account_id: account.id, amount: 20_000, property_id: property.id },
          ],
        },
      }
    );
  },
  reverse_bill({ state }) {
    const bill = state.bill?.find(
      ({ paid_amount, reversed_by_id, reverses_id }) => paid_amount === 0 && !reversed_by_id && !reverses_id,
    );
    return bill && { command: { property_id: bill.property_id, bill_id: bill.id, date: TODAY, reason: 'Not our job' } };
  },
  post_journal_entry({ state }) {
    const [property, account] = [state.property?.[0], expense(state)];
    const other = state.gl_account?.find(
      ({ id, type, is_active, role }) => id !== account?.id && type === 'income' && is_active && role === undefined,
    );
    return (
      property &&
      account &&
      other && {
        command: {
          ...{ property_id: property.id, date: TODAY, memo: 'Moves a repair to where it belongs' },
          lines: [
            { gl_account_id: account.id, debit: 4_200, credit: 0 },
            { gl_account_id: other.id, debit: 0, credit: 4_200 },
          ],
        },
      }
    );
  },
  reverse_journal_entry({ state }) {
    const entry = state.journal_entry?.find(({ reversed_by_id, reverses_id }) => !reversed_by_id && !reverses_id);
    return (
      entry && {
        command: { property_id: entry.property_id, journal_entry_id: entry.id, date: TODAY, reason: 'Posted twice' },
      }
    );
  },
  record_communication({ state }) {
    const resident = state.resident?.[0];
    return (
      resident && {
        command: {
          ...{ property_id: resident.property_id, resident_id: resident.id, channel: 'phone', direction: 'inbound' },
          ...{ summary: 'Asked when the plumber comes.', at: at(0, 14) },
        },
      }
    );
  },
};

function openOrder({ work_order = [] }: State) {
  return work_order.find(
    ({ status, unit_id }) => ['new', 'assigned', 'in_progress'].includes(status) && unit_id !== undefined,
  );
}

function expense({ gl_account = [] }: State) {
  return gl_account.find(({ type, is_active, role }) => type === 'expense' && is_active && role === undefined);
}

function changeOfTour(change: () => object): Maker {
  return ({ state }) => {
    const before = state.tour?.find(
      ({ status, start }) => status === 'scheduled' && start > new Date(NOW).toISOString(),
    );
    return before && { command: { tour_id: before.id, property_id: before.property_id, ...change() }, before };
  };
}

/** A command of a kind that fits the portfolio; undefined where the portfolio has nothing to carry it out on. `own` makes those that only one vendor takes. */
export function sampleOf(
  kind: CommandKind,
  state: State,
  capabilities: Capabilities,
  more: object = {},
  own: Readonly<Partial<Record<CommandKind, Maker>>> = {},
): Sample | undefined {
  made += 1;
  const sample = (own[kind] ?? MAKERS[kind])({ state, capabilities });
  if (sample === undefined) return undefined;
  const command = COMMANDS[kind].schema.parse({ kind, ...sample.command, ...more }) as Command;
  return { command, ...(sample.before && { before: sample.before as NonNullable<Sample['before']> }) };
}
