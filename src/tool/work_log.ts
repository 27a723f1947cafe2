import { type EscalationRow, isVisible } from '../approvals/escalations.ts';
import { allowsProperty } from '../grants/grant.ts';
import type { RefusalTable } from '../store/schema.ts';
import type { Call } from '../tool.ts';
import type { WriteRow } from '../writeback/ledger.ts';
import { WRITE_STATES, type WriteState } from '../writeback/states.ts';
import type { Bound } from './portfolio_clock.ts';

/*
 * What was done and tried under a grant: first the writes and the cases handed to people as one list, then the calls that
 * were refused, so that however many of these there are, they hide no work. Each is in order, newest first: the ids begin
 * with a letter or two and go on with the time.
 */

/** What a caller asks for; each covers states of the ledger. */
export const STATE_GROUPS = ['under_way', 'awaiting_approval', 'done', 'refused', 'failed', 'needs_attention'] as const;
export type StateGroup = (typeof STATE_GROUPS)[number];

/** Every state of a write in the group under which callers look for it. */
export const GROUP_OF: Readonly<Record<WriteState, StateGroup>> = {
  recorded: 'under_way',
  awaiting_approval: 'awaiting_approval',
  ready: 'under_way',
  sending: 'under_way',
  sent: 'under_way',
  unknown: 'under_way',
  needs_attention: 'needs_attention',
  done: 'done',
  failed: 'failed',
  rejected: 'refused',
  expired: 'failed',
  withdrawn: 'failed',
  // Nothing more will happen to it; its state says that nothing was sent.
  shadowed: 'done',
};

const GROUP_OF_CASE: Readonly<Record<EscalationRow['state'], StateGroup>> = {
  open: 'under_way',
  acknowledged: 'done',
  closed: 'done',
};

export type WorkEntry = { order: string; at: number; group: StateGroup } & (
  { kind: 'write'; row: WriteRow } | { kind: 'refusal'; row: RefusalTable } | { kind: 'escalation'; row: EscalationRow }
);

/** The two lists, in the order in which they are shown. */
export const SECTIONS = ['work', 'refusals'] as const;
export type Section = (typeof SECTIONS)[number];

export interface WorkQuery {
  section: Section;
  /** Only what this principal did; undefined for everything that agents did. */
  principal: string | undefined;
  write_id?: string | undefined;
  request_id?: string | undefined;
  record_id?: string | undefined;
  groups?: readonly StateGroup[] | undefined;
  since?: Bound | undefined;
  until?: Bound | undefined;
  /** Order of the last entry of the page before. */
  before?: string | undefined;
}

/** Rows read of each kind for one page; what the grant hides is taken out of them. */
const READ = 100;

interface Source {
  entries: WorkEntry[];
  /** Order of the last row that was read, where there may be more. */
  reached: string | undefined;
}

/** Entries that fit, newest first, and down to where the list is complete (undefined: to its end). */
export async function workEntries(
  call: Call,
  query: WorkQuery,
): Promise<{ entries: WorkEntry[]; complete_to?: string }> {
  const wanted = (group: StateGroup) => query.groups === undefined || query.groups.includes(group);
  const sources =
    query.section === 'work'
      ? await Promise.all([writes(call, query), query.write_id !== undefined ? nothing : escalations(call, query)])
      : [
          query.write_id !== undefined || query.record_id !== undefined || !wanted('refused')
            ? nothing
            : await refusals(call, query),
        ];
  const reached = sources.flatMap((source) => source.reached ?? []).toSorted();
  const horizon = reached.at(-1);
  const entries = sources
    .flatMap((source) => source.entries)
    .filter(({ group, order }) => wanted(group) && (horizon === undefined || order >= horizon))
    .toSorted((a, b) => (a.order < b.order ? 1 : -1));
  return { entries, ...(horizon !== undefined && { complete_to: horizon }) };
}

const nothing: Source = { entries: [], reached: undefined };

async function writes(call: Call, query: WorkQuery): Promise<Source> {
  const { grant } = call;
  const states = query.groups && WRITE_STATES.filter((state) => query.groups?.includes(GROUP_OF[state]));
  if (states?.length === 0) return nothing;
  // A record's id may stand after the connection and the scope.
  const ids = query.record_id === undefined ? [undefined] : tailsOf(query.record_id);
  for (const record_id of ids) {
    const rows = await call.writeback.list({
      organisation: grant.organisation,
      ...(query.principal === undefined ? agentsOnly(query) : { principal: query.principal }),
      ...(query.write_id !== undefined && { write_id: query.write_id }),
      ...(query.request_id !== undefined && { request_id: query.request_id }),
      ...(record_id !== undefined && { record_id }),
      ...(states !== undefined && { states }),
      ...(query.since !== undefined && { since: query.since.loose }),
      ...(query.until !== undefined && { until: query.until.loose }),
      ...(query.before !== undefined && { before: `w_${query.before}` }),
      limit: READ,
    });
    const seen = rows.filter(
      (row) =>
        allowsProperty(grant, row.connection, row.property_id ?? undefined) &&
        (record_id === undefined ||
          call.records.ref(row.connection, row.scope, row.record_id ?? '') === query.record_id),
    );
    if (seen.length === 0 && record_id !== ids.at(-1)) continue;
    return {
      entries: seen.map((row) => ({
        kind: 'write',
        row,
        order: orderOf(row.write_id),
        at: row.created_at,
        group: GROUP_OF[row.state],
      })),
      reached: reachedBy(rows.map((row) => row.write_id)),
    };
  }
  return nothing;
}

/** A write that is asked for by its own id is shown whoever made it. */
function agentsOnly({ write_id }: WorkQuery): { principal_kind?: 'agent' } {
  return write_id === undefined ? { principal_kind: 'agent' } : {};
}

async function refusals(call: Call, query: WorkQuery): Promise<Source> {
  const { grant } = call;
  let select = call.store.ledger.selectFrom('refusals').selectAll().where('organisation', '=', grant.organisation);
  select =
    query.principal === undefined
      ? select.where('principal_kind', '=', 'agent')
      : select.where('principal', '=', query.principal);
  if (query.request_id !== undefined) select = select.where('request_id', '=', query.request_id);
  if (query.since !== undefined) select = select.where('at', '>=', query.since.loose);
  if (query.until !== undefined) select = select.where('at', '<', query.until.loose);
  if (query.before !== undefined) select = select.where('refusal_id', '<', `r_${query.before}`);
  const rows = await select.orderBy('refusal_id', 'desc').limit(READ).execute();
  const refs = grant.pins.map((pin) => call.records.ref(pin.connection, '', pin.property_id));
  // A refused call names its property as the caller did; where it named none, only the caller sees it under a pin.
  const seen = rows.filter(
    (row) =>
      grant.pins.length === 0 ||
      row.principal === grant.principal ||
      (row.property_id !== null && refs.includes(row.property_id)),
  );
  return {
    entries: seen.map((row) => ({
      kind: 'refusal',
      row,
      order: orderOf(row.refusal_id),
      at: row.at,
      group: 'refused',
    })),
    reached: reachedBy(rows.map((row) => row.refusal_id)),
  };
}

async function escalations(call: Call, query: WorkQuery): Promise<Source> {
  const { grant } = call;
  // Whoever opened a case is an agent as far as anybody can tell here: people take cases over, and do not open them.
  let select = call.store.ledger.selectFrom('escalations').selectAll().where('organisation', '=', grant.organisation);
  if (query.principal !== undefined) select = select.where('principal', '=', query.principal);
  if (query.request_id !== undefined) select = select.where('request_id', '=', query.request_id);
  if (query.record_id !== undefined) select = select.where('record_id', '=', query.record_id);
  if (query.since !== undefined) select = select.where('created_at', '>=', query.since.loose);
  if (query.until !== undefined) select = select.where('created_at', '<', query.until.loose);
  if (query.before !== undefined) select = select.where('escalation_id', '<', `ct_${query.before}`);
  const rows = await select.orderBy('escalation_id', 'desc').limit(READ).execute();
  return {
    entries: rows
      .filter((row) => isVisible(grant, row))
      .map((row) => ({
        kind: 'escalation',
        row,
        order: orderOf(row.escalation_id),
        at: row.created_at,
        group: GROUP_OF_CASE[row.state],
      })),
    reached: reachedBy(rows.map((row) => row.escalation_id)),
  };
}

function orderOf(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

function reachedBy(ids: readonly string[]): string | undefined {
  const last = ids.at(-1);
  return ids.length < READ || last === undefined ? undefined : orderOf(last);
}

function tailsOf(ref: string): string[] {
  const parts = ref.split(':');
  return parts.slice(0, 3).map((_, index) => parts.slice(index).join(':'));
}
