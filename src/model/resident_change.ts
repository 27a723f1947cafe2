import type { CommandOf } from './commands.ts';
import { changeOf, type RecordChange } from './record_change.ts';
import type { Communication } from './records.ts';
import type { Consent } from './values.ts';

export function residentUpdate(command: CommandOf<'update_resident'>): RecordChange {
  const { kind: _kind, resident_id: _id, property_id: _property, ...fields } = command;
  return changeOf(fields);
}

export function newCommunication(command: CommandOf<'record_communication'>): Omit<Communication, 'id'> {
  const { kind: _kind, consent: _consent, ...fields } = command;
  return fields;
}

/** A consent that was given or taken back stands for its channel from then on. */
export function consentGiven(consent: Consent): RecordChange {
  return changeOf({}, { consents: [consent] });
}
