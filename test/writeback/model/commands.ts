import { CaretakerError } from '../../../src/model/errors.ts';
import type { Intent } from '../../../src/writeback/intent.ts';
import { RequestUsed } from '../../../src/writeback/submit.ts';
import { AGENT, personNamed } from '../grants.ts';
import type { Asked, Book } from './book.ts';
import type { Happening } from './happenings.ts';
import { LATE_COMMIT_MS } from './pms.ts';
import { intentOf } from './wishes.ts';
import { DAY_MS, LONGEST_WAIT_MS, PROCESSES, type World } from './world.ts';

/*
 * What each happening does.
 */

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
        start(world, 'decide', writeback.decide(personNamed('manager'), id, { approve: it.approve }));
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
