import { addDays } from '../../model/zoned_time.ts';
import { VendorError, type Finding, type ValueList } from '../connector.ts';
import { readWsdl } from '../kit/wsdl.ts';
import type { Use } from './operations.ts';
import type { Picklist } from './picklists.ts';
import { EVERY_LEASE } from './records/leases.ts';
import type { Values } from './values.ts';
import type { Vendor } from './vendor.ts';

/** Reads that show whether the licence has an operation, each with the least that it can be asked for. */
function probes({ clock, settings }: Vendor): readonly (readonly [Use, Values])[] {
  const today = new Date(clock()).toISOString().slice(0, 10);
  const moment = `${today}T00:00:00`;
  return [
    ['sites', {}],
    ['buildings', {}],
    ['units', {}],
    ['available_units', {}],
    ['leases', EVERY_LEASE],
    ['lead_sources', {}],
    ['agents', {}],
    [
      'search_prospects',
      {
        prospectSearchCriterion: {
          ProspectSearchCriterion: { modifieddate: { datefrom: addDays(today, -1), dateto: today } },
        },
      },
    ],
    [
      'service_requests',
      {
        getservicerequest: {
          searchtype: settings.service_requests.search_type,
          searchid: '0',
          requeststatus: settings.service_requests.statuses[0],
          requestdatestart: moment,
          requestdateend: moment,
          includeactivity: 'false',
          completedatestart: moment,
          completedateend: moment,
        },
      },
    ],
  ];
}

/** Holds the contract against the live one, and tries the credentials of each site and every operation that reads. */
export async function checkConnection(vendor: Vendor, signal?: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const service of vendor.contract.services) findings.push(await checkContract(vendor, service, signal));
  for (const site of vendor.sites) findings.push(await checkSite(vendor, site, signal));
  const [first] = vendor.sites;
  for (const [use, values] of probes(vendor))
    if (first !== undefined && vendor.contract.offered(use) !== undefined)
      findings.push(
        await tried(`operation: ${vendor.contract.offered(use)?.name}`, () => ask(vendor, use, first, values, signal)),
      );
  return findings;
}

async function ask(vendor: Vendor, use: Use, site: string, values: Values, signal?: AbortSignal): Promise<void> {
  if (use === 'lead_sources' || use === 'agents') await vendor.picklists.items(use, site, signal);
  else await vendor.client.call(use, site, values, { signal });
}

/** What a site can be asked for at the least cost. */
const CHEAPEST: readonly Use[] = [
  'sites',
  'buildings',
  'agents',
  'lead_sources',
  'available_units',
  'units',
  'residents',
];

async function checkSite(vendor: Vendor, site: string, signal?: AbortSignal): Promise<Finding> {
  const area = `credentials: site ${site}`;
  const use = CHEAPEST.find((one) => vendor.contract.offered(one) !== undefined);
  if (use === undefined) return { area, ok: false, detail: 'The contract has no operation that could show it.' };
  const list = vendor.contract.offered(use)?.name.toLowerCase() === 'getpicklist';
  const values: Values = list ? { lType: 'LIST_LEASINGAGENT' } : {};
  return tried(area, async () => void (await vendor.client.call(use, site, values, { signal })));
}

async function tried(area: string, work: () => Promise<void>): Promise<Finding> {
  try {
    await work();
    return { area, ok: true, detail: 'answers' };
  } catch (error) {
    if (error instanceof VendorError) return { area, ok: false, detail: error.message };
    throw error;
  }
}

async function checkContract(
  { client }: Vendor,
  { url, operations }: Vendor['contract']['services'][number],
  signal?: AbortSignal,
): Promise<Finding> {
  const area = `contract: ${new URL(url).pathname.split('/').at(-1)}`;
  let live: readonly string[] | undefined;
  try {
    const text = await client.contractAt(url, signal);
    live = text === undefined ? undefined : readWsdl(text).operations.map(({ name }) => name.toLowerCase());
  } catch {
    live = undefined;
  }
  // Some services show none: what the licence has is then known from the settings alone.
  if (live === undefined)
    return { area, ok: true, detail: 'The service does not show its contract; the settings are taken at their word.' };
  const gone = operations.filter((name) => !live.includes(name));
  const added = live.filter((name) => !operations.includes(name));
  if (gone.length > 0)
    return { area, ok: false, detail: `The service no longer has ${gone.join(', ')}. Save its contract anew.` };
  if (added.length > 0)
    return { area, ok: true, detail: `The service has more than the settings know: ${added.join(', ')}.` };
  return { area, ok: true, detail: 'The service has the operations that the settings know.' };
}

/** Which lists fill which tables of the mapping file. */
const LISTS: readonly (readonly [Picklist, ValueList['table']])[] = [
  ['lead_sources', 'lead_source'],
  ['agents', 'agent'],
];

/** The sites' own lists. Ids are a site's own, so that with several sites each name says where it is from. */
export async function valueLists(vendor: Vendor, signal?: AbortSignal): Promise<ValueList[]> {
  const lists: ValueList[] = [];
  for (const [list, table] of LISTS) {
    if (vendor.contract.offered(list) === undefined) continue;
    const values = new Map<string, string>();
    for (const site of vendor.sites)
      for (const { value, text } of await vendor.picklists.items(list, site, signal))
        if (!values.has(value)) values.set(value, vendor.sites.length > 1 ? `${text} (${site})` : text);
    lists.push({ table, values: [...values].map(([raw, name]) => ({ raw, name })) });
  }
  return lists;
}
