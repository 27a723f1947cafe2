import type { ConnectorEnvironment } from '../connector.ts';
import { circumstancesOf } from '../kit/circumstances.ts';
import type { Circumstances } from '../kit/codecs.ts';
import type { RecordMapping } from '../kit/rows.ts';
import type { ValueTables } from '../kit/value_tables.ts';
import type { Contract } from './contract.ts';
import { createPicklists, type Picklists } from './picklists.ts';
import { workOrderMapping } from './records/work_order_rows.ts';
import { formOf, isForm, type FormOrReason } from './service_request_form.ts';
import type { RealpageSettings } from './settings.ts';
import { createClient, type Client } from './transport.ts';

/** What all parts of the connector work with. */
export interface Vendor {
  settings: RealpageSettings;
  contract: Contract;
  client: Client;
  /** Its sites. A site is a property and a scope at once. */
  sites: readonly string[];
  tables: ValueTables;
  picklists: Picklists;
  circumstances: Circumstances;
  /** How service requests are sent, where the contract names their elements. */
  forms: { add: FormOrReason; update: FormOrReason };
  work_order: RecordMapping<'work_order'>;
  clock: () => number;
}

export interface VendorOptions {
  settings: RealpageSettings;
  contract: Contract;
  tables: ValueTables;
  environmentOf(url: string): ConnectorEnvironment;
}

export function createParts({ settings, contract, tables, environmentOf }: VendorOptions): Vendor {
  const client = createClient({ settings, contract, environmentOf });
  const { clock, kv, onDrift } = environmentOf(settings.services[0]?.url ?? '');
  const add = formOf(contract, 'add_service_request', ['unit_id', 'description']);
  return {
    settings,
    contract,
    client,
    sites: Object.keys(settings.sites),
    tables,
    picklists: createPicklists({ client, contract, kv }),
    circumstances: circumstancesOf(settings.time_zones, tables, onDrift),
    forms: { add, update: formOf(contract, 'update_service_request', ['id', 'status']) },
    work_order: workOrderMapping(isForm(add) ? add.words : undefined),
    clock,
  };
}
