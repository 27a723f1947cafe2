import type { CommandOf } from '../../model/commands.ts';
import type { GuestCard } from '../../model/records.ts';
import type { StepResult } from '../connector.ts';
import { resultFor, type Pms } from './pms.ts';
import {
  LENGTHS,
  activeProperty,
  checkEmails,
  checkLength,
  checkPhones,
  checkText,
  ownRecord,
  referred,
  refuse,
  workingStaff,
} from './rules.ts';

type Given = CommandOf<'create_guest_card'> | CommandOf<'update_guest_card'>;

const COPIED = [
  'name',
  'phones',
  'emails',
  'unit_ids',
  'bedrooms',
  'rent_max',
  'move_in_date',
  'occupants',
  'pets',
] as const;

function checkGiven(pms: Pms, given: Given): void {
  if (given.name !== undefined) checkText('name', given.name, LENGTHS.line);
  checkLength('pets', given.pets, LENGTHS.line);
  checkPhones(given.phones);
  checkEmails(given.emails);
  for (const unitId of given.unit_ids ?? []) referred(pms, 'unit', unitId, 'unit_ids', given.property_id);
  if (given.bedrooms !== undefined && given.bedrooms < 0) refuse('bedrooms', 'Not below zero.');
  if (given.rent_max !== undefined && given.rent_max < 0) refuse('rent_max', 'Not below zero.');
  if (given.occupants !== undefined && given.occupants < 1) refuse('occupants', 'At least one person.');
  if (given.touch !== undefined) {
    checkText('touch', given.touch.source, LENGTHS.line);
    checkLength('touch', given.touch.message, LENGTHS.note);
  }
}

export function createGuestCard(pms: Pms, command: CommandOf<'create_guest_card'>): StepResult {
  activeProperty(pms, command.property_id);
  checkGiven(pms, command);
  checkText('source', command.source, LENGTHS.line);
  const { name, phones = [], emails = [] } = command;
  if (name === undefined && phones.length === 0 && emails.length === 0) {
    refuse('name', 'A guest card needs a name, a phone number or an e-mail address.');
  }
  const { kind: _kind, touch, ...fields } = command;
  const { id } = pms.records.insert('guest_card', (id) => ({
    id,
    unit_ids: [],
    ...fields,
    phones,
    emails,
    latest_source: touch.source,
    status: 'new',
    touches: [touch],
    notes: [],
    created_at: new Date(pms.now()).toISOString(),
  }));
  return resultFor('guest_card', id);
}

export function updateGuestCard(pms: Pms, command: CommandOf<'update_guest_card'>): StepResult {
  const card = ownRecord(pms, 'guest_card', command.guest_card_id, command.property_id);
  checkGiven(pms, command);
  checkLength('latest_source', command.latest_source, LENGTHS.line);
  const given = Object.fromEntries(COPIED.filter((f) => command[f] !== undefined).map((f) => [f, command[f]]));
  const next: GuestCard = { ...card, ...given };
  changeStatus(next, command);
  if (command.assigned_to !== undefined) {
    const roles = ['leasing_agent', 'manager'] as const;
    next.assigned_to = workingStaff(pms, command.assigned_to, roles, card.property_id, 'assigned_to').id;
  }
  if (command.follow_up_on !== undefined) next.follow_up_on = command.follow_up_on ?? undefined;
  if (command.touch !== undefined) {
    next.touches = [...card.touches, command.touch];
    next.latest_source = command.touch.source;
  }
  if (command.latest_source !== undefined) next.latest_source = command.latest_source;
  if (command.consents !== undefined) next.consents = command.consents;
  if (command.note !== undefined) {
    checkText('note', command.note.text, LENGTHS.note);
    next.notes = [...card.notes, { at: new Date(pms.now()).toISOString(), by: pms.actor, ...command.note }];
  }
  pms.records.replace('guest_card', next);
  return resultFor('guest_card', card.id);
}

function changeStatus(next: GuestCard, command: CommandOf<'update_guest_card'>): void {
  if (command.status !== undefined) next.status = command.status;
  if (command.lost_reason !== undefined) next.lost_reason = command.lost_reason;
  if (next.status === 'lost') {
    if (next.lost_reason === undefined) refuse('lost_reason', 'A lost guest card needs the reason.');
  } else if (command.lost_reason !== undefined) {
    refuse('lost_reason', 'Only a lost guest card has a reason for it.');
  } else {
    delete next.lost_reason;
  }
}
