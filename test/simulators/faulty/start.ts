import { resolve } from 'node:path';
import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { startChild } from '../shared/child.ts';
import { controlsOf } from '../shared/control_client.ts';
import type { AcceptedWrite } from './books.ts';
import type { ClockOrder, FaultOrder, RequestCounts, StaffOrder } from './control.ts';
import type { GivenFault } from './faults.ts';
import type { connectionFor, GivenOptions } from './options.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');

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
  const child = await startChild([MAIN, JSON.stringify(options)]);
  const ready = child.ready as Pick<FaultySimulator, 'url' | 'connection'>;
  const ask = controlsOf(ready.url);
  return {
    ...ready,
    fault: async (...faults) => void (await ask('faults', { faults })),
    order: async (order) => void (await ask('faults', order)),
    effects: () => ask('effects'),
    requests: () => ask('requests'),
    state: () => ask('state'),
    clock: async (order) => (await ask<{ now: number }>('clock', order)).now,
    staff: (order) => ask('staff', order),
    stop: (signal = 'SIGTERM') => child.end(signal),
  };
}
