import type { PostingView } from '../accounting/posting_view.ts';
import type { GuestCardView } from '../leasing/guest_card_view.ts';
import type { LeaseView } from '../leasing/lease_view.ts';
import type { TourView } from '../leasing/tour_view.ts';
import type { WorkOrderView } from '../maintenance/work_order_view.ts';
import { quoted } from './untrusted.ts';

/*
 * Records on one line of text each. Many hosts show a model the text of a result and not its structure: a line has the
 * id with which an agent goes on, and the two or three facts that it chooses by.
 */

/** Longer titles, memos and names are cut: a line is for choosing, the record has the rest. */
const MOST = 30;

/** How a listing ends that has another page; empty where it has none. */
export function moreText(next: string | undefined): string[] {
  return next === undefined ? [] : [`More with cursor ${next}`];
}

function joined(parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(', ');
}

type WorkOrderFacts = Pick<WorkOrderView, 'work_order_id' | 'trade' | 'severity' | 'status' | 'title'> &
  Partial<Pick<WorkOrderView, 'vendor' | 'technician' | 'unit' | 'location' | 'visit_start' | 'reply_overdue'>>;

/** `901 plumbing urgent, assigned to Acme, unit 2-B, «Kitchen sink leaks»`. */
export function workOrderLine(order: WorkOrderFacts): string {
  const who = order.vendor ?? order.technician;
  const status = order.status.replaceAll('_', ' ');
  return joined([
    `${order.work_order_id} ${order.trade} ${order.severity.replace('_', ' ')}`,
    who === undefined ? status : `${status} ${order.status === 'assigned' ? 'to' : 'with'} ${who}`,
    order.unit !== undefined && `unit ${order.unit}`,
    order.reply_overdue === true && 'reply overdue',
    quoted(order.title, MOST),
  ]);
}

/** `77, unit 2-B, current, 1450.00, ends 2027-01-31, renewal offered`. */
export function leaseLineText(lease: LeaseView): string {
  return joined([
    lease.lease_id,
    `unit ${lease.unit ?? lease.unit_id}`,
    lease.status,
    lease.rent,
    lease.end_date === undefined ? lease.term.replaceAll('_', ' ') : `ends ${lease.end_date}`,
    lease.attention[0]?.replaceAll('_', ' '),
  ]);
}

/** `5120 2026-11-03 84.20, Acme invoice «A-17», unpaid`. */
export function postingLine(posting: PostingView): string {
  const { vendor, invoice_number: invoice, memo, lease_id: lease } = posting;
  return joined([
    `${posting.posting_id} ${posting.date} ${posting.amount}`,
    vendor !== undefined && (invoice === undefined ? vendor : `${vendor} ${quoted(invoice, MOST)}`),
    lease !== undefined && `lease ${lease}`,
    vendor === undefined && memo !== undefined && quoted(memo, 30),
    posting.states.join(' '),
  ]);
}

/** `310 «Priya R.», contacted, follow up 2026-11-24`. */
export function guestCardLine(card: GuestCardView): string {
  return joined([
    `${card.guest_card_id} ${card.name === undefined ? 'no name' : quoted(card.name, MOST)}`,
    card.status.replaceAll('_', ' '),
    card.follow_up_on !== undefined && `follow up ${card.follow_up_on}`,
    card.tours[0] !== undefined && `tour ${card.tours[0].tour_id} ${card.tours[0].start}`,
  ]);
}

/** A tour with all that `change_tour` needs. */
export function tourLine({ tour_id, version, status, spoken, start, agent, unit, unit_id }: TourView): string {
  const who = agent === undefined ? '' : ` with ${agent}`;
  return `Tour ${tour_id} (version ${version}): unit ${unit ?? unit_id}, ${spoken ?? start}${who}, ${status}.`;
}
