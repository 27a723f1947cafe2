import type { CommandOf } from '../../model/commands.ts';
import type { Lease, Property, Resident } from '../../model/records.ts';
import type { StepResult } from '../connector.ts';
import { resultFor, type Pms } from './pms.ts';
import { LENGTHS, activeProperty, checkLength, conflict, ownRecord, refuse, todayAt } from './rules.ts';

type Change = CommandOf<'update_lease'>['change'];
type ChangeOf<A extends Change['action']> = Extract<Change, { action: A }>;
type Party = Lease['parties'][number];

/** Those who owe the rent; the lease is on notice only when all of them leave. */
const RESPONSIBLE: readonly Resident['role'][] = ['primary', 'roommate'];

export function updateLease(pms: Pms, command: CommandOf<'update_lease'>): StepResult {
  const property = activeProperty(pms, command.property_id);
  const lease = ownRecord(pms, 'lease', command.lease_id, command.property_id);
  checkLength('reason', command.reason, LENGTHS.reason);
  if (lease.status === 'past' || lease.status === 'cancelled')
    conflict('status', `Lease ${lease.id} is ${lease.status}.`);
  const { change } = command;
  switch (change.action) {
    case 'accept_renewal':
      acceptRenewal(pms, property, lease, change);
      break;
    case 'give_notice':
      giveNotice(pms, lease, change);
      break;
    case 'withdraw_notice':
      withdrawNotice(pms, lease, change);
      break;
    case 'change_move_out':
      changeMoveOut(pms, lease, change);
  }
  return resultFor('lease', lease.id);
}

/** The offer is taken as it stands; the other open ones are off the table. */
function acceptRenewal(pms: Pms, property: Property, lease: Lease, change: ChangeOf<'accept_renewal'>): void {
  const offer = lease.renewal_offers.find(({ id }) => id === change.renewal_offer_id);
  if (offer === undefined)
    refuse('renewal_offer_id', `Lease ${lease.id} has no renewal offer ${change.renewal_offer_id}.`);
  if (offer.status !== 'offered')
    conflict('renewal_offer_id', `Renewal offer ${offer.id} is ${offer.status}, not open.`);
  if (offer.expires_on !== undefined && offer.expires_on < todayAt(pms, property)) {
    conflict('renewal_offer_id', `Renewal offer ${offer.id} was open until ${offer.expires_on}.`);
  }
  if (lease.status === 'notice') conflict('status', `Lease ${lease.id} is on notice; withdraw the notice first.`);
  pms.records.replace('lease', {
    ...lease,
    term: 'fixed',
    end_date: offer.end_date,
    rent: offer.rent,
    renewal_offers: lease.renewal_offers.map((other) => {
      if (other.id === offer.id) return { ...other, status: 'accepted' };
      return other.status === 'offered' ? { ...other, status: 'withdrawn' } : other;
    }),
  });
}

function partiesOf(lease: Lease, residentIds: readonly string[]): Party[] {
  return residentIds.map((id) => {
    const party = lease.parties.find((p) => p.resident_id === id);
    return party ?? refuse('resident_ids', `Resident ${id} is not on lease ${lease.id}.`);
  });
}

function checkMoveOut(lease: Lease, noticeDate: string, moveOut: string): void {
  if (moveOut < noticeDate) refuse('move_out_date', 'Nobody moves out before giving notice.');
  if (moveOut < lease.start_date) refuse('move_out_date', 'Nobody moves out before the lease starts.');
}

function giveNotice(pms: Pms, lease: Lease, change: ChangeOf<'give_notice'>): void {
  checkMoveOut(lease, change.notice_date, change.move_out_date);
  for (const party of partiesOf(lease, change.resident_ids)) {
    if (party.notice_date !== undefined)
      conflict('resident_ids', `Resident ${party.resident_id} has given notice already.`);
  }
  const { notice_date, move_out_date: move_out } = change;
  settle(pms, lease, change.resident_ids, (party) => ({ ...party, notice_date, move_out }));
}

function withdrawNotice(pms: Pms, lease: Lease, change: ChangeOf<'withdraw_notice'>): void {
  checkOnNotice(lease, change.resident_ids);
  settle(pms, lease, change.resident_ids, ({ notice_date: _given, move_out: _planned, ...party }) => party);
}

function changeMoveOut(pms: Pms, lease: Lease, change: ChangeOf<'change_move_out'>): void {
  for (const party of checkOnNotice(lease, change.resident_ids)) {
    checkMoveOut(lease, party.notice_date ?? lease.start_date, change.move_out_date);
  }
  settle(pms, lease, change.resident_ids, (party) => ({ ...party, move_out: change.move_out_date }));
}

function checkOnNotice(lease: Lease, residentIds: readonly string[]): Party[] {
  const parties = partiesOf(lease, residentIds);
  const staying = parties.find((party) => party.notice_date === undefined);
  if (staying !== undefined) conflict('resident_ids', `Resident ${staying.resident_id} has not given notice.`);
  return parties;
}

/** Applies a change to some parties, and lets lease, residents and unit follow from where the parties then stand. */
function settle(pms: Pms, lease: Lease, residentIds: readonly string[], change: (party: Party) => Party): void {
  const parties = lease.parties.map((party) => (residentIds.includes(party.resident_id) ? change(party) : party));
  const residents = parties.map((party) => pms.records.find('resident', party.resident_id));
  const responsible = parties.filter((_, i) => RESPONSIBLE.includes(residents[i]?.role ?? 'primary'));
  const { notice_date: _notice, move_out_date: _moveOut, ...rest } = lease;
  const all = responsible.length > 0 && responsible.every((party) => party.notice_date !== undefined);
  const next: Lease = { ...rest, parties, status: statusAfter(lease, all) };
  if (all) {
    next.notice_date = latest(responsible.map((party) => party.notice_date));
    next.move_out_date = latest(responsible.map((party) => party.move_out));
  }
  pms.records.replace('lease', next);
  residents.forEach((resident, i) => {
    if (resident !== undefined && residentIds.includes(resident.id)) markResident(pms, resident, parties[i]);
  });
  markUnit(pms, next);
}

/** An eviction or a lease that has not begun keeps its status. */
function statusAfter(lease: Lease, allLeave: boolean): Lease['status'] {
  if (lease.status !== 'current' && lease.status !== 'notice') return lease.status;
  return allLeave ? 'notice' : 'current';
}

function latest(dates: readonly (string | undefined)[]): string | undefined {
  return dates.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}

function markResident(pms: Pms, resident: Resident, party: Party | undefined): void {
  if (resident.status !== 'current' && resident.status !== 'notice') return;
  pms.records.replace('resident', { ...resident, status: party?.notice_date === undefined ? 'current' : 'notice' });
}

/** A unit becomes free only when nobody on another lease stays in it. */
function markUnit(pms: Pms, lease: Lease): void {
  const unit = pms.records.find('unit', lease.unit_id);
  if (unit === undefined || (unit.occupancy !== 'occupied' && unit.occupancy !== 'notice')) return;
  const others = pms.records.where('lease', 'unit_id', unit.id).filter(({ id }) => id !== lease.id);
  const stays = [lease, ...others].some(({ status }) => status === 'current' || status === 'eviction');
  const { available_on: _old, ...rest } = unit;
  if (stays) {
    pms.records.replace('unit', { ...rest, occupancy: 'occupied', is_listed: false });
    return;
  }
  const last = latest([lease, ...others].filter(({ status }) => status === 'notice').map((l) => l.move_out_date));
  pms.records.replace('unit', { ...rest, occupancy: 'notice', available_on: last });
}
