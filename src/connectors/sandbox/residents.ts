import type { CommandOf } from '../../model/commands.ts';
import { changed } from '../../model/record_change.ts';
import { consentGiven, newCommunication, residentUpdate } from '../../model/resident_change.ts';
import type { Consent } from '../../model/values.ts';
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
} from './rules.ts';

export function updateResident(pms: Pms, command: CommandOf<'update_resident'>): StepResult {
  const resident = ownRecord(pms, 'resident', command.resident_id, command.property_id);
  checkPhones(command.phones);
  checkEmails(command.emails);
  checkLength('forwarding_address', command.forwarding_address, LENGTHS.line);
  pms.records.replace('resident', changed(resident, residentUpdate(command)));
  return resultFor('resident', resident.id);
}

export function recordCommunication(pms: Pms, command: CommandOf<'record_communication'>): StepResult {
  const { property_id, consent } = command;
  if (property_id !== undefined) activeProperty(pms, property_id);
  for (const kind of ['resident', 'guest_card', 'vendor', 'work_order'] as const) {
    const id = command[`${kind}_id`];
    if (id !== undefined) referred(pms, kind, id, `${kind}_id`, property_id);
  }
  checkText('summary', command.summary, LENGTHS.note);
  if (consent !== undefined) keepConsent(pms, command, consent);
  const { id } = pms.records.insert('communication', (id) => ({ id, ...newCommunication(command) }));
  return resultFor('communication', id);
}

function keepConsent(pms: Pms, command: CommandOf<'record_communication'>, consent: Consent): void {
  const { resident_id, guest_card_id } = command;
  if (resident_id === undefined && guest_card_id === undefined) {
    refuse('consent', 'A consent belongs to a resident or a guest card.');
  }
  if (resident_id !== undefined) {
    const resident = referred(pms, 'resident', resident_id, 'resident_id');
    pms.records.replace('resident', changed(resident, consentGiven(consent)));
  }
  if (guest_card_id !== undefined) {
    const card = referred(pms, 'guest_card', guest_card_id, 'guest_card_id');
    pms.records.replace('guest_card', changed(card, consentGiven(consent)));
  }
}
