import type { Property, RecordKind, RecordOf } from '../../model/records.ts';
import { zoneForProperty } from '../../model/zoned_time.ts';
import { VendorError, type Drift, type ListQuery, type Page, type ValueTables } from '../connector.ts';
import type { Circumstances } from '../kit/codecs.ts';
import { isNotConfigured } from './answers.ts';
import { PROPERTIES_FOR_MS } from './limits.ts';
import type { YardiSettings } from './settings.ts';
import type { Client } from './transport.ts';

/** What all readers and commands of a connection share. */
export interface Context {
  client: Client;
  settings: YardiSettings;
  tables: ValueTables;
  /** Epoch milliseconds. */
  clock: () => number;
  /** The properties of the connection, as of a few minutes ago at most. */
  properties(signal?: AbortSignal): Promise<readonly Property[]>;
  /** The same, as of now. */
  freshProperties(signal?: AbortSignal): Promise<readonly Property[]>;
  /** What values are read and written with; knows the time zones of all properties. */
  circumstances(signal?: AbortSignal): Promise<Circumstances>;
}

export interface ContextParts extends Pick<Context, 'client' | 'settings' | 'tables' | 'clock'> {
  onDrift?: ((drift: Drift) => void) | undefined;
  readProperties(circumstances: Circumstances, signal?: AbortSignal): Promise<readonly Property[]>;
}

export function createContext({ onDrift, readProperties, ...parts }: ContextParts): Context {
  const { clock, settings, tables } = parts;
  let known: { at: number; properties: Promise<readonly Property[]> } | undefined;

  const drift: Circumstances['onDrift'] = (what, path) => onDrift?.({ what, path });
  const withZones = (zoneOf: Circumstances['zoneOf']): Circumstances => ({ tables, zoneOf, onDrift: drift });

  async function freshProperties(signal?: AbortSignal): Promise<readonly Property[]> {
    const asked = {
      at: clock(),
      properties: readProperties(
        withZones(() => undefined),
        signal,
      ),
    };
    known = asked;
    try {
      return await asked.properties;
    } catch (error) {
      if (known === asked) known = undefined;
      throw error;
    }
  }

  async function properties(signal?: AbortSignal): Promise<readonly Property[]> {
    const isOld = known === undefined || clock() - known.at > PROPERTIES_FOR_MS;
    // Whoever waits for the answer to another's question must not be ended by that one's signal.
    const waiting = isOld ? undefined : await known?.properties.catch(() => undefined);
    return waiting ?? freshProperties(signal);
  }

  async function circumstances(signal?: AbortSignal): Promise<Circumstances> {
    const byId = new Map((await properties(signal)).map((property) => [property.id, property]));
    const { properties: given, default: fallback } = settings.time_zones;
    const configured = { properties: given, ...(fallback !== undefined && { default: fallback }) };
    return withZones((id) => {
      const property = id === undefined ? undefined : byId.get(id);
      return property === undefined ? undefined : zoneForProperty({ property, configured });
    });
  }

  return { ...parts, properties, freshProperties, circumstances };
}

/** Property codes have eight characters at most. Anything else is no property, and is never sent. */
const PROPERTY_CODE = /^[\w.-]{1,8}$/;

function isPropertyCode(text: string): boolean {
  return PROPERTY_CODE.test(text);
}

/** The property that a command is at. Throws `VendorError` `not_found`. */
export function propertyOf({ property_id }: { property_id: string }, scope: string): string {
  if ((scope === '' || scope === property_id) && isPropertyCode(property_id)) return property_id;
  throw new VendorError('not_found', 'Voyager has no such property. Nothing was changed.', { field: 'property_id' });
}

/** A page of one property: an answer has everything unless `next` says where it goes on. */
export interface PropertyPage<K extends RecordKind> {
  records: RecordOf<K>[];
  next?: string;
}

/**
 * A list over properties: those of the query, else all of the connection, one after the other. An interface that is not
 * set up for a property has nothing of it; `connections check` tells which those are.
 */
export async function listByProperty<K extends RecordKind>(
  context: Context,
  query: ListQuery,
  read: (property: string, cursor: string | undefined) => Promise<PropertyPage<K>>,
): Promise<Page<K>> {
  const wanted = (query.scope ?? '') === '' ? query.property_id : query.scope;
  if (query.property_id !== undefined && query.property_id !== wanted) return { records: [] };
  const properties = wanted === undefined ? (await context.properties()).map(({ id }) => id) : [wanted];
  const { property = properties[0], cursor } = readCursor(query.cursor);
  const at = property === undefined ? -1 : properties.indexOf(property);
  if (property === undefined || at < 0 || !isPropertyCode(property)) return { records: [] };
  const page = await read(property, cursor).catch((error: unknown): PropertyPage<K> => {
    if (isNotConfigured(error)) return { records: [] };
    throw error;
  });
  const next = page.next === undefined ? { property: properties[at + 1] } : { property, cursor: page.next };
  return {
    records: page.records,
    ...(next.property !== undefined && {
      next_cursor: JSON.stringify([next.property, ...('cursor' in next ? [next.cursor] : [])]),
    }),
  };
}

/** One record of a property; none where the scope is no property or the interface has nothing of it. */
export async function readAt<T>(
  scope: string,
  read: (property: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  if (!isPropertyCode(scope)) return undefined;
  try {
    return await read(scope);
  } catch (error) {
    if (isNotConfigured(error)) return undefined;
    throw error;
  }
}

function readCursor(text: string | undefined): { property?: string; cursor?: string } {
  if (text === undefined) return {};
  try {
    const [property, cursor] = JSON.parse(text) as unknown[];
    if (typeof property === 'string') return { property, ...(typeof cursor === 'string' && { cursor }) };
  } catch {
    // Told below, like every other text that is none of ours.
  }
  throw new VendorError('refused', 'This is not where a list of Voyager goes on.', { field: 'cursor' });
}
