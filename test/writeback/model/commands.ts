import fc from 'fast-check';
import type { Grant } from '../../../src/grants/grant.ts';
import { scopesFor } from '../../../src/grants/scopes.ts';
import { changedRecordId, type Command } from '../../../src/model/commands.ts';
import { CaretakerError } from '../../../src/model/errors.ts';
import { digestOf } from '../../../src/model/version.ts';
import { type Intent, RequestUsed } from '../../../src/writeback/submit.ts';
import type { Asked, Book } from './book.ts';
import { LATE_COMMIT_MS, type ReadFault, SEEDS, type SendFault } from './pms.ts';
import { CONNECTION, DAY_MS, LONGEST_WAIT_MS, PROCESSES, type World } from './world.ts';

/*
 * What may happen in a run, as plain values that fast-check draws and makes smaller, and what each of them does.
 */

const WHAT = ['work_order', 'charge', 'update', 'note', 'note_on_new'] as const;

interface Wish {
  what: (typeof WHAT)[number];
  /** Which of a few records or texts: equal numbers make equal commands. */
  which: number;
  insists: boolean;
  needs_approval: boolean;
  /** How long it makes sense to send it. */
  lasts: number;
  /** Whether the caller waits for the outcome. */
  waits: boolean;
}

/** Where a process may be stopped: wherever it is, or right before an operation. */
const PLACES = ['anywhere', 'send', 'answer to send', 'answer to locate', 'transaction'] as const;

export type Happening =
  | { do: 'submit'; process: number; wish: Wish; flow: number }
  | { do: 'replay'; process: number; which: number }
  | { do: 'sweep'; after: number; process: number; flow: number }
  | { do: 'decide'; process: number; which: number; approve: boolean }
  | { do: 'withdraw'; process: number; which: number }
  | { do: 'release'; which: number }
  | { do: 'flow'; count: number; order: number }
  | { do: 'send_fault'; fault: SendFault }
  | { do: 'read_fault'; fault: ReadFault }
  | { do: 'rules_change' }
  | { do: 'crash'; process: number }
  | { do: 'restart'; process: number }
  | { do: 'hold'; process: number; at: (typeof PLACES)[number]; how: 'paused' | 'asleep' }
  | { do: 'go_on'; process: number }
  | { do: 'pass'; ms: number }
  | { do: 'jump'; days: number };

const small = (max: number) => fc.nat({ max });
const process = small(PROCESSES - 1);
const flow = fc.oneof(fc.constant(0), fc.constant(60), small(12));

/** Often none; else past a lease, past settling, past an approval, past the life of a key. */
const waiting = fc.oneof(fc.constant(0), fc.constantFrom(21_000, 47_000, 60_000, 3_700_000, DAY_MS));

const sendFault: fc.Arbitrary<SendFault> = fc.oneof(
  ...(
    [
      'answer_lost',
      'answer_lost',
      'request_lost',
      'request_lost',
      'unavailable',
      'rate_limited',
      'refused',
      'hangs',
      'answer_broken',
      'answer_of_another',
      'needs_override',
    ] as const
  ).map((how) => fc.constant({ how })),
  ...[1, 10_000, LATE_COMMIT_MS, LATE_COMMIT_MS].map((after) => fc.constant({ how: 'late' as const, after })),
);

const PASSING = [
  50,
  1_000,
  4_000,
  6_000,
  10_000,
  21_000,
  30_000,
  45_000,
  60_000,
  600_000,
  3_700_000,
  25_200_000,
  DAY_MS,
];

/** Everything that may happen, the ordinary more often than the rare. */
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      process,
      wish: fc.record({
        what: fc.constantFrom(...WHAT),
        which: small(2),
        insists: fc.boolean(),
        needs_approval: small(5).map((n) => n === 5),
        lasts: fc.constantFrom(DAY_MS, DAY_MS, 600_000, 3 * DAY_MS),
        waits: fc.boolean(),
      }),
      flow,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay' as const), process, which: small(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('sweep' as const), after: waiting, process, flow }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      process,
      which: small(3),
      approve: small(3).map((n) => n > 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), process, which: small(7) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), which: small(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('flow' as const), count: small(40), order: small(1_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send_fault' as const), fault: sendFault }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read_fault' as const),
      fault: fc.constantFrom('stale' as const, 'stale' as const, 'unavailable' as const, 'misconfigured' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'rules_change' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), process }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), process }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      process,
      at: fc.constantFrom(...PLACES),
      how: fc.constantFrom('paused' as const, 'asleep' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go_on' as const), process }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(...PASSING) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), days: fc.constantFrom(1, -1) }) },
);

function grantOf(over: Partial<Grant>): Grant {
  return {
    organisation: 'org',
    principal: 'agent',
    kind: 'agent',
    owner: 'owner',
    scopes: scopesFor(['property_manager'], []),
    pins: [],
    limits: { post_charge: { call: 1_000_000, day: 1_000_000_000 } },
    emergency_limit: 0,
    rollout: { maintenance: 'live', leasing: 'live', accounting: 'live' },
    from_role: false,
    ...over,
  };
}

const AGENT = grantOf({});
const PERSON = grantOf({ principal: 'manager', owner: 'manager', kind: 'person', scopes: scopesFor(['admin'], []) });

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

function intentOf(wish: Wish, world: World, book: Book): Intent | undefined {
  const command = commandOf(wish, world, book);
  if (command === undefined) return undefined;
  const now = world.wall();
  const isCharge = command.kind === 'post_charge';
  const changed = changedRecordId(command);
  const before = changed === undefined ? undefined : world.pms.show('work_order', changed, world.elapsed);
  return {
    grant: AGENT,
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

/** Asks as the tools do: the write of the request id where there is one, else a new one. */
async function ask(world: World, index: number, asked: Asked, waits: boolean): Promise<void> {
  const writeback = world.processes[index]!.writeback;
  const signal = waits ? undefined : AbortSignal.abort();
  const known = async () => (await writeback.ofRequest({ ...asked.intent, ...asked.intent.grant }))?.row.write_id;
  const submit = async (intent: Intent): Promise<string | undefined> => {
    try {
      return (await writeback.submit(intent, signal)).write_id;
    } catch (error) {
      if (error instanceof RequestUsed) return known();
      const earlier = error instanceof CaretakerError && error.code === 'duplicate' && error.options.details;
      if (!earlier) throw error;
      return asked.insists && intent.not_duplicate_of === undefined
        ? submit({ ...intent, not_duplicate_of: earlier['write_id'] as string })
        : undefined;
    }
  };
  const told = (await known()) ?? (await submit(asked.intent));
  if (told === undefined) return;
  if (asked.write_id !== undefined && asked.write_id !== told)
    world.wrongs.push(`${asked.intent.request_id} was answered with ${asked.write_id}, and then with ${told}`);
  asked.write_id = told;
}

/** Starts something that goes on by itself; a refusal of the ledger is an answer, anything else is wrong. */
function start(world: World, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (!(error instanceof CaretakerError)) world.wrongs.push(`${what}: ${String(error)}`);
  });
}

/** The process that a number stands for, among those that can do something. */
function pick(world: World, number: number): number | undefined {
  const awake = world.awake();
  return awake[number % Math.max(1, awake.length)]?.index;
}

/** Lets one thing happen. */
export async function happen(world: World, book: Book, it: Happening): Promise<void> {
  world.trace.push(JSON.stringify(it));
  const by = 'process' in it ? pick(world, it.process) : undefined;
  const writeback = by === undefined ? undefined : world.processes[by]?.writeback;
  switch (it.do) {
    case 'submit': {
      const intent = intentOf(it.wish, world, book);
      if (intent === undefined || by === undefined) return;
      const asked = { intent, insists: it.wish.insists, since: world.pending.count };
      book.asked.push(asked);
      start(world, 'submit', ask(world, by, asked, it.wish.waits));
      return world.flow(it.flow);
    }
    case 'replay': {
      const asked = book.asked[it.which];
      if (asked !== undefined && by !== undefined) start(world, 'replay', ask(world, by, asked, false));
      return world.flow(4);
    }
    case 'sweep':
      await world.pass(it.after);
      if (writeback !== undefined) start(world, 'sweep', writeback.recover());
      return world.flow(it.flow);
    case 'decide': {
      const waiting = book.asked.filter(
        ({ write_id: id }) => id !== undefined && book.stateOf(id) === 'awaiting_approval',
      );
      const id = waiting[it.which % Math.max(1, waiting.length)]?.write_id;
      if (id !== undefined && writeback !== undefined)
        start(world, 'decide', writeback.decide(PERSON, id, { approve: it.approve }));
      return world.flow(3);
    }
    case 'withdraw': {
      const id = book.asked[it.which]?.write_id;
      if (id !== undefined && writeback !== undefined) start(world, 'withdraw', writeback.withdraw(AGENT, id));
      return world.flow(2);
    }
    case 'release': {
      const ready = world.operations();
      const next = ready[it.which % Math.max(1, ready.length)];
      return next === undefined ? undefined : world.release(next);
    }
    case 'flow':
      return world.flow(it.count, it.order);
    case 'send_fault':
      world.faults.send.push(it.fault);
      return;
    case 'read_fault':
      world.faults.read.push(it.fault);
      return;
    case 'rules_change':
      world.faults.rules.push('refuse');
      return;
    case 'crash':
      return world.crash(it.process);
    case 'restart':
      return world.restart(it.process);
    case 'hold':
      await world.flowUntil(it.process, it.at);
      world.hold(it.process, it.how);
      return;
    case 'go_on':
      world.hold(it.process, 'no');
      return;
    case 'pass':
      return world.pass(it.ms);
    case 'jump':
      return world.jump(it.days * DAY_MS);
  }
}

/** Everything works again: what was begun goes on until nothing is left to do. */
export async function heal(world: World): Promise<void> {
  Object.assign(world.faults, { send: [], read: [], rules: [] });
  await world.pass(LONGEST_WAIT_MS);
  for (let index = 0; index < PROCESSES; index += 1) {
    world.hold(index, 'no');
    world.restart(index);
  }
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await world.flow(10_000);
    const wait = await world.untilNextDue();
    if (wait === undefined) break;
    // What is looked at again and again, such as after the clock was set back, is looked at more and more seldom here.
    const longer = Math.min(3_600_000, 1_000 * 2 ** Math.floor(round / 8));
    await world.pass(round < 40 && wait > 0 ? wait : Math.max(wait, longer));
    await world.flow(10_000);
    start(world, 'sweep', world.processes[round % PROCESSES]!.writeback.recover());
  }
  await world.pass(2 * LATE_COMMIT_MS);
  await world.flow(10_000);
}

const MOST_ROUNDS = 200;
