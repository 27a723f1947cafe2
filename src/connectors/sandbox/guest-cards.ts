import type { CommandOf } from '../../model/commands.ts';
import { guestCardUpdate, newGuestCard } from '../../model/guest_card_change.ts';
import { changed } from '../../model/record_change.ts';
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
  const card = newGuestCard(command, new Date(pms.now()).toISOString());
  const { id } = pms.records.insert('guest_card', (id) => ({ id, ...card }));
  return resultFor('guest_card', id);
}

export function updateGuestCard(pms: Pms, command: CommandOf<'update_guest_card'>): StepResult {
  const card = ownRecord(pms, 'guest_card', command.guest_card_id, command.property_id);
  checkGiven(pms, command);
  checkLength('latest_source', command.latest_source, LENGTHS.line);
  if (command.assigned_to !== undefined)
    workingStaff(pms, command.assigned_to, ['leasing_agent', 'manager'], card.property_id, 'assigned_to');
  if (command.note !== undefined) checkText('note', command.note.text, LENGTHS.note);
  const author = { at: new Date(pms.now()).toISOString(), by: pms.actor };
  const next = changed(card, guestCardUpdate(command, author));
  checkReason(next, command);
  pms.records.replace('guest_card', next);
  return resultFor('guest_card', card.id);
}

function checkReason(next: GuestCard, { lost_reason }: CommandOf<'update_guest_card'>): void {
  if (next.status === 'lost' && next.lost_reason === undefined)
    refuse('lost_reason', 'A lost guest card needs the reason.');
  if (next.status !== 'lost' && lost_reason !== undefined)
    refuse('lost_reason', 'Only a lost guest card has a reason for it.');
}
