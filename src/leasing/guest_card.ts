import type { GUEST_CARD_STATUSES, GuestCard } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';

type Status = (typeof GUEST_CARD_STATUSES)[number];

/**
 * How a prospect moves through the funnel. Any step may be skipped forward (people apply without a tour); a lost
 * prospect who writes again is contacted again; a lease ends the card.
 */
export const GUEST_CARD_TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  new: ['contacted', 'qualified', 'tour_scheduled', 'toured', 'applied', 'lost'],
  contacted: ['qualified', 'tour_scheduled', 'toured', 'applied', 'lost'],
  qualified: ['contacted', 'tour_scheduled', 'toured', 'applied', 'lost'],
  tour_scheduled: ['contacted', 'qualified', 'toured', 'no_show', 'applied', 'lost'],
  toured: ['contacted', 'qualified', 'tour_scheduled', 'applied', 'lost'],
  no_show: ['contacted', 'qualified', 'tour_scheduled', 'toured', 'applied', 'lost'],
  applied: ['approved', 'denied', 'lost'],
  approved: ['leased', 'denied', 'lost'],
  denied: ['applied', 'approved', 'lost'],
  leased: [],
  lost: ['contacted', 'qualified', 'tour_scheduled', 'toured', 'applied'],
};

/** Decisions on an application: a person makes them in the PMS, never an agent (fair housing). */
const DECISIONS: readonly Status[] = ['approved', 'denied', 'leased'];

/** Whether an agent may move a card to a status. A lost prospect needs the reason, no other status has one. */
export function checkStatusChange(
  card: Pick<GuestCard, 'status' | 'lost_reason'>,
  change: { status: Status; lost_reason?: GuestCard['lost_reason'] },
): Refusal | undefined {
  const { status, lost_reason } = change;
  if (DECISIONS.includes(status)) {
    return {
      code: 'not_permitted',
      field: 'status',
      message: `An application is decided by a person, so "${status}" was not recorded.`,
      next: 'Hand the case to staff with escalate_to_staff.',
    };
  }
  if ((status === 'lost') !== (lost_reason !== undefined)) {
    return {
      code: 'invalid_input',
      field: 'lost_reason',
      message: `A lost_reason goes with the status "lost" and with no other; the guest card was not changed.`,
      next: status === 'lost' ? 'Give lost_reason.' : 'Leave lost_reason out.',
    };
  }
  if (status === card.status || GUEST_CARD_TRANSITIONS[card.status].includes(status)) return undefined;
  const possible = GUEST_CARD_TRANSITIONS[card.status].filter((next) => !DECISIONS.includes(next));
  return {
    code: 'conflict',
    field: 'status',
    message: `A guest card that is "${card.status}" cannot become "${status}"; it was not changed.`,
    next: possible.length ? `Possible now: ${possible.join(', ')}.` : 'This card is finished; record a new inquiry.',
    details: { status: card.status, possible },
  };
}

/**
 * The lead source as the PMS knows it. Compared without case, punctuation and ".com"; one that the PMS does not know
 * becomes the default, and what was said is given back to be kept in the touch. A lead is never refused for its source.
 */
export function resolveSource(
  said: string,
  known: readonly string[],
  fallback: string,
): { source: string; unknown_source?: string } {
  const key = sourceKey(said);
  const source = key === '' ? undefined : known.find((name) => sourceKey(name) === key);
  if (source !== undefined) return { source };
  return said.trim() === '' ? { source: fallback } : { source: fallback, unknown_source: said };
}

function sourceKey(source: string): string {
  return source
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^(https?:\/\/)?(www\.)?/, '')
    .replace(/\.(com|net|org)\b.*$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
