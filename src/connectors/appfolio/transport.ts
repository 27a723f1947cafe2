import { VendorError, type ConnectorEnvironment, type ListQuery } from '../connector.ts';
import { createRest, type Answer, type Rest } from '../kit/rest.ts';
import { IDS_IN_ONE_QUERY, LARGEST_PAGE } from './limits.ts';

/** Ids of the Database API are UUIDs; anything else is no id, and never part of an address. */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

/** An id that goes out with a command. Throws `VendorError` `not_found` where it cannot be one. */
export function idOf(id: string, what: string): string {
  if (isId(id)) return id;
  throw new VendorError('not_found', `AppFolio has no such ${what}: its ids are UUIDs. Nothing was changed.`);
}

/** Filters of a list by name. Values of an array are one list with commas. */
export type Filters = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** One page of a list. */
export interface WirePage<T> {
  rows: T[];
  /** The path of the next page, undefined on the last one. */
  next?: string;
}

/** AppFolio's Database API over the connection's paced fetch. Every method throws `VendorError`. */
export interface Client {
  /** A page of a list; `cursor` is the `next` of the page before. */
  page<T>(
    resource: string,
    filters: Filters,
    window: { size?: number; cursor?: string | undefined },
    signal?: AbortSignal,
  ): Promise<WirePage<T>>;
  /** Every page of a list. */
  all<T>(resource: string, filters: Filters, signal?: AbortSignal): Promise<T[]>;
  /** One record by its id: there is no other way than a list of one. Asks for nothing where `id` cannot be one. */
  one<T extends { Id: string }>(
    resource: string,
    id: string,
    filters?: Filters,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  /** All records of which a filter has one of many ids, in as few requests as addresses have room for. */
  ofIds<T>(resource: string, filter: string, ids: Iterable<string>, more?: Filters, signal?: AbortSignal): Promise<T[]>;
  send: Rest['send'];
}

export interface Credentials {
  client_id: string;
  client_secret: string;
  developer_id: string;
  /** The gateway is said to tell names of headers by upper and lower case. */
  developer_id_header: string;
}

const API = 'api/v0';

/** The filter that lists want where they are not asked for ids; without either they answer 400. */
export const CHANGED_FROM = 'LastUpdatedAtFrom';

export function createClient(credentials: Credentials, environment: ConnectorEnvironment): Client {
  const rest = createRest({
    fetch: environment.fetch,
    clock: environment.clock,
    name: 'AppFolio',
    headers: () => ({
      authorization: basic(credentials.client_id, credentials.client_secret),
      [credentials.developer_id_header]: credentials.developer_id,
    }),
    statuses: STATUSES,
    readRefusal,
  });

  const client: Client = {
    async page<T>(
      resource: string,
      filters: Filters,
      { size = LARGEST_PAGE, cursor }: { size?: number; cursor?: string | undefined },
      signal?: AbortSignal,
    ) {
      const address =
        cursor === undefined
          ? `${API}/${resource}?${queryOf(filters, UNPAGED.has(resource) ? undefined : size)}`
          : followed(resource, cursor, 'refused');
      return readPage<T>(resource, address, await rest.get(address, signal));
    },
    async all<T>(resource: string, filters: Filters, signal?: AbortSignal) {
      const rows: T[] = [];
      let cursor: string | undefined;
      do {
        const page: WirePage<T> = await client.page<T>(resource, filters, { cursor }, signal);
        rows.push(...page.rows);
        cursor = page.next;
      } while (cursor !== undefined);
      return rows;
    },
    async one<T extends { Id: string }>(resource: string, id: string, filters: Filters = {}, signal?: AbortSignal) {
      if (!isId(id)) return undefined;
      const { rows } = await client.page<T>(resource, { Id: id, ...filters }, { size: 1 }, signal);
      return rows.find((row) => sameId(row.Id, id));
    },
    async ofIds<T>(resource: string, filter: string, ids: Iterable<string>, more: Filters = {}, signal?: AbortSignal) {
      const wanted = [...new Set(ids)].filter(isId);
      const parts: string[][] = [];
      for (let at = 0; at < wanted.length; at += IDS_IN_ONE_QUERY) parts.push(wanted.slice(at, at + IDS_IN_ONE_QUERY));
      const found = await Promise.all(
        parts.map((part) => client.all<T>(resource, { [filter]: part, ...more }, signal)),
      );
      return found.flat();
    },
    send: rest.send,
  };
  return client;
}

/** UUIDs are written with small letters, and compared without regard to that. */
export function sameId(a: unknown, b: string): boolean {
  return typeof a === 'string' && a.toLowerCase() === b.toLowerCase();
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/**
 * 533: the database is not available, as every night during maintenance; nothing was looked at. 701: the credentials are
 * wrong.
 */
const STATUSES = { 533: 'unavailable', 701: 'misconfigured' } as const;

/** Resources whose lists take no page. */
const UNPAGED: ReadonlySet<string> = new Set(['gl_accounts', 'charges', 'leases/renewal_pricings']);

/** A POST that is still being worked on under the same key: nobody can say yet what comes of it. */
function readRefusal({ status, headers }: Answer) {
  return status === 409 && headers.has('retry-after') ? { code: 'outcome_unknown' as const } : {};
}

/** The brackets of filters go out as they are, unescaped. */
function queryOf(filters: Filters, size: number | undefined): string {
  const parts = Object.entries(filters).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'object' ? value.map(encodeURIComponent).join(',') : encodeURIComponent(value);
    return [`filters[${name}]=${text}`];
  });
  if (size !== undefined) parts.push('page[number]=1', `page[size]=${size}`);
  return parts.join('&');
}

function readPage<T>(resource: string, address: string, { body }: Answer): WirePage<T> {
  const { data, next_page_path: next } = (body ?? {}) as { data?: unknown; next_page_path?: unknown };
  if (!Array.isArray(data)) throw notUnderstood();
  if (next === undefined || next === null || next === '') return { rows: data as T[] };
  if (typeof next !== 'string' || followed(resource, next, 'unavailable') === address) throw notUnderstood();
  return { rows: data as T[], next };
}

/**
 * The address that a list goes on at. It stays with the same list of the same host, whatever an answer or a cursor says:
 * anything else is refused.
 */
function followed(resource: string, next: string, code: 'refused' | 'unavailable'): string {
  const start = `/${API}/${resource}?`;
  if (next.startsWith(start) && !/[\s\\#]/.test(next)) return next.slice(1);
  throw code === 'refused'
    ? new VendorError('refused', 'This is not where a list of AppFolio goes on.', { field: 'cursor' })
    : notUnderstood();
}

function notUnderstood(): VendorError {
  return new VendorError('unavailable', 'AppFolio gave an answer that cannot be understood.');
}

/** The window of a list query. */
export function windowOf({ cursor, limit }: ListQuery, largest = LARGEST_PAGE): { size: number; cursor?: string } {
  const size = Math.max(1, Math.min(limit ?? largest, largest));
  return { size, ...(cursor !== undefined && { cursor }) };
}

/** An id that no record has, for filters whose id cannot be one: the list is empty, and nothing hostile leaves. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** A filter by an id, where there is one. */
export function idFilter(name: string, id: string | undefined): Filters {
  return id === undefined ? {} : { [name]: isId(id) ? id : NOBODY };
}
