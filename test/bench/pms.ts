import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Caretaker, openCaretaker } from '../../src/main/caretaker.ts';
import { addPms, knownPms } from '../../src/main/connections.ts';
import { catalogue } from '../../tools/catalogue.ts';
import type { AcceptedWrite } from '../simulators/faulty/books.ts';
import { createFaulty } from '../simulators/faulty/connector.ts';
import type { RequestCounts } from '../simulators/faulty/control.ts';
import { type connectionFor, type GivenOptions, Settings } from '../simulators/faulty/options.ts';
import { folderWith, type Place } from './portfolio.ts';
import { emitPms, firstLine, PMS_ENTRY, PRODUCT_WITH_PMS_ENTRY, start } from './processes.ts';
import type { ProductOptions } from './served.ts';

/*
 * The simulated PMS, reached over HTTP in a process of its own, and Caretaker connected to it. Both processes run
 * compiled. What is called in this process runs from the sources.
 */

/** The id of the connection to it. */
export const CONNECTION = 'faulty';

/** A connection to anything but the sandbox needs a key ring. */
const environment = { CARETAKER_KEYRING: `bench:${randomBytes(32).toString('base64')}` };

/** How Caretaker is started with this PMS among those that can be connected. */
export const WITH_PMS: ProductOptions = { entry: PRODUCT_WITH_PMS_ENTRY, environment };

export interface Pms {
  child: ChildProcess;
  url: string;
  connection: ReturnType<typeof connectionFor>;
  /** What the simulator itself has counted; asking for it is not counted. */
  requests(): Promise<RequestCounts>;
  /** Every accepted write request, oldest first. */
  effects(): Promise<AcceptedWrite[]>;
  state(): Promise<SandboxState>;
}

export async function startPms(options: GivenOptions): Promise<Pms> {
  emitPms();
  const child = start(PMS_ENTRY, [JSON.stringify(options)]);
  const ready = JSON.parse(await firstLine(child)) as Pick<Pms, 'url' | 'connection'>;
  const ask = async <T>(what: string): Promise<T> =>
    (await (await fetch(`${ready.url}/__simulator/${what}`)).json()) as T;
  return {
    ...ready,
    child,
    requests: () => ask('requests'),
    effects: () => ask('effects'),
    state: () => ask('state'),
  };
}

export async function placesIn(pms: Pms): Promise<Place[]> {
  return (await pms.state()).unit.map(({ id, property_id }) => ({ property_id, unit_id: id }));
}

/** A new folder with the configuration of a Caretaker on a store, connected to the PMS. */
export function folderFor({ connection }: Pms, store: string): string {
  return folderWith({ store, connections: [connection] });
}

addPms(CONNECTION, async (given, surroundings) => {
  const { base_url, limits } = Settings.parse(given);
  return createFaulty(given, surroundings.environment(base_url, limits));
});

/** The Caretaker of such a folder, in this process. */
export function openWithPms(folder: string): Caretaker {
  const names = { tools: catalogue.map(({ name }) => name), pms: knownPms() };
  const config = loadConfig({ cwd: folder, environment }, names);
  return openCaretaker({ config, environment, root: resolve(import.meta.dirname, '../..') });
}
