import type { CommandOf } from './commands.ts';
import { noteOf, type Author } from './note.ts';
import { changeOf, type RecordChange } from './record_change.ts';
import type { GuestCard } from './records.ts';

/** The guest card that a first inquiry makes. */
export function newGuestCard(command: CommandOf<'create_guest_card'>, at: string): Omit<GuestCard, 'id'> {
  const { kind: _kind, touch, phones = [], emails = [], unit_ids = [], ...fields } = command;
  return {
    ...fields,
    phones,
    emails,
    unit_ids,
    latest_source: touch.source,
    status: 'new',
    touches: [touch],
    notes: [],
    created_at: at,
  };
}

export function guestCardUpdate(command: CommandOf<'update_guest_card'>, author: Author): RecordChange {
  const { kind: _kind, guest_card_id: _id, property_id: _property, touch, note, unit_ids, ...fields } = command;
  return changeOf(
    {
      ...fields,
      latest_source: fields.latest_source ?? touch?.source,
      // The reason for losing somebody goes with their being lost.
      ...(fields.status !== undefined && fields.status !== 'lost' && { lost_reason: null }),
    },
    { unit_ids, touches: touch && [touch], notes: note && [noteOf(note, author)] },
  );
}
