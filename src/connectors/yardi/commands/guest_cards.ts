import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { wordFor } from '../../kit/value_tables.ts';
import type { Plan } from '../../kit/vendor.ts';
import { listed } from '../../kit/xml_values.ts';
import { propertyOf, type Context } from '../context.ts';
import { findCard, readCards, type Card } from '../guests.ts';
import { nameParts, wholeName } from '../people.ts';
import type { PersonName, PostalAddress } from '../wire.ts';
import { importGuestCall, type GuestDocument, type NewEvent } from './guest_document.ts';
import { guestWords, phonesFor, type GuestWords } from './guest_words.ts';

/** The first contact of a card, which a new one must have, and any later one. Both were seen to be taken. */
const FIRST_CONTACT = 'Other';
const LATER_CONTACT = 'Webservice';
const NOTE = 'Other';
const LOST = 'Cancel';

const dollars = (cents: number | undefined) => (cents === undefined ? undefined : (cents / 100).toFixed(2));

async function prepareNew(
  context: Context,
  command: CommandOf<'create_guest_card'>,
  { marker, scope }: StepContext,
): Promise<StepRequest> {
  const property = propertyOf(command, scope);
  const words = await guestWords(context, property);
  const { touch, source, unit_ids, bedrooms, rent_max } = command;
  const card: GuestDocument = {
    type: wordFor(context.tables, 'guest_card_status', 'new'),
    property,
    // Our own id: sent once more, the same card is meant.
    id: { kind: 'ThirdPartyID', value: marker, organisation: organisationOf(context) },
    name: nameParts(command.name ?? ' '),
    phones: phonesFor(command.phones ?? []),
    email: command.emails?.[0],
    move_in: command.move_in_date,
    unit_ids: unit_ids?.slice(0, 1) ?? [],
    ...(context.settings.send_desired_rent && { rent: dollars(rent_max) }),
    bedrooms: bedrooms?.toString(),
    events: [
      {
        type: FIRST_CONTACT,
        date: words.clock(touch.at),
        agent: words.agent(undefined),
        first_contact: true,
        source: words.source(source),
        ...(touch.message !== undefined && { comments: touch.message }),
      },
    ],
  };
  return { call: importGuestCall(card), scope: property, names_card: true };
}

async function locateNew(
  context: Context,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const property = String(request['scope']);
  // How exactly Voyager searches is not known, nor whether it has dropped the criterion.
  const cards = await readCards(context, property, { third_party_id: marker }, signal);
  const found = cards.find(({ third_party_ids }) => third_party_ids.includes(marker));
  if (found === undefined) return { outcome: 'absent', covers_all: true };
  return { outcome: 'found', result: { record: { kind: 'guest_card', scope: property, id: found.id } } };
}

export function createGuestCard(context: Context): Plan<'create_guest_card'> {
  return (command) => [
    {
      name: 'import guest',
      retry: 'marker',
      makes_record: true,
      operation: 'import_guest',
      prepare: (step) => prepareNew(context, command, step),
      locate: (request, step, signal) => locateNew(context, request, step, signal),
    },
  ];
}

function organisationOf({ settings }: Context): string {
  return settings.interfaces.ils_guest_card?.entity ?? '';
}

/** A card as Voyager has it, to be sent again with something new. */
export function documentOf(context: Context, property: string, { id, customer, preferences }: Card): GuestDocument {
  const { Name, Address, Phone, Email } = customer;
  const phones = listed<{ PhoneType?: string; PhoneNumber?: string }>(Phone);
  const units = listed<{ MarketingName?: string }>(preferences.DesiredUnit);
  const { DesiredFloorplan, DesiredLeaseTerms } = textsOf(preferences);
  const { send_desired_rent } = context.settings;
  return {
    type: customer.Type ?? 'prospect',
    property,
    id: { kind: 'ProspectID', value: id, organisation: 'Yardi' },
    name: { ...textsOf(Name), FirstName: Name?.FirstName || ' ', LastName: Name?.LastName || ' ' },
    addresses: listed<PostalAddress>(Address).map(textsOf),
    phones: phones.flatMap(({ PhoneType, PhoneNumber }) =>
      PhoneType && PhoneNumber ? [{ type: PhoneType, number: PhoneNumber }] : [],
    ),
    email: Email || undefined,
    move_in: isDay(preferences.TargetMoveInDate) ? preferences.TargetMoveInDate : undefined,
    unit_ids: units.flatMap(({ MarketingName }) => MarketingName || []),
    // Servers that refuse the one were seen to refuse the other.
    ...(send_desired_rent && {
      floorplan: DesiredFloorplan || undefined,
      rent: preferences.DesiredRent?.Exact,
    }),
    bedrooms: preferences.DesiredNumBedrooms?.Exact,
    bathrooms: preferences.DesiredNumBathrooms?.Exact,
    lease_terms: DesiredLeaseTerms || undefined,
    events: [],
  };
}

/** What of an element is text. One that says that it is nothing (`nil`) is none. */
function textsOf<T extends object>(element: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(element ?? {}).filter(([, value]) => typeof value === 'string'),
  ) as Partial<T>;
}

/** Voyager writes days of the year 1 for none. */
function isDay(text: string | undefined): boolean {
  return text !== undefined && text > '1902';
}

type Update = CommandOf<'update_guest_card'>;

function eventsFor(context: Context, command: Update, words: GuestWords, marker: string): NewEvent[] {
  const now = words.clock(new Date(context.clock()).toISOString());
  const { touch, note, status, lost_reason, assigned_to, latest_source } = command;
  const agent = words.agent(assigned_to);
  const reason = lost_reason === undefined ? undefined : context.tables.lost_reason?.to_pms[lost_reason];
  const source = touch?.source ?? latest_source;
  return [
    ...(touch === undefined && latest_source === undefined
      ? []
      : [
          {
            type: LATER_CONTACT,
            date: touch === undefined ? now : words.clock(touch.at),
            agent,
            comments: withMarker(touch?.message ?? '', marker),
            ...(source !== undefined && { source: words.source(source) }),
          },
        ]),
    ...(note === undefined && assigned_to === undefined
      ? []
      : [{ type: NOTE, date: now, agent, comments: withMarker(note?.text ?? '', marker) }]),
    ...(status !== 'lost'
      ? []
      : [
          {
            type: LOST,
            date: now,
            agent,
            comments: withMarker('', marker),
            ...(reason !== undefined && { reasons: reason }),
          },
        ]),
  ];
}

/** Another name in the place of one. A middle name is part of what is replaced. */
function otherName({ MiddleName }: PersonName, name: string): PersonName {
  return { ...nameParts(name), ...(MiddleName && { MiddleName: '' }) };
}

function withChanges(context: Context, card: GuestDocument, command: Update): GuestDocument {
  const { name, phones, emails, unit_ids, bedrooms, rent_max, move_in_date, status } = command;
  return {
    ...card,
    ...(status !== undefined && { type: wordFor(context.tables, 'guest_card_status', status) }),
    ...(name !== undefined && { name: otherName(card.name, name) }),
    ...(phones !== undefined && { phones: phonesFor(phones) }),
    ...(emails !== undefined && { email: emails[0] }),
    // One is known to be taken; of more, those that Voyager has shown itself.
    ...(unit_ids !== undefined && {
      unit_ids: unit_ids.filter((id, at) => at === 0 || card.unit_ids.includes(id)),
    }),
    ...(bedrooms !== undefined && { bedrooms: String(bedrooms) }),
    ...(rent_max !== undefined && context.settings.send_desired_rent && { rent: dollars(rent_max) }),
    ...(move_in_date !== undefined && { move_in: move_in_date }),
  };
}

export function noCard(): VendorError {
  return new VendorError('not_found', 'Voyager has no such guest card at this property. Nothing was changed.', {
    field: 'guest_card_id',
  });
}

async function prepareUpdate(context: Context, command: Update, { marker, scope }: StepContext): Promise<StepRequest> {
  const property = propertyOf(command, scope);
  const card = await findCard(context, property, command.guest_card_id);
  if (card === undefined) throw noCard();
  const current = documentOf(context, property, card);
  const words = await guestWords(context, property);
  const events = eventsFor(context, command, words, marker);
  const next = { ...withChanges(context, current, command), events };
  return { call: importGuestCall(next), scope: property, before: shown(current), asked: shown(next) };
}

/** What identifies a state of a card, for telling whether a change has happened. */
function shown({ type, name, phones, email, move_in, unit_ids, rent, bedrooms }: GuestDocument): string {
  const numbers = phones.map(({ number }) => number.replace(/\D/g, '')).toSorted();
  return JSON.stringify([
    type,
    wholeName(name),
    numbers,
    email ?? '',
    move_in ?? '',
    unit_ids,
    Number(rent ?? 0),
    Number(bedrooms ?? 0),
  ]);
}

async function locateUpdate(
  context: Context,
  command: Update,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const property = String(request['scope']);
  const card = await findCard(context, property, command.guest_card_id, signal);
  if (card === undefined) return { outcome: 'differs', detail: 'Voyager does not have the guest card any more.' };
  const result = { record: { kind: 'guest_card' as const, scope: property, id: card.id } };
  if (addsEvent(command))
    return card.events.some(({ Comments }) => carries(Comments, marker))
      ? { outcome: 'found', result }
      : { outcome: 'absent', covers_all: true };
  const now = shown(documentOf(context, property, card));
  if (now === request['asked']) return { outcome: 'found', result };
  if (now === request['before']) return { outcome: 'absent', covers_all: true };
  return { outcome: 'differs', detail: 'others have changed the guest card' };
}

function addsEvent({ touch, note, status, assigned_to, latest_source }: Update): boolean {
  return [touch, note, assigned_to, latest_source].some((one) => one !== undefined) || status === 'lost';
}

const SET = ['name', 'phones', 'emails', 'unit_ids', 'bedrooms', 'rent_max', 'move_in_date', 'status'] as const;

export function updateGuestCard(context: Context): Plan<'update_guest_card'> {
  return (command) => {
    if (command.note?.is_public === true)
      throw new VendorError(
        'unsupported',
        'Voyager shows the notes of a guest card to the staff alone. Write it as one that is not public. Nothing was changed.',
        { field: 'note' },
      );
    if (command.status !== undefined) wordFor(context.tables, 'guest_card_status', command.status);
    // What is only kept beside the card needs no request.
    if (!addsEvent(command) && SET.every((field) => command[field] === undefined)) return [];
    return [
      {
        name: 'import guest',
        retry: addsEvent(command) ? 'marker' : 'set_value',
        operation: 'import_guest',
        prepare: (step) => prepareUpdate(context, command, step),
        locate: (request, step, signal) => locateUpdate(context, command, request, step, signal),
      },
    ];
  };
}
