import { VendorError, type ConnectorEnvironment, type ListQuery } from '../connector.ts';
import { createRest, query, type Answer, type Rest } from '../kit/rest.ts';
import { LARGEST_PAGE } from './limits.ts';

/** Buildium's ids are 32-bit numbers; anything else is no id, and never part of an address. */
const ID = /^[1-9]\d{0,9}$/;

export function isId(id: string): boolean {
  return ID.test(id);
}

/** The number of an id that goes out with a command. Throws `VendorError` `not_found` where it cannot be one. */
export function idOf(id: string, what: string): number {
  if (isId(id)) return Number(id);
  throw new VendorError('not_found', `Buildium has no such ${what}: its ids are numbers. Nothing was changed.`);
}

/** One page of a list. */
export interface WirePage<T> {
  rows: T[];
  total?: number;
  /** Where the next page begins; undefined on the last one. */
  next_offset?: number;
}

/** Buildium over the connection's paced fetch. Every method throws `VendorError`. */
export interface Client extends Pick<Rest, 'send'> {
  /** One record, or undefined where there is none; asks for nothing where `id` cannot be one. */
  one<T>(address: (id: string) => string, id: string, signal?: AbortSignal): Promise<T | undefined>;
  read<T>(address: string, signal?: AbortSignal): Promise<T>;
  /** The status that a read is answered with, whatever it is; throws only where there is no answer. */
  status(address: string, signal?: AbortSignal): Promise<number>;
  page<T>(
    address: string,
    filters: Readonly<Record<string, unknown>>,
    window: { offset: number; limit: number },
    signal?: AbortSignal,
  ): Promise<WirePage<T>>;
  /** Every page of a list, in the order of ids; for lists of which little is kept. */
  pages<T>(address: string, filters: Readonly<Record<string, unknown>>, signal?: AbortSignal): AsyncIterable<T[]>;
  /** Every row of a list, in the order of ids. */
  all<T>(address: string, filters: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<T[]>;
}

export interface Credentials {
  client_id: string;
  client_secret: string;
}

export function createClient({ client_id, client_secret }: Credentials, environment: ConnectorEnvironment): Client {
  const keys = { 'x-buildium-client-id': client_id, 'x-buildium-client-secret': client_secret };
  const rest = createRest({
    fetch: environment.fetch,
    clock: environment.clock,
    name: 'Buildium',
    headers: () => keys,
    readRefusal,
  });

  const client: Client = {
    send: rest.send,
    async read<T>(address: string, signal?: AbortSignal) {
      return (await rest.get(address, signal)).body as T;
    },
    async status(address: string, signal?: AbortSignal) {
      const headers = { accept: 'application/json', ...keys };
      return (await environment.fetch(address, { headers, ...(signal && { signal }) })).status;
    },
    async one<T>(address: (id: string) => string, id: string, signal?: AbortSignal) {
      if (!isId(id)) return undefined;
      try {
        return await client.read<T>(address(id), signal);
      } catch (error) {
        if (error instanceof VendorError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    async page<T>(
      address: string,
      filters: Readonly<Record<string, unknown>>,
      { offset, limit }: { offset: number; limit: number },
      signal?: AbortSignal,
    ) {
      const ask = query({ orderby: 'Id asc', ...filters, offset, limit });
      const { body, headers } = await rest.get(`${address}${ask}`, signal);
      if (!Array.isArray(body))
        throw new VendorError('unavailable', 'Buildium gave an answer that cannot be understood.');
      const total = headers.has('x-total-count') ? Number(headers.get('x-total-count')) : undefined;
      const end = offset + body.length;
      // Where no total is sent, only a short page is the last one.
      const isLast = body.length === 0 || (total === undefined ? body.length < limit : end >= total);
      return {
        rows: body as T[],
        ...(total !== undefined && { total }),
        ...(!isLast && { next_offset: end }),
      };
    },
    async *pages<T>(address: string, filters: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
      let offset: number | undefined = 0;
      while (offset !== undefined) {
        const page: WirePage<T> = await client.page<T>(address, filters, { offset, limit: LARGEST_PAGE }, signal);
        yield page.rows;
        offset = page.next_offset;
      }
    },
    async all<T>(address: string, filters: Readonly<Record<string, unknown>>, signal?: AbortSignal) {
      const rows: T[] = [];
      for await (const page of client.pages<T>(address, filters, signal)) rows.push(...page);
      return rows;
    },
  };
  return client;
}

/** `ApiErrorResponse`: the first field at fault. Its messages may repeat what was sent and are left out. */
function readRefusal({ body, status }: Answer) {
  const errors = (body as { Errors?: { Key?: unknown }[] } | undefined)?.Errors;
  const key = errors?.[0]?.Key;
  const field = typeof key === 'string' && /^[\w.[\]]{1,60}$/.test(key) ? key : undefined;
  // Only dates can be refused for the books' sake, and only where a posting is refused at all.
  return {
    ...(field !== undefined && { field }),
    ...(status === 422 && field === 'Date' && { code: 'period_closed' as const }),
  };
}

/** Where a page of a list begins and how long it is. Cursors are offsets. Throws `refused` for a cursor of another list. */
export function windowOf({ cursor, limit }: ListQuery, largest = LARGEST_PAGE): { offset: number; limit: number } {
  const offset = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new VendorError('refused', 'This is not where a list of Buildium goes on.', { field: 'cursor' });
  return { offset, limit: Math.max(1, Math.min(limit ?? largest, largest)) };
}

/** The filter of a property, or of nothing at all where the id cannot be one. */
export function idsFilter(name: string, id: string | undefined): Record<string, unknown> {
  return id === undefined ? {} : { [name]: isId(id) ? id : '0' };
}
