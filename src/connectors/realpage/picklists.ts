import type { ConnectorEnvironment } from '../connector.ts';
import { recordsIn, textOf } from './answer.ts';
import type { Contract } from './contract.ts';
import { PICKLIST_LIFE_MS } from './limits.ts';
import type { Client } from './transport.ts';

/** A site's own lists. The ids in them are that site's alone. */
export interface Picklists {
  /** What the site has to choose from; none where the contract has no operation that tells. */
  items(list: Picklist, site: string, signal?: AbortSignal): Promise<readonly Item[]>;
}

export interface Item {
  /** What goes over the wire. */
  value: string;
  text: string;
}

/** The lists that are read, and how `getpicklist` calls them. */
const LISTS = {
  lead_sources: 'LIST_LEADSOURCE',
  agents: 'LIST_LEASINGAGENT',
} as const;
export type Picklist = keyof typeof LISTS;

export function createPicklists(parts: {
  client: Client;
  contract: Contract;
  kv: ConnectorEnvironment['kv'];
}): Picklists {
  const { client, contract, kv } = parts;

  async function read(list: Picklist, site: string, signal?: AbortSignal): Promise<readonly Item[]> {
    const asked = contract.offered(list)?.name.toLowerCase() === 'getpicklist' ? { lType: LISTS[list] } : {};
    const result = await client.call(list, site, asked, { signal });
    return recordsIn(result, 'PicklistItem').flatMap(({ Value, Text }) => {
      const [value, text] = [textOf(Value), textOf(Text)];
      return value === undefined ? [] : [{ value, text: text ?? value }];
    });
  }

  return {
    async items(list, site, signal) {
      if (contract.offered(list) === undefined) return [];
      const make = async () => JSON.stringify(await read(list, site, signal));
      return JSON.parse(await kv.once(`picklist:${list}:${site}`, PICKLIST_LIFE_MS, make)) as Item[];
    },
  };
}
