import type { CommandOf } from '../../../model/commands.ts';
import { guestCardUpdate } from '../../../model/guest_card_change.ts';
import type { GuestCard } from '../../../model/records.ts';
import { VendorError, type RecordRef } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { toSeconds } from '../codecs.ts';
import { NOTE_LENGTH } from '../limits.ts';
import { GUEST_CARD, namesOf } from '../records/guest_cards.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Lead } from '../wire.ts';
import { change, create, gone, note, notShown } from './steps.ts';

type Create = CommandOf<'create_guest_card'>;
type Update = CommandOf<'update_guest_card'>;

export function createGuestCard(vendor: Vendor): Plan<'create_guest_card'> {
  return (command) => {
    checkContacts(command);
    const property = idOf(command.property_id, 'property');
    return [
      create<Lead>(vendor, {
        name: 'create_guest_card',
        kind: 'guest_card',
        address: 'leads',
        body: () => newLead(vendor, command),
        search: (since, _request, signal) =>
          vendor.client.all<Lead>('leads', { PropertyId: property, ...since }, signal),
        told_by: ['FirstName', 'LastName', 'Email', 'Source'],
        // Listing services enter the same prospect by themselves.
        is_common: true,
      }),
    ];
  };
}

function newLead({ circumstances, settings }: Vendor, command: Create): Record<string, unknown> {
  const { name, touch, unit_ids = [], property_id } = command;
  const { kind: _kind, consents: _consents, touch: _touch, name: _name, ...fields } = command;
  const agent = settings.defaults['assigned_to'];
  return {
    ...namesOf(name),
    ...writeFields(GUEST_CARD, { ...fields, status: 'new' }, circumstances),
    ...(agent !== undefined && { AssignedUserId: agent }),
    ...(touch.message !== undefined && {
      Messages: [
        {
          PropertyId: property_id,
          ...(unit_ids[0] !== undefined && { UnitId: unit_ids[0] }),
          Message: touch.message,
          Source: touch.source,
          Timestamp: toSeconds(touch.at),
        },
      ],
    }),
  };
}

/** Fields of the command that AppFolio has a place for. */
const NATIVE: readonly (keyof Update)[] = [
  'name',
  'phones',
  'emails',
  'unit_ids',
  'bedrooms',
  'rent_max',
  'move_in_date',
  'occupants',
  'status',
  'lost_reason',
  'assigned_to',
];

export function updateGuestCard(vendor: Vendor): Plan<'update_guest_card'> {
  return (command) => {
    checkContacts(command);
    if (command.status === 'lost' && command.lost_reason === undefined)
      throw new VendorError('refused', 'AppFolio wants to know why somebody is lost. Nothing was changed.', {
        field: 'lost_reason',
      });
    const steps: PlannedStep[] = [];
    if (NATIVE.some((field) => command[field] !== undefined)) steps.push(changeLead(vendor, command));
    if (command.note !== undefined) steps.push(addNote(vendor, command.guest_card_id, command.note.text));
    if (steps.length > 0) return steps;
    throw new VendorError('unsupported', 'AppFolio has no place for any of this. Nothing was sent.');
  };
}

const refTo = (id: string): RecordRef => ({ kind: 'guest_card', scope: '', id: idOf(id, 'guest card') });

function changeLead({ client, clock, circumstances }: Vendor, command: Update): PlannedStep {
  const about = refTo(command.guest_card_id);
  return change<Lead>({
    name: 'update_guest_card',
    about,
    address: path`leads/${about.id}`,
    read: (signal) => client.one<Lead>('leads', about.id, {}, signal),
    body(lead) {
      // A note that cannot be added afterwards is refused before anything is changed.
      if (command.note !== undefined) guestCardOf(lead);
      const { set } = guestCardUpdate(command, { at: new Date(clock()).toISOString(), by: '' });
      const { name, lost_reason, ...fields } = set as Partial<GuestCard>;
      if (command.unit_ids !== undefined && lead.UnitIds === undefined) throw notShown('units', 'unit_ids');
      return {
        ...(name !== undefined && namesOf(name)),
        ...writeFields(GUEST_CARD, lost_reason ? { ...fields, lost_reason } : fields, circumstances),
        ...(command.unit_ids !== undefined && {
          UnitIds: [...new Set([...(lead.UnitIds ?? []), ...command.unit_ids])],
        }),
      };
    },
  });
}

/** Notes hang on the guest card, whose id is not that of the lead. */
function guestCardOf({ GuestCardId }: Lead): string {
  if (isId(GuestCardId)) return GuestCardId;
  throw new VendorError(
    'unsupported',
    'AppFolio does not show which guest card this lead belongs to, so that no note can be added. Nothing was changed.',
    { field: 'note' },
  );
}

function addNote({ client, settings }: Vendor, leadId: string, text: string): PlannedStep {
  const about = refTo(leadId);
  const guestCard = async (signal?: AbortSignal) => {
    const lead = await client.one<Lead>('leads', about.id, {}, signal);
    if (lead === undefined) throw gone('guest_card');
    return guestCardOf(lead);
  };
  return note({
    about,
    address: async () => path`leads/${await guestCard()}/notes`,
    text: ({ marker }) => withMarker(text, marker, NOTE_LENGTH),
    async shown(_request, signal) {
      const filters = { GuestCardId: await guestCard(signal), LastUpdatedAtFrom: settings.records_since };
      const notes = await client.all<{ Body?: string | null }>('leads/notes', filters, signal);
      return notes.map(({ Body }) => Body);
    },
    fits: (shown, { marker }) => carries(shown, marker),
  });
}

/** AppFolio holds one telephone number and one address of a prospect. */
function checkContacts({ phones = [], emails = [] }: Pick<Create, 'phones' | 'emails'>): void {
  const field = phones.length > 1 ? 'phones' : emails.length > 1 ? 'emails' : undefined;
  if (field === undefined) return;
  const what = field === 'phones' ? 'one telephone number' : 'one e-mail address';
  throw new VendorError('unsupported', `AppFolio holds ${what} of a prospect: give the best one. Nothing was sent.`, {
    field,
  });
}
