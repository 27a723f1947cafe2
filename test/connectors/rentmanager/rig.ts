import { afterEach } from 'vitest';
import { checkSettings, type ConnectionSettings } from '../../../src/config.ts';
import {
  VendorError,
  type Connector,
  type ConnectorEnvironment,
  type Drift,
} from '../../../src/connectors/connector.ts';
import { create, settings } from '../../../src/connectors/rentmanager/connector.ts';
import { MappingFile } from '../../../src/connectors/kit/value_tables.ts';
import type { Command } from '../../../src/model/commands.ts';
import { createPacedFetch } from '../../../src/pace/paced_fetch.ts';
import type { SimulatorHandle } from '../../simulators/shared/handle.ts';
import { openSimulator } from '../../simulators/shared/open.ts';
import type { GivenOptions } from '../../simulators/shared/options.ts';
import { carryOut, contextFor, NOW } from '../rig.ts';

/** A pace that lets everything through. */
const UNPACED = {
  wait: () => Promise.resolve({ done() {} }),
  ask: () => Promise.resolve({ done() {} }),
  report: () => {},
  isDown: () => false,
  onRecovery: () => () => {},
  close: () => {},
};

/** What all processes of a connection share, with life spans by the company's clock. */
function sharedKv(now: () => number): ConnectorEnvironment['kv'] {
  const values = new Map<string, { value: string; until: number }>();
  const making = new Map<string, Promise<string>>();
  const kv: ConnectorEnvironment['kv'] = {
    get(key) {
      const held = values.get(key);
      return Promise.resolve(held !== undefined && held.until > now() ? held.value : undefined);
    },
    set: (key, value, ttl_ms = Number.POSITIVE_INFINITY) =>
      Promise.resolve(void values.set(key, { value, until: now() + ttl_ms })),
    async once(key, ttl_ms, make) {
      const known = await kv.get(key);
      if (known !== undefined) return known;
      const under_way = making.get(key);
      if (under_way !== undefined) return under_way;
      const made = make()
        .then(async (value) => {
          await kv.set(key, value, ttl_ms);
          return value;
        })
        .finally(() => making.delete(key));
      making.set(key, made);
      return made;
    },
  };
  return kv;
}

/** A company's Rent Manager, and the processes that reach it. */
export interface Company {
  simulator: SimulatorHandle;
  /** Epoch milliseconds, for the simulator and all processes. */
  now(): number;
  pass(ms: number): Promise<void>;
  /** One more process; `more` are settings that differ, `mappings` another mapping file. */
  process(more?: object, mappings?: object): Connector;
  kv: ConnectorEnvironment['kv'];
  drift: Drift[];
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A small company with a stopped clock, which ends with the test. */
export async function openCompany(options: GivenOptions = {}): Promise<Company> {
  let time = NOW;
  const simulator = await openSimulator('rentmanager', { now: NOW, limits: {}, units: 24, ...options });
  open.push(() => simulator.close());
  const file = await simulator.mappings();
  const now = () => time;
  const kv = sharedKv(now);
  const drift: Drift[] = [];
  return {
    ...{ simulator, now, kv, drift },
    async pass(ms) {
      time += ms;
      await simulator.clock({ advance_ms: ms });
    },
    process(more = {}, mappings = file) {
      const given = { ...simulator.connection, ...more } as unknown as ConnectionSettings;
      const fetch = createPacedFetch({ pace: UNPACED, base_url: simulator.url, deadline_ms: 30_000, clock: now });
      open.push(() => fetch.close());
      return create(checkSettings(settings, given) as never, {
        mappings: MappingFile.parse(mappings),
        environment: () => ({ clock: now, fetch, kv, onDrift: (one) => drift.push(one) }),
      });
    },
  };
}

/** The error with which something fails. */
export async function failureOf(promise: Promise<unknown>): Promise<VendorError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof VendorError)) throw new Error(`expected a VendorError, got ${String(error)}`);
  return error;
}

/** Carries a command out and gives the id of its record. */
export async function done(connector: Connector, command: Command): Promise<string> {
  return (await carryOut({ connector }, command, '')).id;
}

/** Prepares and sends one step, as it is. */
export async function sendStep(connector: Connector, command: Command, context = contextFor(''), step = 0) {
  const request = await connector.prepare(command, step, context);
  return { request, result: await connector.send(request, new AbortController().signal) };
}

/** How often the simulator was asked each thing. */
export async function asked(simulator: SimulatorHandle, operation: string): Promise<number> {
  return (await simulator.requests()).by_operation[operation] ?? 0;
}
