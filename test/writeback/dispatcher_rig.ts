import type { DispatchHandlers } from '../../src/writeback/dispatcher.ts';

/** Long enough that nothing but what a test does wakes anybody. */
export const NEVER_MS = 3_600_000;

/** What happened, in order, and a way to wait for it; the test's own time limit ends a wait in vain. */
export function diary() {
  const entries: string[] = [];
  const waiting = new Set<() => void>();
  return {
    entries,
    note(entry: string) {
      entries.push(entry);
      for (const look of [...waiting]) look();
    },
    count: (entry: string) => entries.filter((one) => one === entry).length,
    until(isSo: () => boolean): Promise<void> {
      return new Promise((done) => {
        const look = () => {
          if (!isSo()) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
      });
    },
  };
}

/** Handlers that write down what they are asked; `over` does something instead. */
export function handlersOf(seen: ReturnType<typeof diary>, over: Partial<DispatchHandlers> = {}): DispatchHandlers {
  return {
    take: over.take ?? (async (id) => seen.note(`take ${id}`)),
    sweep: over.sweep ?? (async () => seen.note('sweep')),
    tidy: over.tidy ?? (async () => seen.note('tidy')),
    stuck: over.stuck ?? (async (id, reason) => seen.note(`stuck ${id}: ${reason}`)),
  };
}
