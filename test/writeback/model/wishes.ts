import { changedRecordId, type Command } from '../../../src/model/commands.ts';
import { digestOf } from '../../../src/model/version.ts';
import type { Intent } from '../../../src/writeback/intent.ts';
import { AGENT } from '../grants.ts';
import type { Book } from './book.ts';
import type { Wish } from './happenings.ts';
import { SEEDS } from './pms.ts';
import { CONNECTION, type World } from './world.ts';

/** What an agent may post in this model without a person. */
const MAY_POST = { ...AGENT, limits: { post_charge: { call: 1_000_000, day: 1_000_000_000 } } };

const STATUSES = ['assigned', 'in_progress', 'on_hold'] as const;

/** The command that a wish stands for; undefined where there is nothing yet that it could be about. */
function commandOf({ what, which }: Wish, world: World, book: Book): Command | undefined {
  const property_id = which === 1 ? '2' : '1';
  const seed = SEEDS[which % SEEDS.length] as string;
  switch (what) {
    case 'work_order':
      return {
        kind: 'create_work_order',
        property_id,
        title: 'Leak',
        // Two of them are in one place, and tell of different things.
        description: which === 2 ? 'Over the bath' : 'Under the sink',
        trade: 'plumbing',
        severity: 'urgent',
        entry: 'yes',
        file_ids: [],
      };
    case 'charge':
      return {
        kind: 'post_charge',
        property_id,
        lease_id: 'l1',
        household_id: `h${property_id}`,
        charge_code_id: 'late',
        gl_account_id: '4100',
        amount: 5_000,
        date: '2026-11-24',
        memo: 'Late fee',
      };
    case 'update': {
      const now = world.pms.show('work_order', seed, world.elapsed)?.['status'];
      const status = STATUSES.filter((one) => one !== now)[which % 2] as (typeof STATUSES)[number];
      return { kind: 'update_work_order', work_order_id: seed, property_id: '1', status };
    }
    case 'note': {
      // Equal notes on one record are told apart by a marker or a key alone.
      const text = world.pms.personality.retry === 'natural_key' ? `note ${book.asked.length}` : `note ${which}`;
      return { kind: 'add_work_order_note', work_order_id: seed, property_id: '1', note: { text, is_public: false } };
    }
    default: {
      const made = book.asked.filter(({ intent, write_id: id }) => id && intent.tool === 'create_work_order')[which];
      const note = { text: `note ${book.asked.length}`, is_public: false };
      return made?.write_id === undefined
        ? undefined
        : { kind: 'add_work_order_note', work_order_id: made.write_id, property_id: '1', note };
    }
  }
}

/** The same as the tools would hand it to the ledger. */
export function intentOf(wish: Wish, world: World, book: Book): Intent | undefined {
  const command = commandOf(wish, world, book);
  if (command === undefined) return undefined;
  const now = world.wall();
  const isCharge = command.kind === 'post_charge';
  const changed = changedRecordId(command);
  const before = changed === undefined ? undefined : world.pms.show('work_order', changed, world.elapsed);
  return {
    grant: MAY_POST,
    tool: command.kind,
    request_id: `request-${book.asked.length}`,
    input_digest: digestOf(command),
    connection: CONNECTION,
    scope: '',
    command,
    ...(before !== undefined && { before }),
    risk: isCharge ? 'money' : 'write',
    ...(isCharge && { amount: command.amount, draws_on: { kind: 'household', id: command.household_id } }),
    approvals: wish.needs_approval ? [{ rule: 'over_nte', reason: 'it costs much' }] : [],
    priority: 2,
    judged_at: now,
    not_after: now + wish.lasts,
    ...(changed === undefined && { effect: command }),
    day_start: now - 3_600_000,
    rollout: 'live',
    answer: {},
  };
}
