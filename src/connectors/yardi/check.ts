import { VALUE_TABLES, VendorError, type Finding, type ValueList } from '../connector.ts';
import type { Context } from './context.ts';
import { INTERFACE_NAMES, INTERFACES, type InterfaceName } from './interfaces.ts';
import { readAgentsAndSources, readChargeTypes, readCustomValues } from './lists.ts';
import { readProperties } from './records/property.ts';
import { LIST_VENDORS } from './records/vendor.ts';
import { namesIn, readUnseen, VENDOR_ELEMENTS } from './unseen.ts';

/** Properties that are asked for agents and sources; most customers share one list. */
const PROPERTIES_ASKED = 20;

type Check = (signal?: AbortSignal) => Promise<readonly Finding[]>;

/** Runs a check; that it cannot be made is a finding too. */
async function tried(area: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof VendorError) return [{ area, ok: false, detail: error.message }];
    throw error;
  }
}

/** Tries every licensed interface, reading only, and says which properties each of them is set up for. */
export function checkConnection(context: Context): Check {
  return async (signal) => {
    const findings: Finding[] = [];
    for (const name of INTERFACE_NAMES) findings.push(...(await checkInterface(context, name, signal)));
    findings.push(...(await tried('time zones', () => checkZones(context, signal))));
    findings.push(...(await tried('vendors', () => checkVendors(context, signal))));
    findings.push(...(await tried('leasing agent', () => checkAgent(context, signal))));
    return findings;
  };
}

async function checkInterface(
  context: Context,
  name: InterfaceName,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const area = `interface: ${INTERFACES[name].title}`;
  const { client } = context;
  if (!client.licensed.includes(name))
    return [{ area, ok: true, detail: `Not licensed; name entity and licence under interfaces.${name} to use it.` }];
  return tried(area, async () => {
    const circumstances = await context.circumstances(signal);
    const own = new Set((await readProperties(client, circumstances, signal, name)).map(({ id }) => id));
    const missing = (await context.properties(signal)).filter(({ id }) => !own.has(id)).map(({ id }) => id);
    if (missing.length === 0) return [{ area, ok: true, detail: `Set up for ${own.size} properties.` }];
    const named = missing.slice(0, 10).join(', ');
    const detail = `Not set up for ${missing.length} properties (${named}): nothing of them can be read or changed through it.`;
    return [{ area, ok: false, detail }];
  });
}

async function checkZones(context: Context, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { zoneOf } = await context.circumstances(signal);
  const without = (await context.properties(signal)).filter(({ id }) => zoneOf(id) === undefined).map(({ id }) => id);
  if (without.length === 0) return [{ area: 'time zones', ok: true, detail: 'Every property has one.' }];
  const detail = `Properties without one: ${without.slice(0, 10).join(', ')}. Tours there are refused; name it under time_zones.properties.`;
  return [{ area: 'time zones', ok: false, detail }];
}

/** Whether vendors can be made out in an answer whose elements nobody has described. */
async function checkVendors(
  { client, settings, ...context }: Context,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const service = LIST_VENDORS.find((name) => client.licensed.includes(name));
  const [property] = await context.properties(signal);
  if (service === undefined || property === undefined) return [];
  const call = { service, name: 'GetVendors_Login', parameters: { YardiPropertyId: property.id } } as const;
  const answer = await client.read(call, signal);
  const vendors = readUnseen(answer, VENDOR_ELEMENTS, settings.elements.vendor);
  const named = vendors.filter(({ id, name }) => id !== undefined && name !== undefined).length;
  if (answer === undefined || named > 0) return [{ area: 'vendors', ok: true, detail: `${named} can be read.` }];
  const detail = `The answer has the elements ${namesIn(answer).join(', ')}. Say which are record, id and name under elements.vendor.`;
  return [{ area: 'vendors', ok: false, detail }];
}

async function checkAgent(context: Context, signal?: AbortSignal): Promise<readonly Finding[]> {
  const wanted = context.settings.defaults['agent'];
  const [property] = await context.properties(signal);
  if (wanted === undefined || property === undefined || !context.client.licensed.includes('ils_guest_card')) return [];
  const { agents } = await readAgentsAndSources(context, property.id, signal);
  const ok = agents.length === 0 || agents.some(({ name, is_active }) => is_active && name === wanted);
  const detail = ok ? 'defaults.agent is known to Voyager.' : 'defaults.agent is no active leasing agent in Voyager.';
  return [{ area: 'leasing agent', ok, detail }];
}

/** The customer's own lists for the mapping file; those of interfaces without a licence are left out. */
export function valueLists(context: Context): (signal?: AbortSignal) => Promise<readonly ValueList[]> {
  const { client } = context;
  const has = (name: InterfaceName) => client.licensed.includes(name);
  return async (signal) => {
    const words: Partial<Record<(typeof VALUE_TABLES)[number], readonly string[]>> = {};
    if (has('service_requests')) {
      const { statuses, priorities, categories } = await readCustomValues(context, signal);
      Object.assign(words, { work_order_status: statuses, severity: priorities, trade: categories });
    }
    if (has('ils_guest_card')) Object.assign(words, await agentsAndSources(context, signal));
    if (has('billing_and_payments'))
      words.charge_code = (await readChargeTypes(context, signal)).map(({ code }) => code);
    return VALUE_TABLES.flatMap((table) => {
      const list = words[table];
      return list === undefined ? [] : [{ table, values: list.map((raw) => ({ raw, name: raw })) }];
    });
  };
}

async function agentsAndSources(context: Context, signal?: AbortSignal) {
  const [agents, sources] = [new Set<string>(), new Set<string>()];
  for (const { id } of (await context.properties(signal)).slice(0, PROPERTIES_ASKED)) {
    const known = await readAgentsAndSources(context, id, signal);
    known.agents.forEach(({ name, is_active }) => is_active && agents.add(name));
    known.sources.forEach((name) => sources.add(name));
  }
  return { agent: [...agents], lead_source: [...sources] };
}
