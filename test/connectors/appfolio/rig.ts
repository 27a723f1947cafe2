import { afterEach } from 'vitest';
import type { RecordKind, RecordOf } from '../../../src/model/records.ts';
import type { GivenOptions } from '../../simulators/shared/options.ts';
import { openVendor, type VendorRig } from '../rig.ts';

export interface Appfolio extends VendorRig {
  /** The records of a kind as the simulator holds them. */
  held<K extends RecordKind>(kind: K): Promise<RecordOf<K>[]>;
  /** Changes what is particular to the account: maintenance, largest page, resources that are not covered. */
  account(set: Record<string, unknown>): Promise<void>;
  /** The addresses of all requests since the last time, without the simulator's own. */
  asked(): Promise<string[]>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A database of AppFolio with a connector to it, both of which end with the test. */
export async function openAppfolio(options: GivenOptions = {}, settings: object = {}): Promise<Appfolio> {
  const rig = await openVendor('appfolio', options, settings);
  open.push(() => rig.close());
  let seen = 0;
  return {
    ...rig,
    held: async (kind) => ((await rig.simulator.state())[kind] ?? []) as never,
    account: (set) => rig.simulator.staff({ change: { table: 'account', id: 1, set } }),
    async asked() {
      const { last } = await rig.simulator.requests();
      const fresh = last.slice(seen).map(({ method, url }) => `${method} ${url}`);
      seen = last.length;
      return fresh;
    },
  };
}

/** All records of a kind, page by page. */
export async function listAll<K extends RecordKind>(
  { connector }: VendorRig,
  kind: K,
  query: object = {},
): Promise<RecordOf<K>[]> {
  const records: RecordOf<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await connector.list(kind, { ...query, ...(cursor !== undefined && { cursor }) });
    records.push(...page.records);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return records;
}

/** The first of some records; throws where there is none. */
export function first<T>(records: readonly T[], fits: (record: T) => boolean = () => true): T {
  const found = records.find(fits);
  if (found === undefined) throw new Error('the portfolio has no such record');
  return found;
}
