import { toLocal } from '../../../model/zoned_time.ts';
import type { Phone } from '../../../model/values.ts';
import { VendorError } from '../../connector.ts';
import type { Context } from '../context.ts';
import { readAgentsAndSources, type AgentsAndSources } from '../lists.ts';
import { dialled } from '../people.ts';

/** Words of a property that a guest card needs: who looks after it, where it came from. */
export interface GuestWords {
  agent(wanted: string | undefined): string;
  source(name: string): string;
  /** The property's clock at an instant, as events have it. Throws `VendorError` where the property has no zone. */
  clock(instant: string): string;
}

export async function guestWords(context: Context, property: string, signal?: AbortSignal): Promise<GuestWords> {
  const known = await readAgentsAndSources(context, property, signal);
  const zone = (await context.circumstances(signal)).zoneOf(property);
  return {
    agent: (wanted) => agentFor(context, known, wanted),
    source: (name) => sourceFor(context, known, name),
    clock(instant) {
      if (zone !== undefined) return `${toLocal(instant, zone)}:00`;
      throw new VendorError(
        'misconfigured',
        `Voyager takes the time of the property's clock, and property ${property} has no time zone. ` +
          'Name it under time_zones.properties of the connection. Nothing was changed.',
      );
    },
  };
}

/** The agent wanted, else the connection's own, else the first one of the property. */
function agentFor({ settings }: Context, { agents }: AgentsAndSources, wanted: string | undefined): string {
  const active = agents.filter(({ is_active }) => is_active).map(({ name }) => name);
  const name = wanted ?? settings.defaults['agent'] ?? active[0];
  if (name === undefined)
    throw new VendorError(
      'refused',
      'The property has no leasing agent in Voyager. Set defaults.agent. Nothing was changed.',
      {
        field: 'agent',
      },
    );
  if (active.length === 0 || active.includes(name)) return name;
  throw new VendorError('refused', 'Voyager has no such leasing agent at this property. Nothing was changed.', {
    field: 'agent',
  });
}

/** Names of sources shown where one is refused. */
const SHOWN_SOURCES = 12;

/** The property's own spelling of a marketing source. Any other name would be refused by the server. */
function sourceFor({ tables }: Context, { sources }: AgentsAndSources, given: string): string {
  const name = tables.lead_source?.to_pms[given] ?? given;
  if (sources.length === 0) return name;
  const found = sources.find((one) => one === name) ?? sources.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new VendorError(
    'refused',
    `Voyager has no marketing source of that name at this property. Add it to lead_source of the mapping file. It has ` +
      `${sources.slice(0, SHOWN_SOURCES).join(', ')}. Nothing was changed.`,
    { field: 'source' },
  );
}

const PHONE_TYPE: Readonly<Record<Phone['type'], string>> = {
  mobile: 'cell',
  home: 'home',
  work: 'office',
  after_hours: 'office',
  other: 'home',
};
const PHONE_TYPES = ['cell', 'home', 'office'];

/** One number of each of Voyager's kinds, each under its own kind as long as that is free. */
export function phonesFor(phones: readonly Phone[]): { type: string; number: string }[] {
  const free = new Set(PHONE_TYPES);
  return phones.slice(0, PHONE_TYPES.length).map(({ number, type }) => {
    const wanted = PHONE_TYPE[type];
    const taken = free.has(wanted) ? wanted : ([...free][0] as string);
    free.delete(taken);
    return { type: taken, number: dialled(number) };
  });
}
