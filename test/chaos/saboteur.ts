import type { Fleet } from './fleet.ts';
import type { ChaosOptions } from './options.ts';
import type { Random } from './random.ts';
import { PAUSE_MS } from './settings.ts';

/** Breaks servers while work goes on. */
export interface Saboteur {
  /** Told how far the run is, from 0 to 1; does what is due by then. */
  onProgress(share: number): void;
  kills: number;
  pauses: number;
  /** Waits until every server that was broken is back. */
  finish(): Promise<void>;
}

/** A moment in a run and what happens then. */
interface Plan {
  at: number;
  how: 'kill' | 'pause';
  server: number;
  /** Some milliseconds later, so that it is not always the same moment of a call. */
  delay_ms: number;
}

/** All that is going to happen follows from the seed: at which share of the work, to which server. */
export function createSaboteur(fleet: Fleet, options: ChaosOptions, seed: Random, signal: AbortSignal): Saboteur {
  const plan = (how: Plan['how'], count: number): Plan[] =>
    Array.from({ length: count }, () => ({
      ...{ at: 0.02 + seed.next() * 0.96, how },
      ...{ server: seed.below(options.servers), delay_ms: seed.below(200) },
    }));
  const plans = [...plan('kill', options.kills), ...plan('pause', options.pauses)].sort((a, b) => a.at - b.at);
  /** What is done to one server is done after what was done to it before. */
  const tails: Promise<void>[] = Array.from({ length: options.servers }, () => Promise.resolve());
  const saboteur: Saboteur = {
    kills: 0,
    pauses: 0,
    onProgress(share) {
      for (let next = plans[0]; next !== undefined && next.at <= share; next = plans[0]) {
        plans.shift();
        const { server } = next;
        const before = tails[server] ?? Promise.resolve();
        tails[server] = before.then(() => carryOut(next));
      }
    },
    async finish() {
      await Promise.all(tails);
    },
  };
  return saboteur;

  async function carryOut({ how, server, delay_ms }: Plan): Promise<void> {
    if (signal.aborted) return;
    await new Promise((done) => setTimeout(done, delay_ms));
    if (how === 'kill') {
      saboteur.kills += 1;
      await fleet.kill(server);
    } else {
      saboteur.pauses += 1;
      await fleet.pause(server, PAUSE_MS, signal);
    }
  }
}
