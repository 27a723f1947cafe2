import { afterEach } from 'vitest';
import { VendorError, type Connector } from '../../../src/connectors/connector.ts';
import { COMMANDS, type Command, type CommandKind, type CommandOf } from '../../../src/model/commands.ts';
import type { RecordKind, RecordOf } from '../../../src/model/records.ts';
import type { GivenOptions } from '../../simulators/shared/options.ts';
import { LICENCES } from '../../simulators/yardi/words.ts';
import { carryOut, connectTo, openVendor, type Connected, type VendorRig } from '../rig.ts';

/** The property that tests work at; the simulator has two. */
export const PROPERTY = 'prop001';

export interface Yardi extends VendorRig {
  /** Another connection to the same Voyager, with other settings; `interfaces` are changed one by one. */
  again(more?: object, interfaces?: Readonly<Record<string, object | undefined>>): Promise<Connector>;
  /** The texts of the last request of an operation, without credentials. */
  lastBody(operation: string): Promise<string>;
  asked(operation: string): Promise<number>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Interfaces of a connection with some changed, left out (`undefined`) or added. */
export type Interfaces = Readonly<Record<string, object | undefined>>;

export async function openYardi(options: GivenOptions = {}): Promise<Yardi> {
  const rig = await openVendor('yardi', options);
  open.push(() => rig.close());
  const { simulator } = rig;
  return {
    ...rig,
    async again(more = {}, interfaces = {}) {
      const given = simulator.connection['interfaces'] as Interfaces;
      const merged = Object.entries({ ...given, ...interfaces }).flatMap(([name, licence]) =>
        licence === undefined ? [] : [[name, { ...given[name], ...licence }]],
      );
      const settings = { interfaces: Object.fromEntries(merged), ...more };
      const connected: Connected = await connectTo(simulator, await simulator.mappings(), settings);
      open.push(() => connected.close());
      return connected.connector;
    },
    async lastBody(operation) {
      const { last } = await simulator.requests();
      return last.findLast((one) => one.operation === operation)?.body ?? '';
    },
    asked: async (operation) => (await simulator.requests()).by_operation[operation] ?? 0,
  };
}

/** The renewals' interface, which the simulator's own connection leaves out. */
export const RENEWALS = {
  lease_renewals: {
    entity: LICENCES.lease_renewals.entity,
    license: LICENCES.lease_renewals.license,
    path: 'ItfLeaseRenewals.asmx',
  },
};

export function commandOf<K extends CommandKind>(kind: K, fields: object): CommandOf<K> {
  return COMMANDS[kind].schema.parse({ kind, property_id: PROPERTY, ...fields }) as CommandOf<K>;
}

/** Every record of a kind at the property. */
export async function listAll<K extends RecordKind>(connector: Connector, kind: K, query = {}): Promise<RecordOf<K>[]> {
  const found: RecordOf<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await connector.list(kind, { scope: PROPERTY, ...query, ...(cursor && { cursor }) });
    found.push(...page.records);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

/** Carries a command out and gives back its record. */
export async function done<K extends RecordKind>(connector: Connector, command: Command, kind: K) {
  const { id } = await carryOut({ connector }, command, PROPERTY);
  const record = await connector.get(kind, PROPERTY, id);
  if (record === undefined) throw new Error(`${kind} ${id} is not there`);
  return record;
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
