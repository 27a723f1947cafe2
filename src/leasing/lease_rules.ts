import type { CommandOf } from '../model/commands.ts';
import type { Lease, RenewalOffer } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { addDays, daysBetween } from '../model/zoned_time.ts';

export type LeaseChange = CommandOf<'update_lease'>['change'];

/** A move-out further away than this after the notice is a slip of the year. */
const MAX_NOTICE_DAYS = 400;
/** A notice that was received longer ago than this should have been entered by a person. */
const MAX_NOTICE_AGE_DAYS = 60;
/** The notice that most states ask for on month-to-month leases; a lease or a statute may say otherwise. */
const DEFAULT_NOTICE_DAYS = 30;

const NOTHING_CHANGED = 'the lease was not changed.';

/** Whether a change may be recorded on a lease as it stands today (property-local). */
export function checkLeaseChange(lease: Lease, change: LeaseChange, today: string): Refusal | undefined {
  if (lease.status === 'past' || lease.status === 'cancelled') {
    return conflict(`This lease is ${lease.status}; ${NOTHING_CHANGED}`, 'Find the current lease with list_leases.');
  }
  switch (change.action) {
    case 'accept_renewal':
      return checkRenewal(lease, change.renewal_offer_id, today);
    case 'give_notice':
      return checkResidents(lease, change.resident_ids) ?? checkNotice(lease, change, today);
    case 'withdraw_notice':
      return checkResidents(lease, change.resident_ids) ?? checkWithdrawal(lease, change.resident_ids, today);
    case 'change_move_out':
      return checkResidents(lease, change.resident_ids) ?? checkMoveOut(lease, change);
  }
}

/** Who is on notice, since when and until when: per resident, else the dates that the lease carries for all. */
function datesOf(lease: Lease, resident_id: string): { notice_date?: string; move_out?: string } {
  const party = lease.parties.find((one) => one.resident_id === resident_id);
  const notice_date = party?.notice_date ?? lease.notice_date;
  const move_out = party?.move_out ?? lease.move_out_date;
  return { ...(notice_date && { notice_date }), ...(move_out && { move_out }) };
}

function onNotice(lease: Lease, resident_id: string): boolean {
  const dates = datesOf(lease, resident_id);
  return dates.notice_date !== undefined || dates.move_out !== undefined;
}

function checkResidents(lease: Lease, resident_ids: readonly string[]): Refusal | undefined {
  const strangers = resident_ids.filter((id) => !lease.parties.some((party) => party.resident_id === id));
  if (strangers.length > 0) {
    return {
      code: 'not_found',
      field: 'resident_ids',
      message: `${strangers.length} of the residents are not on this lease; ${NOTHING_CHANGED}`,
      next: 'Take resident_ids from list_leases with this lease_id.',
      details: { resident_ids: strangers },
    };
  }
  if (resident_ids.length > 0 && new Set(resident_ids).size === resident_ids.length) return undefined;
  return invalid('resident_ids', `Each resident must be named once; ${NOTHING_CHANGED}`, 'Name who leaves.');
}

function checkRenewal(lease: Lease, offer_id: string, today: string): Refusal | undefined {
  const offer = lease.renewal_offers.find((one) => one.id === offer_id);
  const open = lease.renewal_offers.filter((one) => isOpen(one, today)).map((one) => one.id);
  const next = open.length > 0 ? `Open offers: ${open.join(', ')}.` : 'No offer is open; ask staff for a new one.';
  if (!offer) {
    return {
      ...invalid('renewal_offer_id', `This lease has no such renewal offer; ${NOTHING_CHANGED}`, next),
      code: 'not_found',
    };
  }
  if (!isOpen(offer, today)) {
    const state = offer.status === 'offered' ? `expired on ${offer.expires_on}` : offer.status;
    return conflict(`This renewal offer is ${state}; ${NOTHING_CHANGED}`, next, 'renewal_offer_id');
  }
  if (lease.status === 'eviction') {
    return conflict(`This household is in eviction; ${NOTHING_CHANGED}`, 'Hand over with escalate_to_staff.');
  }
  if (lease.status === 'notice' || lease.parties.some((party) => onNotice(lease, party.resident_id))) {
    return conflict(
      `Notice to vacate stands on this lease; ${NOTHING_CHANGED}`,
      'Withdraw the notice first, if that is wanted.',
    );
  }
  return undefined;
}

function isOpen(offer: RenewalOffer, today: string): boolean {
  return offer.status === 'offered' && (offer.expires_on === undefined || offer.expires_on >= today);
}

type Notice = Extract<LeaseChange, { action: 'give_notice' }>;

function checkNotice(lease: Lease, change: Notice, today: string): Refusal | undefined {
  const { notice_date, move_out_date, resident_ids } = change;
  if (lease.status === 'future') {
    return conflict(
      `This lease has not begun; ${NOTHING_CHANGED}`,
      'Hand over with escalate_to_staff: it is cancelled, not vacated.',
    );
  }
  if (resident_ids.some((id) => onNotice(lease, id))) {
    return conflict(
      `Notice is already recorded for one of them; ${NOTHING_CHANGED}`,
      'Use change_move_out to move the date.',
      'resident_ids',
    );
  }
  const earliest = addDays(today, -MAX_NOTICE_AGE_DAYS);
  if (notice_date > today || notice_date < earliest || notice_date < lease.start_date) {
    const from = earliest > lease.start_date ? earliest : lease.start_date;
    return invalid(
      'notice_date',
      `Notice is dated the day it was received, from ${from} to ${today}; ${NOTHING_CHANGED}`,
      'Check the date.',
    );
  }
  return checkDates(notice_date, move_out_date);
}

function checkDates(notice_date: string, move_out_date: string): Refusal | undefined {
  const days = daysBetween(notice_date, move_out_date);
  if (days >= 0 && days <= MAX_NOTICE_DAYS) return undefined;
  const what = days < 0 ? 'lies before the notice' : `lies more than ${MAX_NOTICE_DAYS} days after the notice`;
  return invalid('move_out_date', `The move-out ${what} of ${notice_date}; ${NOTHING_CHANGED}`, 'Check both dates.');
}

function checkWithdrawal(lease: Lease, resident_ids: readonly string[], today: string): Refusal | undefined {
  if (!resident_ids.every((id) => onNotice(lease, id))) {
    return conflict(
      `There is no notice to withdraw for one of them; ${NOTHING_CHANGED}`,
      'See who is on notice with list_leases.',
      'resident_ids',
    );
  }
  if (resident_ids.some((id) => (datesOf(lease, id).move_out ?? today) < today)) {
    return conflict(`The move-out date has passed; ${NOTHING_CHANGED}`, 'Hand over with escalate_to_staff.');
  }
  return undefined;
}

function checkMoveOut(lease: Lease, change: Extract<LeaseChange, { action: 'change_move_out' }>): Refusal | undefined {
  for (const id of change.resident_ids) {
    const { notice_date } = datesOf(lease, id);
    if (!onNotice(lease, id)) {
      return conflict(
        `There is no notice for one of them; ${NOTHING_CHANGED}`,
        'Record it with give_notice.',
        'resident_ids',
      );
    }
    const wrong = checkDates(notice_date ?? lease.start_date, change.move_out_date);
    if (wrong && (notice_date !== undefined || change.move_out_date < lease.start_date)) return wrong;
  }
  return undefined;
}

/** What the person who decides should know about an allowed change: short notice, a lease that runs on, a new rent. */
export function notesOnLeaseChange(lease: Lease, change: LeaseChange, notice_days = DEFAULT_NOTICE_DAYS): string[] {
  if (change.action === 'accept_renewal') {
    const offer = lease.renewal_offers.find((one) => one.id === change.renewal_offer_id);
    const gap = offer && lease.end_date !== undefined && offer.start_date !== addDays(lease.end_date, 1);
    return gap ? [`The renewal starts on ${offer.start_date}, but the lease ends on ${lease.end_date}.`] : [];
  }
  if (change.action === 'withdraw_notice') return [];
  const { move_out_date, resident_ids } = change;
  const given = change.action === 'give_notice' ? change.notice_date : datesOf(lease, resident_ids[0]!).notice_date;
  const days = given === undefined ? notice_days : daysBetween(given, move_out_date);
  const staying = lease.parties.filter(
    (party) => !resident_ids.includes(party.resident_id) && !onNotice(lease, party.resident_id),
  );
  return [
    ...(days < notice_days ? [`${days} days of notice; ${notice_days} are usual.`] : []),
    ...(lease.end_date !== undefined && move_out_date < lease.end_date
      ? [`The lease runs until ${lease.end_date}.`]
      : []),
    ...(staying.length > 0
      ? [`${staying.length} of ${lease.parties.length} residents stay; the lease goes on for them.`]
      : []),
  ];
}

function conflict(message: string, next: string, field?: string): Refusal {
  return { code: 'conflict', message, next, ...(field && { field }) };
}

function invalid(field: string, message: string, next: string): Refusal {
  return { code: 'invalid_input', field, message, next };
}
