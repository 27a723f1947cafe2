import { allowsProperty, type Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { RECORD_KINDS, type RecordKind, type RecordOf } from '../model/records.ts';
import type { FindFilters, FindPage } from '../mirror/find.ts';
import type { SearchAnswer, SearchRequest } from '../mirror/search.ts';
import { isReference } from '../mirror/reference.ts';
import type { WorkloadQuery } from '../mirror/workload.ts';
import { recordAt } from '../mirror/versions.ts';
import type { Fresh, Records } from '../sync/records.ts';
import type { Writeback } from '../writeback/writeback.ts';
import { isWriteId } from '../writeback/ids.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import { pendingRecord } from '../writeback/pending_record.ts';
import { whereToFind } from './where_to_find.ts';

/** A record, where it is, and how fresh this copy of it is. */
export interface Found<K extends RecordKind = RecordKind> {
  kind: K;
  connection: string;
  scope: string;
  /** The id under which tools take and give it. */
  ref: string;
  record: RecordOf<K>;
  version: string;
  /** When the PMS was asked, epoch milliseconds. */
  as_of: number;
  stale: boolean;
}

/** The records that a grant allows, and no others: what lies outside is not found. */
export interface GrantedRecords {
  /** The connections of the grant, in the order of the configuration. */
  readonly connections: readonly string[];
  /** From the mirror. Throws `not_found`, naming `field`. */
  get<K extends RecordKind>(kind: K, ref: string, field?: string): Promise<Found<K>>;
  /** From the PMS now. Throws `not_found` or `pms_unavailable`. */
  fresh<K extends RecordKind>(kind: K, ref: string, field?: string): Promise<Found<K>>;
  /** A record that another one names, from the mirror; undefined where there is none. */
  linked<K extends RecordKind>(from: Found, kind: K, id: string | undefined): Promise<Found<K> | undefined>;
  /** The same from the PMS now. */
  linkedFresh<K extends RecordKind>(from: Found, kind: K, id: string | undefined): Promise<Found<K> | undefined>;
  /** One page from the mirror, over one connection. `filters.property_ids` is narrowed to the grant. */
  list<K extends RecordKind>(
    kind: K,
    where: { connection: string } & FindFilters,
    page?: Partial<FindPage>,
  ): Promise<{ records: Found<K>[]; next_cursor?: string }>;
  /** Every match from the mirror, over one connection; for small sets such as the leases of a unit. */
  all<K extends RecordKind>(kind: K, where: { connection: string } & FindFilters): Promise<Found<K>[]>;
  /** Every match from the PMS now; for decisions about small sets. */
  allFresh<K extends RecordKind>(
    kind: K,
    where: { connection: string; scope: string; property_id?: string; unit_id?: string; household_id?: string },
  ): Promise<Found<K>[]>;
  /**
   * Reads from the PMS what changed since the mirror was complete, so that the mirror can be asked about sets that are
   * too large to read through. Throws `pms_unavailable`.
   */
  catchUp(kind: RecordKind, where: { connection: string; scope: string; property_id?: string }): Promise<void>;
  /** How many work orders vendors or technicians have, by their ids. */
  workload(connection: string, query: Omit<WorkloadQuery, 'property_ids'>): Promise<ReadonlyMap<string, number>>;
  /** The record as it was under an earlier version, where that is still known. */
  asSeen(found: Found, version: string): Promise<Record<string, unknown> | undefined>;
  /** People and places from whatever a caller says; `within` narrows it down to one property. */
  search(
    request: Pick<SearchRequest, 'query' | 'caller_phone' | 'kinds' | 'limit'>,
    within?: Found<'property'>,
  ): Promise<SearchAnswer>;
  /** What the mirror has now; the PMS is neither asked nor waited for. */
  known<K extends RecordKind>(kind: K, ref: string): Promise<Found<K> | undefined>;
  /** The first thousand of a kind that the mirror has now, over one connection. */
  allKnown<K extends RecordKind>(kind: K, connection: string): Promise<Found<K>[]>;
  /** The opaque id that tools give for a record. */
  ref(connection: string, scope: string, id: string): string;
}

/** Tools show contact data and notes, so the sealed fields are opened with the rest. */
const WHOLE = { withSealed: true } as const;

/** The page that a listing tool gives. */
const PAGE = 25;

/** The widest set that `all` gathers; a larger one is a listing and has pages. */
const ALL_LIMIT = 2_000;

/** How much the clocks of a PMS and of this machine may differ. */
const CLOCKS_APART_MS = 120_000;

export function createGrantedRecords(
  grant: Grant,
  all: readonly string[],
  records: Records,
  writeback: Writeback,
): GrantedRecords {
  const pinned = new Set(grant.pins.map((pin) => pin.connection));
  const connections = all.filter((id) => pinned.size === 0 || pinned.has(id));
  const only = connections.length === 1 ? connections[0] : undefined;

  function ref(connection: string, scope: string, id: string): string {
    const place = [...(only === undefined ? [connection] : []), ...(scope === '' ? [] : [scope])];
    return place.length === 0 ? id : `${place.join(':')}:${id}`;
  }

  /** The places that an opaque id may mean under this grant. Vendors' ids may hold colons themselves. */
  function places(text: string): { connection: string; scope: string; id: string }[] {
    const found: { connection: string; scope: string; id: string }[] = [];
    for (const connection of connections) {
      let rest = text;
      if (only === undefined) {
        if (!text.startsWith(`${connection}:`)) continue;
        rest = text.slice(connection.length + 1);
      }
      found.push({ connection, scope: '', id: rest });
      const colon = rest.indexOf(':');
      if (colon > 0) found.push({ connection, scope: rest.slice(0, colon), id: rest.slice(colon + 1) });
    }
    return found;
  }

  function notFound(kind: RecordKind, field: string | undefined): CaretakerError {
    return new CaretakerError('not_found', `There is no such ${kind.replace('_', ' ')} here. Nothing was changed.`, {
      ...(field !== undefined && { field }),
      next: whereToFind(kind),
    });
  }

  function within<K extends RecordKind>(
    kind: K,
    place: { connection: string; scope: string },
    read: Fresh<RecordOf<K>> | undefined,
  ): Found<K> | undefined {
    if (read === undefined) return undefined;
    const { record } = read;
    if (!allowsProperty(grant, place.connection, propertyOf(kind, record))) return undefined;
    return {
      kind,
      connection: place.connection,
      scope: place.scope,
      ref: ref(place.connection, place.scope, record.id),
      record,
      version: read.version,
      as_of: read.as_of,
      stale: read.stale,
    };
  }

  async function find<K extends RecordKind>(kind: K, text: string, fresh: boolean): Promise<Found<K> | undefined> {
    const last = text.slice(text.lastIndexOf(':') + 1);
    const write = isWriteId(last) ? await writeback.byId(last) : undefined;
    if (write === undefined) return findById(kind, text, fresh);
    const { row } = write;
    if (row.organisation !== grant.organisation || row.record_kind !== kind) return undefined;
    // Its record's bare id would be taken for one of another connection.
    if (!connections.includes(row.connection)) return undefined;
    if (row.record_id !== null) return findById(kind, ref(row.connection, row.scope, row.record_id), fresh);
    return notYetInPms(kind, write);
  }

  async function findById<K extends RecordKind>(kind: K, id: string, fresh: boolean): Promise<Found<K> | undefined> {
    for (const place of places(id)) {
      const read = fresh
        ? await records.readThrough(place.connection, kind, place.scope, place.id)
        : await records.get(place.connection, kind, place.scope, place.id, WHOLE);
      const found = within(kind, place, read);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What a write will create stands for its record while the PMS cannot be reached: calls on it queue behind it. */
  function notYetInPms<K extends RecordKind>(kind: K, write: OpenWrite): Found<K> | undefined {
    const pending = pendingRecord(write);
    if (pending === undefined) return undefined;
    const { connection, scope, write_id, created_at } = write.row;
    const read = { ...pending, scope, as_of: created_at, stale: true } as Fresh<RecordOf<K>>;
    const found = within(kind, { connection, scope }, read);
    return found && { ...found, ref: write_id };
  }

  async function linked<K extends RecordKind>(from: Found, kind: K, id: string | undefined, fresh: boolean) {
    if (id === undefined) return undefined;
    const read = fresh
      ? await records.readThrough(from.connection, kind, from.scope, id)
      : await records.get(from.connection, kind, from.scope, id, WHOLE);
    return within(kind, from, read);
  }

  async function list<K extends RecordKind>(
    kind: K,
    { connection, ...filters }: { connection: string } & FindFilters,
    page: Partial<FindPage> = {},
  ) {
    const property_ids = narrowed(grant, connection, kind, filters.property_ids);
    const answer = await records.list(
      connection,
      kind,
      { ...filters, ...(property_ids !== undefined && { property_ids }) },
      { limit: PAGE, ...page },
      WHOLE,
    );
    return {
      records: answer.records.flatMap((read) => within(kind, { connection, scope: read.scope }, read) ?? []),
      ...(answer.next_cursor !== undefined && { next_cursor: answer.next_cursor }),
    };
  }

  /** The whole of a kind that is kept decoded, where nothing narrows it down but its place. */
  async function referenceOf<K extends RecordKind>(
    kind: K,
    { connection, scope, ...filters }: { connection: string } & FindFilters,
  ): Promise<Found<K>[] | undefined> {
    if (!isReference(kind) || Object.keys(filters).length > 0) return undefined;
    const rows = (await records.reference(connection, kind)) as readonly Fresh<RecordOf<K>>[];
    return rows
      .filter((row) => scope === undefined || row.scope === scope)
      .flatMap((row) => within(kind, { connection, scope: row.scope }, row) ?? []);
  }

  return {
    connections,
    ref,
    list,
    workload(connection, query) {
      const property_ids = narrowed(grant, connection, 'work_order', undefined);
      return records.mirror.workload(connection, { ...query, ...(property_ids !== undefined && { property_ids }) });
    },
    asSeen({ connection, kind, scope, record }, version) {
      const { db, keyring } = records.mirror;
      return recordAt(db, keyring, { connection, kind, scope, id: record.id, version });
    },
    async search({ query, ...rest }, within) {
      const where = connections
        .filter((id) => within === undefined || id === within.connection)
        .map((id) => {
          const property_ids = narrowed(grant, id, 'property', within && [within.record.id]);
          return { id, ...(property_ids !== undefined && { property_ids }) };
        });
      // Loaded on first use: with it comes the query builder, which would be half of a quiet start.
      const { searchPortfolio } = await import('../mirror/search.ts');
      return searchPortfolio(records.mirror, { connections: where, query, ...rest });
    },
    async known(kind, text) {
      for (const place of places(text)) {
        const row = await records.mirror.get(place.connection, kind, place.scope, place.id, WHOLE);
        const found = within(kind, place, row && { ...row, stale: true });
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async allKnown(kind, connection) {
      const { records: rows } = await records.mirror.find(connection, kind, {}, { limit: 1_000 }, WHOLE);
      return rows.flatMap((row) => within(kind, { connection, scope: row.scope }, { ...row, stale: true }) ?? []);
    },
    async get(kind, text, field) {
      const found = await find(kind, text, false);
      if (found === undefined) throw notFound(kind, field);
      return found;
    },
    async fresh(kind, text, field) {
      const found = await find(kind, text, true);
      if (found === undefined) throw notFound(kind, field);
      return found;
    },
    linked: (from, kind, id) => linked(from, kind, id, false),
    linkedFresh: (from, kind, id) => linked(from, kind, id, true),
    async all(kind, where) {
      const reference = await referenceOf(kind, where);
      if (reference !== undefined) return reference;
      const gathered = [];
      let cursor: string | undefined;
      do {
        const page = await list(kind, where, { limit: 500, ...(cursor !== undefined && { cursor }) });
        gathered.push(...page.records);
        cursor = page.next_cursor;
      } while (cursor !== undefined && gathered.length < ALL_LIMIT);
      return gathered;
    },
    async allFresh(kind, { connection, ...query }) {
      const read = await records.listThrough(connection, kind, query);
      return read.flatMap((one) => within(kind, { connection, scope: query.scope }, one) ?? []);
    },
    async catchUp(kind, { connection, ...query }) {
      const states = await records.mirror.loadStates(connection);
      const known = states.find((state) => state.kind === kind && state.scope === query.scope)?.loaded_at;
      const since = known == null ? undefined : new Date(known - CLOCKS_APART_MS).toISOString();
      await records.listThrough(connection, kind, { ...query, ...(since !== undefined && { since }) });
    },
  };
}

/** The property that a record belongs to, or undefined for what belongs to the whole portfolio. */
export function propertyOf(kind: RecordKind, record: object): string | undefined {
  if (kind === 'property') return (record as { id: string }).id;
  return (record as { property_id?: string }).property_id;
}

const WITHOUT_PROPERTY: ReadonlySet<RecordKind> = new Set(['staff', 'vendor', 'gl_account', 'charge_code']);

function narrowed(
  grant: Grant,
  connection: string,
  kind: RecordKind,
  asked: readonly string[] | undefined,
): string[] | undefined {
  const allowed = grant.pins.filter((pin) => pin.connection === connection).map((pin) => pin.property_id);
  if (grant.pins.length === 0 || WITHOUT_PROPERTY.has(kind)) return asked === undefined ? undefined : [...asked];
  return asked === undefined ? allowed : asked.filter((id) => allowed.includes(id));
}

/** Whether a text names a kind of record. */
export function isRecordKind(text: string): text is RecordKind {
  return (RECORD_KINDS as readonly string[]).includes(text);
}
