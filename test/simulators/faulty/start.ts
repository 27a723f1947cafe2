import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import type { AcceptedWrite } from './books.ts';
import type { ClockOrder, FaultOrder, RequestCounts, StaffOrder } from './control.ts';
import type { GivenFault } from './faults.ts';
import type { connectionFor, GivenOptions } from './options.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const START_MS = 60_000;
const END_MS = 5_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A running simulator, from outside. */
export interface FaultySimulator {
  url: string;
  /** For the "connections" of a configuration, and for `createFaulty`. */
  connection: ReturnType<typeof connectionFor>;
  /** Faults for the next requests that fit them, in order. */
  fault(...faults: GivenFault[]): Promise<void>;
  /** Outages, the share of faults by chance, forgetting faults that nobody has met. */
  order(order: FaultOrder): Promise<void>;
  /** Every accepted write request, oldest first; a repetition under a live key is not one. */
  effects(): Promise<AcceptedWrite[]>;
  requests(): Promise<RequestCounts>;
  state(): Promise<SandboxState>;
  /** Stops the simulator's clock or lets time pass; returns what it shows. */
  clock(order: ClockOrder): Promise<number>;
  /** What people do in the PMS itself; returns the record that was made, if any. */
  staff(order: StaffOrder): Promise<{ kind?: string; id?: string }>;
  /** Ends the process, at once with `SIGKILL`. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts a simulator in a process of its own, which ends with this one. */
export async function startFaulty(options: GivenOptions = {}): Promise<FaultySimulator> {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let ready: Pick<FaultySimulator, 'url' | 'connection'>;
  try {
    ready = JSON.parse(await firstLine(child)) as typeof ready;
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
  const ask = async <T>(path: string, order?: object): Promise<T> => {
    const init = order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) };
    const response = await fetch(`${ready.url}/__simulator/${path}`, init);
    const body = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${body.error}`);
    return body;
  };
  return {
    ...ready,
    fault: async (...faults) => void (await ask('faults', { faults })),
    order: async (order) => void (await ask('faults', order)),
    effects: () => ask('effects'),
    requests: () => ask('requests'),
    state: () => ask('state'),
    clock: async (order) => (await ask<{ now: number }>('clock', order)).now,
    staff: (order) => ask('staff', order),
    stop: (signal = 'SIGTERM') => end(child, signal),
  };
}

async function firstLine(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the simulator ended before it was ready')));
  ended.catch(() => {});
  const [line] = (await Promise.race([once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }), ended])) as [
    string,
  ];
  lines.close();
  child.stdout.resume();
  return line;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
