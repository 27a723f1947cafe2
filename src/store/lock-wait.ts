import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from './unavailable.ts';

/** Tries `work` again for as long as the file is locked and the wait allows, without holding up the event loop. */
export async function whileLocked(work: () => void, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 16)) {
    try {
      return work();
    } catch (error) {
      const locked = error instanceof StoreUnavailable && error.code === 'locked';
      if (!locked || performance.now() >= until) throw error;
    }
    // Processes that wait for the same file must not keep step with each other.
    await sleep(1 + Math.random() * pause);
  }
}
