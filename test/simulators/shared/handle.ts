import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import type { Effect } from './books.ts';
import type { ClockOrder, FaultOrder, GivenFault, RequestCounts, StaffOrder } from './control.ts';
import { controlsOf } from './control_client.ts';
import type { Hooks, HookOrder } from './hooks.ts';

/** What a simulator says when it is ready. */
export interface Ready {
  pms: string;
  url: string;
  /** For the "connections" of a configuration. */
  connection: { id: string; pms: string; [setting: string]: unknown };
}

/** A running simulator, from outside. */
export interface SimulatorHandle extends Ready {
  /** Faults for the next requests that fit them, in order. */
  fault(...faults: GivenFault[]): Promise<void>;
  /** Outages, the share of faults by chance, forgetting faults that nobody has met. */
  order(order: FaultOrder): Promise<void>;
  /** What every accepted write has made or changed, oldest first. */
  effects(): Promise<Effect[]>;
  requests(): Promise<RequestCounts>;
  /** The portfolio in canonical form, of the kinds that the vendor has. */
  state(): Promise<Partial<SandboxState>>;
  /** A mapping file that fits the portfolio. */
  mappings(): Promise<object>;
  /** Stops the simulator's clock or lets time pass; returns what it shows. */
  clock(order: ClockOrder): Promise<number>;
  /** What a person does in the PMS itself, in the vendor's own tables. */
  staff(order: StaffOrder): Promise<void>;
  /** Where webhooks go and what goes wrong with them; returns what was sent so far. */
  webhooks(order?: HookOrder): Promise<ReturnType<Hooks['report']>>;
  close(): Promise<void>;
}

/** A handle on a simulator that is ready, wherever it runs. */
export function handleOn(ready: Ready, close: () => Promise<void>): SimulatorHandle {
  const ask = controlsOf(ready.url);
  return {
    ...ready,
    fault: async (...faults) => void (await ask('faults', { faults })),
    order: async (order) => void (await ask('faults', order)),
    effects: () => ask('effects'),
    requests: () => ask('requests'),
    state: () => ask('state'),
    mappings: () => ask('mappings'),
    clock: async (order) => (await ask<{ now: number }>('clock', order)).now,
    staff: async (order) => void (await ask('staff', order)),
    webhooks: (order) => ask('webhooks', order),
    close,
  };
}
