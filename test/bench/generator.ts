import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Job, Outcome } from './load.ts';
import { end, start } from './processes.ts';

/** A round takes at most this long over what it was asked to take. */
const MARGIN_MS = 120_000;

/** The load generator, in a process of its own. */
export interface Generator {
  /** Throws where a single call failed: a refusal is quick, and would flatter the figure. */
  run(job: Job): Promise<Outcome>;
  close(): Promise<void>;
}

export function startGenerator(): Generator {
  const child = start(resolve(import.meta.dirname, 'load.ts'), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the load generator ended')));
  ended.catch(() => {});
  return {
    async run(job) {
      const answered = once(child, 'message', { signal: AbortSignal.timeout((job.ms ?? 0) + MARGIN_MS) });
      child.send(job);
      const [outcome] = (await Promise.race([answered, ended])) as [Outcome];
      if (outcome.failed > 0)
        throw new Error(
          `${outcome.failed} of ${outcome.calls} calls of ${job.tool} failed, the first: ${outcome.failure}`,
        );
      return outcome;
    },
    close: () => end(child),
  };
}
