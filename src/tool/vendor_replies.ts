import * as z from 'zod/v4';
import { isReplyOverdue } from '../maintenance/work_order_view.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import type { PortfolioClock } from './portfolio_clock.ts';

/** A vendor, or an own technician, who has not said yet whether they come. */
export const VendorReply = z.object({
  work_order_id: z.string(),
  version: z.string(),
  severity: z.string(),
  vendor_id: z.string().optional(),
  vendor: z.string().optional(),
  technician_id: z.string().optional(),
  technician: z.string().optional(),
  property_id: z.string(),
  state: z.enum(['due', 'overdue']),
  reply_due_at: z.string(),
});

/** Replies that are due within the hour are worth a look; later ones are not. */
const SOON_MS = 3_600_000;

/** Assigned work is among the latest; more open orders than this are not looked through at every call. */
const LOOKED_AT = 4_000;

/** Statuses in which whoever is assigned may owe a reply. */
const ASKED = ['estimate_requested', 'assigned', 'scheduled', 'on_hold', 'in_progress'] as const;

/** Replies that are overdue or due within the hour, the longest overdue first. They are listed as long as they are open. */
export async function openReplies(
  call: Call,
  clock: PortfolioClock,
  property: Found<'property'> | undefined,
): Promise<{ replies: z.infer<typeof VendorReply>[]; read: Found<'work_order'>[] }> {
  const waiting: Found<'work_order'>[] = [];
  for (const connection of call.records.connections) {
    if (property !== undefined && property.connection !== connection) continue;
    waiting.push(...(await waitingIn(call, connection, property)));
  }
  waiting.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0));
  const replies = await Promise.all(
    waiting.map(async (order) => {
      const { record, connection, scope } = order;
      const vendor = await call.records.linked(order, 'vendor', record.vendor_id);
      const technician = await call.records.linked(order, 'staff', record.technician_id);
      const { property_id } = record;
      return {
        work_order_id: order.ref,
        version: order.version,
        severity: record.severity,
        ...(vendor !== undefined && { vendor_id: vendor.ref, vendor: vendor.record.name }),
        ...(technician !== undefined && { technician_id: technician.ref, technician: technician.record.name }),
        property_id: call.records.ref(connection, scope, property_id),
        state: isReplyOverdue(record, call.now) ? ('overdue' as const) : ('due' as const),
        reply_due_at: await clock.text(dueAt(order) ?? call.now, { connection, scope, property_id }),
      };
    }),
  );
  return { replies, read: waiting };
}

async function waitingIn(
  call: Call,
  connection: string,
  property: Found<'property'> | undefined,
): Promise<Found<'work_order'>[]> {
  const found: Found<'work_order'>[] = [];
  let [cursor, looked]: [string | undefined, number] = [undefined, 0];
  do {
    const page: Awaited<ReturnType<typeof call.records.list<'work_order'>>> = await call.records.list(
      'work_order',
      { connection, status: ASKED, ...(property !== undefined && { property_ids: [property.record.id] }) },
      { limit: 500, order: 'newest_first', ...(cursor !== undefined && { cursor }) },
    );
    found.push(...page.records.filter((order) => (dueAt(order) ?? Infinity) <= call.now + SOON_MS));
    looked += page.records.length;
    cursor = page.next_cursor;
  } while (cursor !== undefined && looked < LOOKED_AT);
  return found;
}

/** When the reply is due, epoch milliseconds; undefined where nobody waits for one. */
function dueAt({ record }: Found<'work_order'>): number | undefined {
  if (record.vendor_reply !== 'pending' || record.reply_due_at === undefined) return undefined;
  return Date.parse(record.reply_due_at);
}
