import { resolve } from 'node:path';
import { startChild } from './child.ts';
import { handleOn, type Ready, type SimulatorHandle } from './handle.ts';
import type { GivenOptions } from './options.ts';

const MAIN = resolve(import.meta.dirname, '../simulate.ts');

/** Starts a simulator in a process of its own, which ends with this one. */
export async function startSimulator(pms: string, options: GivenOptions = {}): Promise<SimulatorHandle> {
  const child = await startChild([MAIN, pms, '--options', JSON.stringify(options), '--end-with-stdin']);
  return handleOn(child.ready as Ready, () => child.end('SIGTERM'));
}
