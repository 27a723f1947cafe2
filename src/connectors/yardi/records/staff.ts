import { listOf, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { readAgentsAndSources } from '../lists.ts';

/** Leasing agents. Voyager knows them by their names, which are their ids here. */
export const STAFF = mapping(
  'staff',
  {
    wire: 'GetYardiAgentsSourcesResults_Login',
    changes: 'poll',
    freshness_seconds: 86_400,
    evidence: 'seen',
    note: 'Leasing agents only. How technicians are listed was not seen; they come from the configuration.',
  },
  [
    { field: 'id', wire: 'name', as: text, always: true },
    { field: 'name', wire: 'name', as: text },
    {
      field: 'property_ids',
      wire: 'YardiPropertyId',
      as: listOf(text),
      write: false,
      note: 'the property that was asked for',
    },
    { field: 'roles', wire: '', as: readBy(() => ['leasing_agent']) },
    { field: 'is_active', wire: 'is_active', as: readBy((raw) => raw) },
  ],
);

export function staffReader(context: Context): Reader<'staff'> {
  async function read(property: string, signal?: AbortSignal) {
    const { agents } = await readAgentsAndSources(context, property, signal);
    const circumstances = await context.circumstances(signal);
    return agents.flatMap((agent) => readRecord(STAFF, agent, circumstances, { property_ids: [property] }) ?? []);
  }
  return {
    async get(scope, id, signal) {
      return readAt(scope, async (property) => (await read(property, signal)).find((one) => one.id === id));
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => ({ records: await read(property, signal) })),
  };
}
