import type { Connector, Drift, PaceLimits, StepContext, StepResult } from '../../src/connectors/connector.ts';
import type { VendorModule } from '../../src/connectors/kit/settings.ts';
import { MappingFile } from '../../src/connectors/kit/value_tables.ts';
import { checkSettings, type ConnectionSettings } from '../../src/config.ts';
import type { Command } from '../../src/model/commands.ts';
import { COMMANDS } from '../../src/model/commands.ts';
import { recordIdOf } from '../../src/writeback/record_id.ts';
import type { OpenWrite } from '../../src/writeback/open_write.ts';
import { createPacedFetch } from '../../src/pace/paced_fetch.ts';
import type { Ready, SimulatorHandle } from '../simulators/shared/handle.ts';
import { openSimulator } from '../simulators/shared/open.ts';
import type { GivenOptions } from '../simulators/shared/options.ts';

/** A moment at which the clocks of these tests stand. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

const MODULES: Readonly<Record<string, () => Promise<VendorModule>>> = {
  buildium: () => import('../../src/connectors/buildium/connector.ts'),
  appfolio: () => import('../../src/connectors/appfolio/connector.ts'),
  yardi: () => import('../../src/connectors/yardi/connector.ts'),
  realpage: () => import('../../src/connectors/realpage/connector.ts'),
  rentmanager: () => import('../../src/connectors/rentmanager/connector.ts'),
};

/** A connector with the simulator that it talks to, over real HTTP, without a pace. */
export interface VendorRig extends Connected {
  simulator: SimulatorHandle;
  /** Every secret of the connection, none of which may appear anywhere. */
  secrets: string[];
}

/** A pace that lets everything through; what is asked too fast is the simulator's to refuse. */
const UNPACED = {
  wait: () => Promise.resolve({ done() {} }),
  ask: () => Promise.resolve({ done() {} }),
  report: () => {},
  isDown: () => false,
  onRecovery: () => () => {},
  close: () => {},
};

/** A store of kept values in this process alone. */
function memoryKv() {
  const values = new Map<string, string>();
  const making = new Map<string, Promise<string>>();
  return {
    get: (key: string) => Promise.resolve(values.get(key)),
    set: (key: string, value: string) => Promise.resolve(void values.set(key, value)),
    once: (key: string, _ttl: number, make: () => Promise<string>) => {
      const known = values.get(key);
      if (known !== undefined) return Promise.resolve(known);
      const made =
        making.get(key) ??
        make()
          .then((value) => (values.set(key, value), value))
          .finally(() => making.delete(key));
      making.set(key, made);
      return made;
    },
  };
}

const SECRET_KEYS = /secret|password|license|token|user|client_id|developer/i;

function secretsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return SECRET_KEYS.test(key) && value.length > 5 ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => secretsIn(inner, name));
}

/** A connector to a PMS that is running somewhere, with what it tells of drift. */
export interface Connected {
  connector: Connector;
  /** The connector's clock; a simulator has one of its own. */
  time: { now: number };
  drift: Drift[];
  close(): Promise<void>;
}

/** Connects to a simulator with the connection and the mapping file that it offers; `more` are further settings. Told of every request. */
export async function connectTo(
  { pms, connection }: Ready,
  mappings: object,
  more: object = {},
  onRequest?: (fetch: typeof globalThis.fetch, ...request: Parameters<typeof globalThis.fetch>) => void,
): Promise<Connected> {
  const load = MODULES[pms];
  if (load === undefined) throw new RangeError(`no connector for ${pms}`);
  const { settings, create } = await load();
  const given = { time_zones: { default: 'America/Chicago', properties: {} }, ...connection, ...more };
  const drift: Drift[] = [];
  const fetches: { close(): Promise<void> }[] = [];
  const kv = memoryKv();
  const time = { now: NOW };
  const clock = () => time.now;
  const connector = create(checkSettings(settings, given as unknown as ConnectionSettings) as never, {
    mappings: MappingFile.parse(mappings),
    environment(base_url: string, _limits: PaceLimits, deadline_ms = 30_000) {
      const fetch = createPacedFetch({ pace: UNPACED, base_url, deadline_ms, clock });
      fetches.push(fetch);
      const watched: typeof globalThis.fetch = (...request) => {
        onRequest?.(fetch, ...request);
        return fetch(...request);
      };
      return { clock, fetch: watched, kv, onDrift: (one) => drift.push(one) };
    },
  });
  const close = async () => {
    await connector.close();
    await Promise.all(fetches.map((fetch) => fetch.close()));
  };
  return { connector, time, drift, close };
}

/** Opens a vendor's simulator and a connector to it; `limits: {}` keeps the simulator from counting requests. */
export async function openVendor(pms: string, options: GivenOptions = {}, more: object = {}): Promise<VendorRig> {
  const simulator = await openSimulator(pms, { now: NOW, limits: {}, units: 24, ...options });
  const connected = await connectTo(simulator, await simulator.mappings(), more);
  return {
    ...connected,
    simulator,
    secrets: secretsIn(simulator.connection),
    async close() {
      await connected.close();
      await simulator.close();
    },
  };
}

let writes = 0;

/** A context as the ledger makes one. */
export function contextFor(scope: string, before?: unknown): StepContext {
  writes += 1;
  // Crockford's alphabet leaves out four letters that the usual one has.
  const number = [...writes.toString(32).padStart(13, '0')]
    .map((digit) => '0123456789abcdefghjkmnpqrstvwxyz'[Number.parseInt(digit, 32)])
    .join('');
  return {
    write_id: `w_${number}`,
    marker: `ct-${number}`,
    scope,
    results: [],
    ...(before !== undefined && { before }),
  };
}

/** What a command came to. */
export interface Carried {
  context: StepContext;
  result: StepResult;
  /** The record that was made or changed. */
  id: string;
}

/** Compiles a command and sends its steps one by one, as the ledger does; a step that names no record is located. */
export async function carryOut(
  { connector }: Pick<VendorRig, 'connector'>,
  command: Command,
  scope: string,
  before?: unknown,
): Promise<Carried> {
  let context = contextFor(scope, before);
  let result: StepResult = {};
  const signal = new AbortController().signal;
  for (const [index, step] of connector.compile(command).entries()) {
    const request = await connector.prepare(command, index, context);
    let answer = await connector.send(request, signal);
    if (step.makes_record && answer.record === undefined) {
      const located = await connector.locate(command, index, request, context, signal);
      if (located.outcome !== 'found') throw new Error(`${command.kind}: what was made is not found`);
      answer = { ...answer, ...located.result };
    }
    result = { ...result, ...answer };
    context = { ...context, results: [...context.results, answer] };
  }
  const row = { record_id: null } as OpenWrite['row'];
  const id = recordIdOf({ command, row } as OpenWrite, result);
  if (id === undefined) throw new Error(`${command.kind} names no record of ${COMMANDS[command.kind].record}`);
  return { context, result, id };
}
