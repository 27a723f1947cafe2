import type { Selectable } from 'kysely';
import * as z from 'zod/v4';
import { allowsProperty } from '../src/grants/grant.ts';
import { CaretakerError } from '../src/model/errors.ts';
import type { ChangeTable } from '../src/store/schema.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { isRecordKind } from '../src/tool/granted_records.ts';
import { cursor, recordId } from '../src/tool/params.ts';
import { type PortfolioClock, portfolioClock } from '../src/tool/portfolio_clock.ts';
import { openReplies, VendorReply } from '../src/tool/vendor_replies.ts';

/** What can be asked for, and the kinds of the change feed that are meant. */
const KINDS = {
  work_order: ['work_order'],
  lease: ['lease'],
  resident: ['resident'],
  unit: ['unit'],
  vendor: ['vendor'],
  guest_card: ['guest_card'],
  tour: ['tour'],
  posting: ['ledger_entry', 'bill', 'journal_entry'],
  // How a write ended that a person was asked about is part of the answer.
  approval: ['approval', 'write'],
  escalation: ['escalation'],
} as const satisfies Record<string, readonly string[]>;
type Kind = keyof typeof KINDS;

const DAY_MS = 86_400_000;

/** Changes of a page, and rows that are read for one: what the grant hides is taken out of them. */
const SHOWN = 25;
const READ = 500;

/** More open replies than these are in the structured result, and in list_work_orders. */
const REPLIES_TOLD = 10;

const ChangeView = z.object({
  at: z.string(),
  kind: z.string(),
  event: z.string(),
  /** Of the record, or of the approval, the write or the case. */
  record_id: z.string(),
  property_id: z.string().optional(),
  by: z.string().optional(),
  write_id: z.string().optional(),
  reason: z.string().optional(),
  urgency: z.string().optional(),
});

type Row = Selectable<ChangeTable>;

export default defineTool({
  name: 'list_changes',
  title: 'List changes',
  description:
    'List what happened since a cursor, oldest first: changed records, new leads, approvals decided, vendor replies due or overdue, staff acknowledgements.',
  scope: 'portfolio:read',
  risk: 'read',
  needs_no_pms: true,
  input: z.strictObject({
    cursor: cursor().describe('From the last call; omit for the last 24 hours').optional(),
    kinds: z
      .array(z.enum(Object.keys(KINDS) as [Kind, ...Kind[]]))
      .min(1)
      .max(10)
      .optional(),
    property_id: recordId().optional(),
  }),
  output: z.object({
    changes: z.array(ChangeView),
    /** Open until the vendor answers or somebody else is sent; not bound to the cursor. */
    vendor_replies: z.array(VendorReply),
    /** For the next call, also where there was nothing. */
    cursor: z.string(),
    /** True where the next call has more at once. */
    more: z.boolean(),
    /** Set where the PMS could not be read, so that replies and changes made by others are not known. */
    without_pms: z.string().optional(),
    ...FRESHNESS,
  }),

  async run(call, input) {
    const clock = portfolioClock(call);
    const property =
      input.property_id === undefined
        ? undefined
        : await call.records.get('property', input.property_id, 'property_id');
    const kinds = input.kinds?.flatMap((kind): readonly string[] => KINDS[kind]);
    const {
      rows,
      cursor: next,
      more,
    } = await rowsAfter(call, input.cursor, (row) => isMeant(call, row, kinds, property));
    const replies = kinds === undefined || kinds.includes('work_order') || kinds.includes('vendor');
    const pending: Replies = replies ? await repliesOrNone(call, clock, property) : { replies: [], read: [] };
    return {
      changes: await Promise.all(rows.map((row) => changeView(call, clock, row))),
      vendor_replies: pending.replies,
      cursor: next,
      more,
      ...(pending.without_pms !== undefined && { without_pms: pending.without_pms }),
      ...freshnessOf(call, pending.read),
    };
  },

  text({ changes, vendor_replies, cursor, more, without_pms }) {
    return [
      `${countedFirst(changes.length, 'change')}${more ? ', and more' : ''}.`,
      ...vendor_replies.slice(0, REPLIES_TOLD).map(replyLine),
      ...changes.map(changeLine),
      ...(without_pms === undefined ? [] : [without_pms]),
      `Next time with cursor ${cursor}`,
    ].join('\n');
  },
});

function replyLine(reply: z.infer<typeof VendorReply>): string {
  const { vendor, technician, work_order_id, version, state, reply_due_at } = reply;
  const who = vendor ?? technician ?? 'Whoever is assigned';
  return state === 'overdue'
    ? `${who} has not answered in time about work order ${work_order_id} (version ${version}).`
    : `${who} has until ${reply_due_at} to answer about work order ${work_order_id}.`;
}

function changeLine({ at, kind, record_id, event, by, reason }: z.infer<typeof ChangeView>): string {
  const who = by === undefined ? '' : ` by ${by}`;
  return `${at.slice(0, 16)} ${kind} ${record_id} ${event}${who}${reason === undefined ? '' : ` (${reason})`}`;
}

/** The rows after the cursor that are meant, oldest first, and where the next call goes on. */
async function rowsAfter(call: Call, from: string | undefined, isMeant: (row: Row) => boolean) {
  const { ledger } = call.store;
  // Read first: what is entered meanwhile comes with the next call.
  const { top } = await ledger
    .selectFrom('changes')
    .select(({ fn }) => fn.max('seq').as('top'))
    .executeTakeFirstOrThrow();
  const end = Number(top ?? 0);
  let query = ledger.selectFrom('changes').selectAll().where('seq', '<=', end);
  query = from === undefined ? query.where('at', '>=', call.now - DAY_MS) : query.where('seq', '>', readCursor(from));
  const read = await query.orderBy('seq').limit(READ).execute();
  const meant = read.filter(isMeant);
  const rows = meant.slice(0, SHOWN);
  const last = meant.length > SHOWN ? rows.at(-1) : read.length === READ ? read.at(-1) : undefined;
  return {
    rows,
    cursor: writeCursor(
      last === undefined ? Math.max(end, from === undefined ? 0 : readCursor(from)) : Number(last.seq),
    ),
    more: last !== undefined,
  };
}

function writeCursor(seq: number): string {
  return Buffer.from(`changes ${seq}`).toString('base64url');
}

function readCursor(text: string): number {
  const seq = /^changes (\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1'))?.[1];
  if (seq !== undefined) return Number(seq);
  throw new CaretakerError('invalid_input', 'cursor is not from an earlier list_changes. Nothing was changed.', {
    field: 'cursor',
    next: 'leave it out for the last 24 hours',
  });
}

function isMeant(
  call: Call,
  row: Row,
  kinds: readonly string[] | undefined,
  property: Found<'property'> | undefined,
): boolean {
  if (kinds !== undefined && !kinds.includes(row.kind)) return false;
  if (property !== undefined && (row.connection !== property.connection || row.property_id !== property.record.id))
    return false;
  const { grant } = call;
  if (grant.pins.length === 0) return true;
  // What belongs to no property is the portfolio's, except what the caller did: a case without one, a vendor called.
  const own = [detailOf(row).by, detailOf(row).opened_by].includes(grant.principal);
  if (row.connection === null || (row.kind === 'escalation' && row.property_id === null)) return own;
  return allowsProperty(grant, row.connection, row.property_id ?? undefined);
}

interface Detail {
  by?: string;
  opened_by?: string;
  write_id?: string;
  reason?: string;
  urgency?: string;
}

function detailOf(row: Row): Detail {
  return JSON.parse(row.detail_json) as Detail;
}

async function changeView(call: Call, clock: PortfolioClock, row: Row): Promise<z.infer<typeof ChangeView>> {
  const { by, write_id, reason, urgency } = detailOf(row);
  const ref = (id: string) => (row.connection === null ? id : call.records.ref(row.connection, row.scope, id));
  return {
    at: await clock.text(Number(row.at), row),
    kind: row.kind,
    event: row.event,
    record_id: isRecordKind(row.kind) ? ref(row.record_id) : row.record_id,
    ...(row.property_id !== null && { property_id: ref(row.property_id) }),
    ...(by !== undefined && { by: by === call.grant.principal ? 'me' : by }),
    ...(write_id !== undefined && { write_id }),
    ...(reason !== undefined && { reason }),
    ...(urgency !== undefined && { urgency }),
  };
}

type Replies = Awaited<ReturnType<typeof openReplies>> & { without_pms?: string };

/** Decisions and acknowledgements are known here, and are told also while the PMS is down. */
async function repliesOrNone(
  call: Call,
  clock: PortfolioClock,
  property: Found<'property'> | undefined,
): Promise<Replies> {
  try {
    return await openReplies(call, clock, property);
  } catch (error) {
    if (!(error instanceof CaretakerError) || (error.code !== 'pms_unavailable' && error.code !== 'rate_limited'))
      throw error;
    return {
      replies: [],
      read: [],
      without_pms: 'The PMS could not be read: vendor replies that are due are not shown.',
    };
  }
}
