import { addDays, localDate, toLocal } from '../../model/zoned_time.ts';
import { RECORDS, type RecordKind, type RecordOf } from '../../model/records.ts';
import { VendorError, type ConnectorEnvironment, type ListQuery, type Page } from '../connector.ts';
import { circumstancesOf, type TimeZones } from '../kit/circumstances.ts';
import type { Circumstances } from '../kit/codecs.ts';
import type { ValueTables } from '../connector.ts';
import type { Reader } from '../kit/vendor.ts';
import { LARGEST_PAGE, VENDOR_TIME_ZONE, WATERMARK_OVERLAP_MS } from './limits.ts';
import type { Credentials } from './session.ts';
import { createClient, isId, type Client, type Filter } from './transport.ts';

export interface VendorSettings extends Credentials {
  webhook_secret?: string | undefined;
  /** What a debit is in the lines of a journal; unknown where it is not given. */
  journal_debits?: 'positive' | 'negative' | undefined;
  /** Types of unit status that mean that nobody can move in. */
  down_unit_statuses: readonly string[];
  /** Ids of the charge types that are the rent; where there are none, each property says it. */
  rent_charge_types: readonly string[];
  time_zones: TimeZones;
}

/** What all parts of the connector work with. */
export interface Vendor {
  settings: VendorSettings;
  client: Client;
  tables: ValueTables;
  circumstances: Circumstances;
  clock: () => number;
  /** The day on the calendar of a property. */
  today(property_id?: string): string;
  /** The zone in which times of a property, or of none, stand on the wire. */
  zone(property_id?: string): string;
}

export function createParts(settings: VendorSettings, tables: ValueTables, environment: ConnectorEnvironment): Vendor {
  const circumstances = circumstancesOf(settings.time_zones, tables, environment.onDrift, VENDOR_TIME_ZONE);
  const zone = (id?: string) => circumstances.zoneOf(id) ?? VENDOR_TIME_ZONE;
  const { clock } = environment;
  return {
    ...{ settings, tables, clock, zone },
    client: createClient(settings, environment),
    circumstances,
    today: (id) => localDate(new Date(clock()).toISOString(), zone(id)),
  };
}

/** The condition for what changed since a moment. Times without offset are the location's own. */
export function changedSince(vendor: Vendor, since: string): Filter {
  const from = new Date(Date.parse(since) - WATERMARK_OVERLAP_MS).toISOString();
  return ['UpdateDate', 'ge', `${toLocal(from, vendor.zone())}:00`];
}

/** A whole day, whatever time of day the vendor gives a date. */
export function onDay(field: string, day: string): Filter[] {
  return [
    [field, 'ge', day],
    [field, 'lt', addDays(day, 1)],
  ];
}

/** Where a list goes on: the page, its size, and how many of the records that it holds are behind. */
export interface Place {
  page: number;
  size: number;
  skip: number;
}

export function placeOf({ cursor, limit }: Pick<ListQuery, 'cursor' | 'limit'>, largest: number): Place {
  if (cursor === undefined) return { page: 1, size: Math.max(1, Math.min(limit ?? largest, largest)), skip: 0 };
  const match = /^([1-9]\d{0,8})\.([1-9]\d{0,4})\.(\d{1,9})$/.exec(cursor);
  if (match === null) throw notOurs();
  const [page = 1, size = 1, skip = 0] = match.slice(1).map(Number);
  return { page, size: Math.min(size, LARGEST_PAGE), skip };
}

export function notOurs(): VendorError {
  return new VendorError('refused', 'This is not where a list of Rent Manager goes on.', { field: 'cursor' });
}

/** A page of records out of one page of rows, however many records each of them gives. */
export function pageOf<K extends RecordKind>(
  records: readonly RecordOf<K>[],
  more: boolean,
  { page, size, skip }: Place,
  limit: number,
): Page<K> {
  const end = skip + limit;
  const next = records.length > end ? `${page}.${size}.${end}` : more ? `${page + 1}.${size}.0` : undefined;
  return { records: records.slice(skip, end), ...(next !== undefined && { next_cursor: next }) };
}

/** How records of one kind are read from one resource. */
export interface Source<K extends RecordKind, W> {
  kind: K;
  resource: string;
  embeds?: readonly string[];
  /** Conditions that always hold. */
  filters?: readonly Filter[];
  /** The vendor's fields for what a list can be narrowed down by; the rest is left out here. */
  by?: { property_id?: string; unit_id?: string; household_id?: string };
  /** Rows carry no date of change. */
  undated?: true;
  /** Rows of one page at most, where each gives many records. */
  largest?: number;
  /** Records out of rows; rows that are no such record give none. */
  read(rows: readonly W[], signal?: AbortSignal): readonly RecordOf<K>[] | Promise<readonly RecordOf<K>[]>;
}

const NARROWED = ['property_id', 'unit_id', 'household_id'] as const;

/** A reader of one resource whose rows are records of their own. */
export function sourceReader<K extends RecordKind, W>(vendor: Vendor, source: Source<K, W>): Reader<K> {
  const { resource, embeds = [], largest = LARGEST_PAGE } = source;
  return {
    async get(_scope, id, signal) {
      const row = await vendor.client.one<W>(resource, id, embeds, signal);
      return row === undefined ? undefined : (await source.read([row], signal))[0];
    },
    async list(query, signal) {
      const filters = filtersOf(vendor, source, query);
      if (filters === undefined) return { records: [] };
      const place = placeOf(query, largest);
      const { rows, more } = await vendor.client.page<W>(resource, { filters, embeds }, place, signal);
      const records = (await source.read(rows, signal)).filter((record) => fits(source.kind, query, record));
      return pageOf<K>(records, more, place, query.limit ?? largest);
    },
  };
}

/** The conditions of a query; undefined where it asks for an id that no record can have. */
export function filtersOf<K extends RecordKind, W>(
  vendor: Vendor,
  { filters = [], by = {}, undated }: Pick<Source<K, W>, 'filters' | 'by' | 'undated'>,
  query: ListQuery,
): Filter[] | undefined {
  if (NARROWED.some((name) => query[name] !== undefined && !isId(query[name]))) return undefined;
  return [
    ...filters,
    ...NARROWED.flatMap((name): Filter[] => {
      const [field, id] = [by[name], query[name]];
      return field === undefined || id === undefined ? [] : [[field, 'eq', id]];
    }),
    ...(query.since === undefined || undated ? [] : [changedSince(vendor, query.since)]),
  ];
}

/** Whether a record is one of those asked for; a kind that has no such field is not narrowed down by it. */
export function fits(kind: RecordKind, query: ListQuery, record: object): boolean {
  const fields = record as Readonly<Record<string, unknown>>;
  return NARROWED.every(
    (name) => query[name] === undefined || !(name in RECORDS[kind].shape) || fields[name] === query[name],
  );
}
