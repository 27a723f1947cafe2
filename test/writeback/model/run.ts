import type { Store } from '../../../src/store/store.ts';
import { Book } from './book.ts';
import { happen, heal } from './commands.ts';
import type { Happening } from './happenings.ts';
import type { Personality } from './pms.ts';
import type { VirtualTimers } from './timers.ts';
import { World } from './world.ts';

const TABLES = ['claims', 'approvals', 'write_steps', 'writes', 'notifications', 'changes', 'reservations'] as const;

/** One run from an empty ledger to its verdict: what was wrong, and everything that happened. */
export async function runOnce(
  store: Store,
  timers: VirtualTimers,
  personality: Personality,
  happenings: readonly Happening[],
): Promise<{ wrong: string[]; trace: string[]; operations: number }> {
  timers.clear();
  await store.transaction(async (trx) => {
    for (const table of TABLES) await trx.deleteFrom(table).execute();
  });
  const head = await store.ledger.selectFrom('audit_head').select('seq').executeTakeFirstOrThrow();
  const world = new World(store, personality, timers);
  const book = new Book(world, head.seq + 1);
  world.onChange = () => book.look();
  for (const one of happenings) await happen(world, book, one);
  world.trace.push('healed');
  await heal(world);
  return { wrong: await book.verdict(), trace: world.trace, operations: world.pending.count };
}
