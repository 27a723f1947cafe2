import type { CommandOf } from '../../model/commands.ts';
import { changed } from '../../model/record_change.ts';
import type { GuestCard, Tour } from '../../model/records.ts';
import { BEYOND_TOURS, funnelMove, newTour, tourEnd, tourMove } from '../../model/tour_change.ts';
import { VendorError, type StepResult } from '../connector.ts';
import { resultFor, type Pms } from './pms.ts';
import {
  LENGTHS,
  activeProperty,
  checkLength,
  checkPeriod,
  conflict,
  ownRecord,
  referred,
  refuse,
  workingStaff,
} from './rules.ts';

function checkTimes(pms: Pms, start: string, end: string): void {
  checkPeriod(start, end, 'end');
  if (Date.parse(start) < pms.now()) refuse('start', 'A tour cannot start in the past.');
}

function checkAgent(pms: Pms, tour: Pick<Tour, 'type' | 'agent_id' | 'property_id'>): void {
  if (tour.type === 'agent_led' && tour.agent_id === undefined) refuse('agent_id', 'An agent-led tour needs an agent.');
  if (tour.type === 'self_guided' && tour.agent_id !== undefined)
    refuse('agent_id', 'A self-guided tour has no agent.');
  if (tour.agent_id !== undefined) {
    workingStaff(pms, tour.agent_id, ['leasing_agent', 'manager'], tour.property_id, 'agent_id');
  }
}

/** Enters the tour in the calendar, where its unit and its agent must be free for the whole of it. */
function book(pms: Pms, tour: Tour): void {
  const booking = {
    tour_id: tour.id,
    unit_id: tour.unit_id,
    agent_id: tour.agent_id,
    start: tour.start,
    end: tour.end,
  };
  const clash = pms.bookings.clash(booking);
  if (clash !== undefined) {
    const whose = clash === 'unit_id' ? `Unit ${tour.unit_id}` : `Agent ${tour.agent_id}`;
    throw new VendorError('slot_taken', `${whose} is booked in a part of that time.`, { field: clash });
  }
  pms.bookings.put(booking);
}

function moveFunnel(pms: Pms, guestCardId: string, status: GuestCard['status']): void {
  const card = pms.records.find('guest_card', guestCardId);
  if (card === undefined || BEYOND_TOURS.includes(card.status)) return;
  pms.records.replace('guest_card', changed(card, funnelMove(status)));
}

export function scheduleTour(pms: Pms, command: CommandOf<'schedule_tour'>): StepResult {
  const { property_id, guest_card_id, unit_id } = command;
  activeProperty(pms, property_id);
  referred(pms, 'guest_card', guest_card_id, 'guest_card_id', property_id);
  referred(pms, 'unit', unit_id, 'unit_id', property_id);
  checkAgent(pms, command);
  checkTimes(pms, command.start, command.end);
  checkLength('notes', command.notes, LENGTHS.note);
  const tour = pms.records.insert('tour', (id) => ({ id, ...newTour(command) }));
  book(pms, tour);
  moveFunnel(pms, guest_card_id, 'tour_scheduled');
  return resultFor('tour', tour.id);
}

function scheduledTour(pms: Pms, id: string, propertyId: string): Tour {
  const tour = ownRecord(pms, 'tour', id, propertyId);
  if (tour.status !== 'scheduled') conflict('status', `Tour ${id} is ${tour.status} already.`);
  return tour;
}

export function rescheduleTour(pms: Pms, command: CommandOf<'reschedule_tour'>): StepResult {
  const tour = scheduledTour(pms, command.tour_id, command.property_id);
  checkTimes(pms, command.start, command.end);
  checkLength('notes', command.notes, LENGTHS.note);
  const next = changed(tour, tourMove(command));
  checkAgent(pms, next);
  book(pms, next);
  pms.records.replace('tour', next);
  return resultFor('tour', tour.id);
}

export function cancelTour(pms: Pms, command: CommandOf<'cancel_tour'>): StepResult {
  const tour = scheduledTour(pms, command.tour_id, command.property_id);
  checkLength('notes', command.notes, LENGTHS.note);
  pms.bookings.free(tour.id);
  pms.records.replace('tour', changed(tour, tourEnd('cancelled', command.notes)));
  const others = pms.records
    .where('tour', 'unit_id', tour.unit_id)
    .some((other) => other.guest_card_id === tour.guest_card_id && other.status === 'scheduled');
  if (!others) moveFunnel(pms, tour.guest_card_id, 'contacted');
  return resultFor('tour', tour.id);
}

export function recordTourOutcome(pms: Pms, command: CommandOf<'record_tour_outcome'>): StepResult {
  const tour = scheduledTour(pms, command.tour_id, command.property_id);
  checkLength('notes', command.notes, LENGTHS.note);
  // A tour that is over, or that nobody came to, holds neither the unit nor the agent any longer.
  pms.bookings.free(tour.id);
  pms.records.replace('tour', changed(tour, tourEnd(command.outcome, command.notes)));
  moveFunnel(pms, tour.guest_card_id, command.outcome);
  return resultFor('tour', tour.id);
}
