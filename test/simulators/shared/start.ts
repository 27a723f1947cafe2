import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { handleOn, type Ready, type SimulatorHandle } from './handle.ts';
import type { GivenOptions } from './options.ts';

const MAIN = resolve(import.meta.dirname, '../simulate.ts');
const START_MS = 120_000;
const END_MS = 5_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a simulator in a process of its own, which ends with this one. */
export async function startSimulator(pms: string, options: GivenOptions = {}): Promise<SimulatorHandle> {
  const args = [MAIN, pms, '--options', JSON.stringify(options), '--end-with-stdin'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  try {
    return handleOn(JSON.parse(await firstLine(child)) as Ready, () => end(child, 'SIGTERM'));
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

async function firstLine(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the simulator ended before it was ready')));
  ended.catch(() => {});
  const line = once(lines, 'line', { signal: AbortSignal.timeout(START_MS) });
  const [first] = (await Promise.race([line, ended])) as [string];
  lines.close();
  child.stdout.resume();
  return first;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
