import type { CommandOf } from './commands.ts';
import { changeOf, type RecordChange } from './record_change.ts';
import type { GuestCard, Tour } from './records.ts';

/** Further on in the funnel a tour no longer says where a prospect stands. */
export const BEYOND_TOURS: readonly GuestCard['status'][] = ['applied', 'approved', 'denied', 'leased'];

export function newTour({ kind: _kind, ...fields }: CommandOf<'schedule_tour'>): Omit<Tour, 'id'> {
  return { ...fields, status: 'scheduled' };
}

export function tourMove({ start, end, agent_id, notes }: CommandOf<'reschedule_tour'>): RecordChange {
  return changeOf({ start, end, agent_id, notes, status: 'scheduled' });
}

/** A tour that is cancelled or over. */
export function tourEnd(status: Exclude<Tour['status'], 'scheduled'>, notes: string | undefined): RecordChange {
  return changeOf({ status, notes });
}

/** Where a tour brings its prospect, unless that one is beyond tours. */
export function funnelMove(status: GuestCard['status']): RecordChange {
  return changeOf({ status, lost_reason: null });
}
