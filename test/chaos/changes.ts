import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import type { Memory } from './memory.ts';
import type { Random } from './random.ts';

/** The part of the PMS that changes are asked for. */
export interface Portfolio {
  places: readonly { property_id: string; unit_id: string }[];
  lease_ids: readonly string[];
  account_id: string;
  /** Today, where the properties are. */
  today: string;
}

/** A change that a caller is going to ask for. */
export interface Change {
  tool: 'create_work_order' | 'update_work_order' | 'post_gl_charge';
  args: Record<string, unknown>;
  /** What a person does where it has to wait for one. */
  decision: 'approve' | 'reject' | 'leave';
  /** Asked for a second time afterwards, as a change of its own. */
  twice: boolean;
}

export function portfolioOf({ unit, lease, charge_code }: SandboxState): Portfolio {
  const code = charge_code.find(({ name, is_active }) => is_active && name === 'Damage and repairs');
  if (code === undefined) throw new RangeError('the portfolio has no charge code for damage');
  return {
    places: unit.map(({ id, property_id }) => ({ property_id, unit_id: id })),
    lease_ids: lease.filter(({ status }) => status === 'current').map(({ id }) => id),
    account_id: code.id,
    today: new Date().toISOString().slice(0, 10),
  };
}

/** Above what the configuration of a run lets an agent post without a person, and below; dollars. */
export const CALL_LIMIT = 250;

/** Work of different trades, none of it dangerous. */
const TROUBLES = [
  'The kitchen sink drips',
  'The oven does not heat',
  'A cabinet door is loose',
  'The bathroom light flickers',
  'A window does not close',
] as const;

/** How many of the latest work orders most updates are about, so that they meet. */
const LATEST = 60;

/** The next change, by its number; what it is depends on the seed, and an update on what the callers know. */
export function nextChange(portfolio: Portfolio, memory: Memory, number: number, random: Random): Change {
  const kind = random.next();
  const decision = random.pick(['approve', 'reject', 'leave'] as const);
  if (kind < 0.3 || memory.orders.length === 0)
    return {
      tool: 'create_work_order',
      args: newOrder(portfolio, number, random),
      decision,
      twice: random.chance(0.1),
    };
  if (kind < 0.75) return { tool: 'update_work_order', args: update(memory, number, random), decision, twice: false };
  const over = random.chance(0.12);
  return { tool: 'post_gl_charge', args: charge(portfolio, number, over, random), decision, twice: random.chance(0.1) };
}

function newOrder({ places }: Portfolio, number: number, random: Random): Record<string, unknown> {
  return { ...random.pick(places), description: `${random.pick(TROUBLES)}, report ${number}.`, entry: 'yes' };
}

function update({ orders }: Memory, number: number, random: Random): Record<string, unknown> {
  const from = random.chance(0.8) ? Math.max(0, orders.length - LATEST) : 0;
  const { work_order_id, version, status } = random.pick(orders.slice(from));
  const next = status === 'in_progress' ? 'on_hold' : 'in_progress';
  const what = random.next();
  return {
    work_order_id,
    version,
    ...(what < 0.7 && { note: `Note ${number}` }),
    ...(what >= 0.45 && { status: next }),
  };
}

function charge(
  { lease_ids, account_id, today }: Portfolio,
  number: number,
  over: boolean,
  random: Random,
): Record<string, unknown> {
  const cents = over ? CALL_LIMIT * 100 + 1 + random.below(50_000) : 100 + random.below(CALL_LIMIT * 100 - 100);
  return {
    lease_id: random.pick(lease_ids),
    account_id,
    amount: (cents / 100).toFixed(2),
    charge_date: today,
    memo: `Repair ${number}`,
  };
}
