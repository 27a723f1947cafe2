import type { Config } from '../config.ts';
import type { Grant } from '../grants/grant.ts';
import { type SearchKind, searchPortfolio } from '../mirror/search.ts';
import { createGrantedRecords, type Found } from '../tool/granted_records.ts';
import type { Engine } from './engine.ts';

/** What an argument of a prompt names, by its name without `_id`. */
const SEARCHED: Readonly<Record<string, SearchKind>> = {
  unit: 'unit',
  resident: 'resident',
  vendor: 'vendor',
};

/** Completions are shown while someone types: more than this nobody reads. */
const SHOWN = 20;

/**
 * What an argument of a prompt may be completed to: ids where its name ends in `_id`, else names. Properties are listed
 * whole; units, residents and vendors are searched for. Anything else is free text and has none.
 */
export async function completionsFor(
  { config, engine }: { config: Config; engine(): Promise<Engine> },
  grant: Grant,
  argument: string,
  value: string,
): Promise<string[]> {
  const asId = argument.endsWith('_id');
  const what = asId ? argument.slice(0, -'_id'.length) : argument;
  const kind = SEARCHED[what];
  if ((what !== 'property' && kind === undefined) || !grant.scopes.has('portfolio:read')) return [];
  const { records, writeback } = await engine();
  const granted = createGrantedRecords(
    grant,
    config.connections.map(({ id }) => id),
    records,
    writeback,
  );
  for (const connection of granted.connections) await records.ensureLoaded(connection);

  if (kind === undefined) {
    const properties: Found<'property'>[] = [];
    for (const connection of granted.connections) properties.push(...(await granted.all('property', { connection })));
    const start = value.toLowerCase();
    const fits = ({ ref, record }: Found<'property'>) =>
      [ref, record.name, ...record.nicknames].some((text) => text.toLowerCase().includes(start));
    return [...new Set(properties.filter(fits).map(({ ref, record }) => (asId ? ref : record.name)))];
  }
  if (value.trim() === '') return [];
  const connections = granted.connections.map((id) => {
    const pins = grant.pins.filter((pin) => pin.connection === id).map((pin) => pin.property_id);
    return { id, ...(pins.length > 0 && { property_ids: pins }) };
  });
  const { candidates } = await searchPortfolio(records.mirror, {
    connections,
    query: value,
    kinds: [kind],
    limit: SHOWN,
  });
  return candidates.map(({ connection, scope, id, label }) => (asId ? granted.ref(connection, scope, id) : label));
}
