import type { ChildProcess } from 'node:child_process';
import { median } from './figures.ts';
import type { Generator } from './generator.ts';
import type { Job, Outcome } from './load.ts';
import { BARE_HTTP, firstLine, processorMs, PRODUCT_ENTRY, start, type StartOptions } from './processes.ts';

/*
 * Servers over HTTP in processes of their own, and what is measured of them.
 */

export interface Served {
  child: ChildProcess;
  url: string;
  /** The agent's key, where the store was new at the start. */
  token?: string;
}

export interface ProductOptions extends Pick<StartOptions, 'environment' | 'node'> {
  /** Default: the product as it is published. */
  entry?: string;
}

/** Caretaker over HTTP with the configuration in a folder, without waiting until it is ready. */
export function spawnProduct(folder: string, { entry = PRODUCT_ENTRY, ...options }: ProductOptions = {}): ChildProcess {
  return start(entry, ['serve', '--http', '--port', '0', '--json'], { cwd: folder, ...options });
}

/** Caretaker over HTTP, ready for calls. */
export async function startProduct(folder: string, options?: ProductOptions): Promise<Served> {
  return ready(spawnProduct(folder, options));
}

/** Waits until a Caretaker that was spawned serves. */
export async function ready(child: ChildProcess): Promise<Served> {
  const { url, agent_key } = JSON.parse(await firstLine(child)) as { url: string; agent_key?: string };
  return { child, url, ...(agent_key !== undefined && { token: agent_key }) };
}

export async function startBare(): Promise<Served> {
  const child = start(BARE_HTTP, []);
  const { url } = JSON.parse(await firstLine(child)) as { url: string };
  return { child, url };
}

export interface Measured extends Outcome {
  /** Microseconds of the server's processor time for one call. */
  processor_us: number;
}

export async function measured(generator: Generator, { child }: Served, job: Job): Promise<Measured> {
  const before = processorMs(child);
  const outcome = await generator.run(job);
  return { ...outcome, processor_us: ((processorMs(child) - before) * 1_000) / outcome.calls };
}

export const at = ({ url, token }: Served) => ({ url, ...(token !== undefined && { token }) });
export const perSecond = ({ calls, ms }: Pick<Outcome, 'calls' | 'ms'>) => (calls * 1_000) / ms;

/** The medians of several rounds. */
export function typical(outcomes: readonly Measured[]): {
  rate: number;
  p50: number;
  p99: number;
  processor_us: number;
} {
  const of = (value: (outcome: Measured) => number) => median(outcomes.map(value));
  return {
    rate: of(perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    processor_us: of(({ processor_us }) => processor_us),
  };
}
