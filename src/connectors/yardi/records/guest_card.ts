import type { GuestCard } from '../../../model/records.ts';
import { day, dollarText, listOf, number, oneOf, readBy, text, type Codec, type Place } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listed } from '../../kit/xml_values.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import {
  agentOf,
  commentOf,
  findCard,
  isContact,
  isFirstContact,
  readCards,
  tourMarkIn,
  type Card,
} from '../guests.ts';
import { moment } from '../local_time.ts';
import { distinct, phoneOf, wholeName } from '../people.ts';
import type { Customer, GuestEvent, Preferences } from '../wire.ts';

const eventsOf = (raw: unknown) => (raw as Card).events;

/** Voyager's name of a marketing source, in the words of the connection where it has some. */
const source = (raw: string, at: Place) => at.tables.lead_source?.from_pms[raw] ?? raw;

const PHONE_TYPES = { cell: 'mobile', home: 'home', office: 'work' } as const;

const phones = readBy((raw) => {
  const given = listed<{ PhoneType?: string; PhoneNumber?: string }>(raw);
  const types = Object.keys(PHONE_TYPES) as (keyof typeof PHONE_TYPES)[];
  const read = given.flatMap(({ PhoneType, PhoneNumber }) => {
    const type = types.find((one) => one === PhoneType);
    return PhoneNumber ? [phoneOf(PhoneNumber, type === undefined ? 'other' : PHONE_TYPES[type])] : [];
  });
  return distinct(read);
});

const firstSource = readBy((raw, at) => {
  const events = eventsOf(raw);
  const first = events.find(isFirstContact) ?? events.find(({ TransactionSource }) => TransactionSource);
  // An old card may have none at all.
  return first?.TransactionSource ? source(first.TransactionSource, at) : 'Other';
});

const latestSource = readBy((raw, at) => {
  const last = eventsOf(raw).findLast(({ TransactionSource }) => TransactionSource);
  return last?.TransactionSource && source(last.TransactionSource, at);
});

const touches = readBy((raw, at) =>
  eventsOf(raw)
    .filter(isContact)
    .flatMap((event) => {
      const when = moment.read(event.EventDate, at) as string | undefined;
      const message = commentOf(event);
      const from = event.TransactionSource ? source(event.TransactionSource, at) : (event.EventType ?? 'Other');
      return when === undefined ? [] : [{ at: when, source: from, ...(message !== undefined && { message }) }];
    }),
);

const isNote = (event: GuestEvent) =>
  event.EventType === 'Other' && !isContact(event) && tourMarkIn(event) === undefined;

const notes = readBy((raw, at) =>
  eventsOf(raw)
    .filter(isNote)
    .flatMap((event) => {
      const [when, said, by] = [
        moment.read(event.EventDate, at) as string | undefined,
        commentOf(event),
        agentOf(event),
      ];
      return when === undefined || said === undefined
        ? []
        : [{ at: when, text: said, ...(by !== undefined && { by }), is_public: false }];
    }),
);

const createdAt = readBy((raw, at) => {
  const events = eventsOf(raw);
  return moment.read((events.find(isFirstContact) ?? events[0])?.EventDate, at);
});

const desiredUnits = readBy((raw) =>
  listed<{ MarketingName?: string }>(raw).flatMap(({ MarketingName }) => MarketingName || []),
);

/** `<DesiredRent Exact="1500.00"/>`; servers give `0` for none. */
const exact = (as: Codec): Codec =>
  readBy((raw, at) => {
    const value = as.read((raw as { Exact?: string }).Exact, at);
    return value === 0 ? undefined : value;
  });

const bedrooms = readBy((raw, at) => number.read((raw as Preferences['DesiredNumBedrooms'])?.Exact, at));

export function guestCardMapping(sends_rent: boolean) {
  const rent = { field: 'rent_max', wire: 'preferences.DesiredRent', as: exact(dollarText) } as const;
  return mapping(
    'guest_card',
    {
      wire: 'GetYardiGuestActivity_Login',
      changes: 'poll',
      freshness_seconds: 1_800,
      evidence: 'seen',
      note: 'Everything that happened to a card is an event in it.',
    },
    [
      { field: 'id', wire: 'id', as: text, always: true },
      {
        field: 'property_id',
        wire: 'YardiPropertyId',
        as: text,
        write: false,
        note: 'the property that was asked for',
      },
      { field: 'name', wire: 'customer.Name', as: readBy((raw) => wholeName(raw as Customer['Name']) || undefined) },
      { field: 'phones', wire: 'customer.Phone', as: phones, note: 'three at most, one of each kind' },
      { field: 'emails', wire: 'customer.Email', as: listOf(text), note: 'one' },
      { field: 'source', wire: '', as: firstSource, note: 'a marketing source of the property' },
      { field: 'latest_source', wire: '', as: latestSource },
      {
        field: 'status',
        wire: 'customer.Type',
        as: oneOf('guest_card_status', 'new'),
        table: 'guest_card_status',
        note: 'what becomes of an application is decided in Voyager',
      },
      { field: 'unit_ids', wire: 'preferences.DesiredUnit', as: desiredUnits, note: 'one' },
      { field: 'bedrooms', wire: 'preferences.DesiredNumBedrooms', as: bedrooms },
      { field: 'bathrooms', wire: 'preferences.DesiredNumBathrooms', as: exact(number) },
      ...(sends_rent ? [rent] : []),
      { field: 'move_in_date', wire: 'preferences.TargetMoveInDate', as: day },
      {
        field: 'assigned_to',
        wire: '',
        as: readBy((raw) =>
          eventsOf(raw)
            .map(agentOf)
            .findLast((agent) => agent !== undefined),
        ),
        evidence: 'inferred',
        note: 'the agent of the latest event',
      },
      { field: 'touches', wire: '', as: touches },
      { field: 'notes', wire: '', as: notes },
      { field: 'created_at', wire: '', as: createdAt },
    ],
    [
      { field: 'lost_reason', support: 'sidecar' },
      { field: 'occupants', support: 'sidecar' },
      { field: 'pets', support: 'sidecar' },
      { field: 'follow_up_on', support: 'sidecar' },
      { field: 'consents', support: 'sidecar' },
      ...(sends_rent ? [] : [{ field: 'rent_max', support: 'sidecar' } as const]),
    ],
  );
}

export function guestCardReader(context: Context): Reader<'guest_card'> {
  const rows = guestCardMapping(context.settings.send_desired_rent);
  async function read(property: string, cards: readonly Card[], signal?: AbortSignal): Promise<GuestCard[]> {
    const circumstances = await context.circumstances(signal);
    return cards.flatMap((card) => readRecord(rows, card, circumstances, { property_id: property }) ?? []);
  }
  return {
    get: (scope, id, signal) =>
      readAt(scope, async (property) => {
        const card = await findCard(context, property, id, signal);
        return card && (await read(property, [card], signal))[0];
      }),
    list: (query, signal) =>
      listByProperty(context, query, async (property) => {
        const cards = await read(property, await readCards(context, property, {}, signal), signal);
        const { unit_id } = query;
        return { records: unit_id === undefined ? cards : cards.filter(({ unit_ids }) => unit_ids.includes(unit_id)) };
      }),
  };
}
