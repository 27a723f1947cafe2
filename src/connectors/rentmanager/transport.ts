import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { createRest, query, type Answer } from '../kit/rest.ts';
import { IDS_IN_ONE_FILTER, LARGEST_PAGE } from './limits.ts';
import { signedFetch, type Credentials } from './session.ts';

/** Rent Manager's ids are whole numbers; anything else is no id, and never part of an address or a filter. */
const ID = /^[1-9]\d{0,9}$/;

export function isId(id: unknown): boolean {
  return ID.test(String(id));
}

/** The number of an id that goes out with a command. Throws `VendorError` `not_found` where it cannot be one. */
export function idOf(id: string, what: string): number {
  if (isId(id)) return Number(id);
  throw new VendorError('not_found', `Rent Manager has no such ${what}: its ids are numbers. Nothing was changed.`);
}

/**
 * One condition. Values are ids, dates and words of ours only: how a comma or a semicolon would be written in one is not
 * known.
 */
export type Filter = readonly [
  field: string,
  is: 'eq' | 'gt' | 'ge' | 'lt' | 'le' | 'in' | 'ct' | 'sw',
  value: string | number | readonly (string | number)[],
];

export interface Ask {
  filters?: readonly Filter[];
  /** Linked records that are wanted as well: `Contacts.PhoneNumbers`. */
  embeds?: readonly string[];
}

export interface WirePage<T> {
  rows: T[];
  total?: number;
  more: boolean;
}

/** Rent Manager over the connection's paced fetch. Every method throws `VendorError`. */
export interface Client {
  /** One record, or undefined where there is none; asks for nothing where `id` cannot be one. */
  one<T>(
    resource: string,
    id: string | number,
    embeds?: readonly string[],
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  /** Pages are counted from one. */
  page<T>(
    resource: string,
    ask: Ask,
    place: { page: number; size: number },
    signal?: AbortSignal,
  ): Promise<WirePage<T>>;
  all<T>(resource: string, ask: Ask, signal?: AbortSignal): Promise<T[]>;
  /** All rows whose field is one of the values, in as many requests as it takes. */
  among<T>(
    resource: string,
    field: string,
    values: readonly (string | number)[],
    embeds?: readonly string[],
    signal?: AbortSignal,
  ): Promise<T[]>;
  /** Records to be made or changed, always as a list; undefined for an action that takes none. */
  post(address: string, body: unknown, signal: AbortSignal): Promise<Answer>;
}

export function createClient(credentials: Credentials, environment: ConnectorEnvironment): Client {
  const rest = createRest({
    fetch: signedFetch(credentials, environment),
    clock: environment.clock,
    name: 'Rent Manager',
    headers: () => ({}),
    statuses: { 503: 'unavailable' },
    readRefusal,
  });

  const client: Client = {
    async one<T>(resource: string, id: string | number, embeds: readonly string[] = [], signal?: AbortSignal) {
      if (!isId(id)) return undefined;
      try {
        const { body } = await rest.get(`${resource}/${id}${query({ embeds: embeds.join(',') || undefined })}`, signal);
        const [row] = body === undefined ? [] : Array.isArray(body) ? body : [body];
        return row as T | undefined;
      } catch (error) {
        if (error instanceof VendorError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    async page<T>(resource: string, ask: Ask, { page, size }: { page: number; size: number }, signal?: AbortSignal) {
      const paging = { pageSize: size, pageNumber: page };
      const { body = [], headers } = await rest.get(`${resource}${query({ ...asked(ask), ...paging })}`, signal);
      if (!Array.isArray(body))
        throw new VendorError('unavailable', 'Rent Manager gave an answer that cannot be understood.');
      const told = headers.get('x-total-results');
      const total = told !== null && /^\d+$/.test(told) ? Number(told) : undefined;
      // Where no total is sent, only a short page is the last one.
      const more = body.length > 0 && (total === undefined ? body.length >= size : page * size < total);
      return { rows: body as T[], more, ...(total !== undefined && { total }) };
    },
    async all<T>(resource: string, ask: Ask, signal?: AbortSignal) {
      const rows: T[] = [];
      for (let page = 1, more = true; more; page += 1) {
        const found: WirePage<T> = await client.page<T>(resource, ask, { page, size: LARGEST_PAGE }, signal);
        rows.push(...found.rows);
        more = found.more;
      }
      return rows;
    },
    async among<T>(
      resource: string,
      field: string,
      values: readonly (string | number)[],
      embeds: readonly string[] = [],
      signal?: AbortSignal,
    ) {
      const distinct = [...new Set(values.map(String).filter(isId))];
      const rows: T[] = [];
      for (let at = 0; at < distinct.length; at += IDS_IN_ONE_FILTER) {
        const filters: Filter[] = [[field, 'in', distinct.slice(at, at + IDS_IN_ONE_FILTER)]];
        rows.push(...(await client.all<T>(resource, { filters, embeds }, signal)));
      }
      return rows;
    },
    post: (address, body, signal) => rest.send('POST', address, body, { signal }),
  };
  return client;
}

function asked({ filters = [], embeds = [] }: Ask): Record<string, string | undefined> {
  const conditions = filters.map(
    ([field, is, value]) => `${field},${is},${Array.isArray(value) ? `(${value.join(',')})` : value}`,
  );
  return { filters: conditions.join(';') || undefined, embeds: embeds.join(',') || undefined };
}

/** The first field at fault of a 400. Its messages may repeat what was sent and are left out. */
function readRefusal({ body }: Answer) {
  const [key] = Object.keys((body as { ModelState?: object } | undefined)?.ModelState ?? {});
  return key !== undefined && /^[\w.[\]]{1,60}$/.test(key) ? { field: key } : {};
}

/**
 * The id of what was made, out of the record that comes back or of the address in `Location`. Undefined where the answer
 * names none: then it is looked for.
 */
export function madeId({ body, headers }: Answer, key: string): string | undefined {
  const [row] = Array.isArray(body) ? body : [body];
  const id = (row as Record<string, unknown> | null | undefined)?.[key];
  if (isId(id)) return String(id);
  return /\/([1-9]\d{0,9})\/?$/.exec(headers.get('location') ?? '')?.[1];
}
