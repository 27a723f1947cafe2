import type { CommandOf } from '../../../model/commands.ts';
import type { GuestCard } from '../../../model/records.ts';
import type { Phone } from '../../../model/values.ts';
import { addDays, localDate, toLocal } from '../../../model/zoned_time.ts';
import { VendorError, type Located, type StepRequest, type StepResult } from '../../connector.ts';
import { cutTo } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import type { XmlNode } from '../../kit/xml.ts';
import { listed } from '../../kit/xml_values.ts';
import { firstIn, plain, recordsIn, textOf, type Plain } from '../answer.ts';
import { DUPLICATE_CHECK_DAYS, LENGTHS } from '../limits.ts';
import { cardById, cardOf, GUEST_CARD, NO_NAME, numbersOf, prospectOf, searchCards } from '../records/guest_cards.ts';
import type { Values } from '../values.ts';
import type { Vendor } from '../vendor.ts';
import { locatedBy } from './set_values.ts';

type Create = CommandOf<'create_guest_card'>;
type Update = CommandOf<'update_guest_card'>;

/** The head of the household, as `relationshipid`. */
const HEAD = 'H';
/** Code of the kind of contact that clients were seen to send; `defaults.contact_type` has the site's own. */
const CONTACT_TYPE = 'R0000001';
const PHONE_TYPES: Readonly<Partial<Record<Phone['type'], string>>> = {
  mobile: 'Mobile',
  home: 'Home',
  work: 'Work',
};

/** What is looked for where nobody knows whether a card was made. */
interface Sought {
  person: Person;
  /** The first day on which it can have been made. */
  from: string;
  /** Cards that were there before. */
  known?: readonly string[];
}

interface Person {
  name?: string | undefined;
  phones?: readonly Phone[] | undefined;
  emails?: readonly string[] | undefined;
}

export function createGuestCard(vendor: Vendor): Plan<'create_guest_card'> {
  return (command) => [
    {
      name: 'insert_prospect',
      retry: 'natural_key',
      makes_record: true,
      operation: 'insert_prospect',
      async prepare() {
        const { property_id: site, name, phones, emails } = command;
        // OneSite may show the day that it is sent, which is that of the inquiry, or the day on which it takes it.
        const [first = ''] = [today(vendor, site), contactedAt(vendor, command).slice(0, 10)].toSorted();
        const sought: Sought = { person: { name, phones, emails }, from: addDays(first, -1) };
        // Whoever was there before is somebody else's, however alike.
        const known = (await cardsLike(vendor, site, sought)).map(({ id }) => id);
        return { site, sought: { ...sought, known }, card: await newCard(vendor, command) };
      },
      locate: (request, _context, signal) => locateCard(vendor, request, signal),
    },
  ];
}

function zoneOf({ circumstances }: Vendor, site: string): string {
  const zone = circumstances.zoneOf(site);
  if (zone !== undefined) return zone;
  throw new VendorError('not_found', 'This connection has no such site. Nothing was changed.');
}

const today = (vendor: Vendor, site: string) => localDate(new Date(vendor.clock()).toISOString(), zoneOf(vendor, site));

/** When the prospect was in touch, as the clock at the site showed it. */
const contactedAt = (vendor: Vendor, { property_id: site, touch }: Create) =>
  `${toLocal(touch.at, zoneOf(vendor, site))}:00`;

async function newCard(vendor: Vendor, command: Create): Promise<Values> {
  const { property_id: site, touch, emails, phones = [], move_in_date, occupants, rent_max } = command;
  const { defaults } = vendor.settings;
  const at = contactedAt(vendor, command);
  return {
    createdate: at.slice(0, 10),
    primaryleadsource: await sourceId(vendor, site, command.source),
    contacttype: defaults['contact_type'] ?? CONTACT_TYPE,
    datecontact: at,
    leasingagentid: defaults['leasing_agent'],
    statusisactive: 'true',
    statusisleased: 'false',
    statusislost: 'false',
    prospectcomment: touch.message === undefined ? undefined : cutTo(touch.message, LENGTHS.guest_card_comment),
    skipduplicatecheck: 'false',
    daysbackduplicatecheck: String(DUPLICATE_CHECK_DAYS),
    prospects: {
      Prospect: {
        ...nameParts(command.name),
        email: emails?.[0],
        numbers: listOf(phones.map((phone) => wireNumber(phone))),
        relationshipid: HEAD,
      },
    },
    preferences: preferences({ move_in_date, occupants, rent_max }),
  };
}

/** First and last name. A card has to have both. */
function nameParts(name: string | undefined): { firstname: string; lastname: string } {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
  const last = words.length > 1 ? words.pop() : undefined;
  const [firstname, lastname] = [words.join(' '), last].map((part) => cutTo(part || NO_NAME, LENGTHS.name).trim());
  return { firstname: firstname as string, lastname: lastname as string };
}

/** Both names as OneSite has them: where one ends and the other begins cannot be told from the two together. */
function namesOf({ FirstName, LastName }: Plain): Values {
  return { firstname: textOf(FirstName), lastname: textOf(LastName) };
}

type WireNumber = ReturnType<typeof numbersOf>[number];

/** A number in OneSite's form. What kind of number it is, OneSite may know better where it has it already. */
function wireNumber({ number, type }: Phone, known: readonly WireNumber[] = []): WireNumber {
  const same = known.find((one) => digits(one.number) === digits(number));
  return { type: PHONE_TYPES[type] ?? same?.type ?? 'Home', number };
}

function listOf(numbers: readonly WireNumber[]): Values | undefined {
  return numbers.length === 0 ? undefined : { phonenumbers: { PhoneNumber: numbers } };
}

function preferences(wanted: Pick<Update, 'move_in_date' | 'occupants' | 'rent_max'>): Values | undefined {
  const { move_in_date: dateneeded, occupants, rent_max } = wanted;
  if (dateneeded === undefined && occupants === undefined && rent_max === undefined) return undefined;
  return {
    dateneeded,
    occupants: occupants === undefined ? undefined : String(occupants),
    desiredrent: rent_max === undefined ? undefined : String(Math.round(rent_max / 100)),
  };
}

/** The site's id of a source: by the mapping file, by its own name, or the connection's default. Throws `unsupported`. */
async function sourceId({ tables, picklists, settings }: Vendor, site: string, source: string): Promise<string> {
  const mapped = tables.lead_source?.to_pms[source];
  if (mapped !== undefined) return mapped;
  const items = await picklists.items('lead_sources', site);
  const named = items.find(({ text }) => text.trim().toLowerCase() === source.trim().toLowerCase());
  const id = named?.value ?? settings.defaults['lead_source'];
  if (id !== undefined) return id;
  throw new VendorError(
    'unsupported',
    'This site of RealPage has no lead source of that name. Nothing was sent. ' +
      `It has ${items.map(({ text }) => text).join(', ') || 'none that can be read'}; the mapping file or ` +
      'defaults.lead_source of the connection can name one.',
    { field: 'source' },
  );
}

/** Cards of a person with this name who is reached in this way, made since a day. */
async function cardsLike(
  vendor: Vendor,
  site: string,
  { person, from, known }: Sought,
  signal?: AbortSignal,
): Promise<GuestCard[]> {
  const createdate = { datefrom: from, dateto: addDays(today(vendor, site), 1) };
  const cards = await searchCards(vendor, site, { createdate }, signal);
  return cards.flatMap((card) => {
    const one = cardOf(vendor, site, card, []);
    return one !== undefined && isOf(one, person) && known?.includes(one.id) !== true ? [one] : [];
  });
}

async function locateCard(vendor: Vendor, request: StepRequest, signal?: AbortSignal): Promise<Located> {
  const { site, sought } = request as { site: string; sought: Sought };
  const found = (await cardsLike(vendor, site, sought, signal)).map(({ id }) => ({ record: ref(site, id) }));
  const [result, ...others] = found;
  if (result === undefined) return { outcome: 'absent', covers_all: true };
  return { outcome: 'found', result, ...(others.length > 0 && { others }) };
}

const digits = (number: string) => number.replaceAll(/\D/g, '').slice(-10);

function isOf(card: GuestCard, { name, emails, phones }: Person): boolean {
  const { firstname, lastname } = nameParts(name);
  const shown = nameParts(card.name);
  if (firstname.toLowerCase() !== shown.firstname.toLowerCase()) return false;
  if (lastname.toLowerCase() !== shown.lastname.toLowerCase()) return false;
  const [email] = emails ?? [];
  if (email !== undefined && !card.emails.some((one) => one.toLowerCase() === email.toLowerCase())) return false;
  const numbers = new Set(card.phones.map(({ number }) => digits(number)));
  return (phones ?? []).every(({ number }) => numbers.has(digits(number)));
}

function ref(site: string, id: string): NonNullable<StepResult['record']> {
  return { kind: 'guest_card', scope: site, id };
}

export function updateGuestCard(vendor: Vendor): Plan<'update_guest_card'> {
  return (command) => [
    {
      name: 'update_prospect',
      retry: 'set_value',
      operation: 'update_prospect',
      async prepare() {
        const { property_id: site, guest_card_id: id } = command;
        const card = await cardById(vendor, site, id);
        if (card === undefined)
          throw new VendorError('not_found', 'RealPage has no such guest card. Nothing was changed.');
        return { site, id, card: changedCard(vendor, command, card) };
      },
      locate: (_request, { before }, signal) => locateUpdate(vendor, command, before, signal),
    },
  ];
}

/** The whole person is sent, with what is to change in it: whether an element that is missing clears a value, nobody knows. */
function changedCard(vendor: Vendor, command: Update, card: Plain): Values {
  const prospect = prospectOf(card) ?? {};
  const { assigned_to, name, phones, emails = listed(textOf(prospect['Email'])) } = command;
  const { leasingagentid } = writeFields(GUEST_CARD, { assigned_to }, vendor.circumstances);
  const known = numbersOf(prospect);
  return {
    guestcardid: command.guest_card_id,
    primaryleadsource: textOf(card['PrimaryLeadSource']),
    leasingagentid: (leasingagentid as string | undefined) ?? textOf(card['LeasingAgentID']),
    prospects: {
      Prospect: {
        customerid: textOf(prospect['CustomerID']),
        ...(name === undefined ? namesOf(prospect) : nameParts(name)),
        email: emails[0],
        numbers: listOf(phones?.map((phone) => wireNumber(phone, known)) ?? known),
        relationshipid: HEAD,
      },
    },
    preferences: changedWishes(command, card),
  };
}

/** The wishes as a whole, where one of them changes: those that are not named may be taken for none. */
function changedWishes({ move_in_date, occupants, rent_max }: Update, card: Plain): Values | undefined {
  const changed = preferences({ move_in_date, occupants, rent_max });
  if (changed === undefined) return undefined;
  const { DateNeeded, Occupants, LeaseTermMonths } = (card['Preferences'] ?? {}) as Plain;
  return {
    dateneeded: changed['dateneeded'] ?? textOf(DateNeeded)?.slice(0, 10),
    occupants: changed['occupants'] ?? textOf(Occupants),
    desiredrent: changed['desiredrent'],
    leasetermmonths: textOf(LeaseTermMonths),
  };
}

async function locateUpdate(vendor: Vendor, command: Update, before: unknown, signal?: AbortSignal): Promise<Located> {
  const { property_id: site, guest_card_id: id } = command;
  const card = await cardById(vendor, site, id, signal);
  const now = card === undefined ? undefined : cardOf(vendor, site, card, []);
  if (now === undefined) return { outcome: 'differs', detail: 'The guest card is not there any more.' };
  const { name, phones, emails, move_in_date, occupants, assigned_to } = command;
  const all = { name, phones, emails: emails?.slice(0, 1), move_in_date, occupants, assigned_to };
  const asked = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return locatedBy(asked, (before ?? {}) as Record<string, unknown>, now, { record: ref(site, id) });
}

export function guestCardOperations({ client }: Vendor): Record<string, Operation> {
  const send = (use: 'insert_prospect' | 'update_prospect', { site, card }: StepRequest, signal: AbortSignal) => {
    const numbers = client.numbersOf(String(site));
    return client.call(
      use,
      String(site),
      { guestcard: { ...numbers, ...(card as Values) } },
      { purpose: 'write', signal },
    );
  };
  return {
    async insert_prospect(request, signal) {
      const answer = accepted(await send('insert_prospect', request, signal), 'InsertProspectResponse');
      const [made] = recordsIn(answer, 'Guestcard');
      const id = [made?.['NewID'], made?.['ID']].map(textOf).find((one) => one !== undefined && /^[1-9]\d*$/.test(one));
      return id === undefined ? {} : { record: ref(String(request['site']), id) };
    },
    async update_prospect(request, signal) {
      accepted(await send('update_prospect', request, signal), 'UpdateProspect');
      return { record: ref(String(request['site']), String(request['id'])) };
    },
  };
}

/**
 * The answer to a change of a guest card. It is refused under a good status as well: by `message`, or by the card's own
 * `Status`. Throws `VendorError`.
 */
function accepted(result: XmlNode, name: string): XmlNode {
  const answer = firstIn(result, name);
  if (answer === undefined)
    throw new VendorError('outcome_unknown', 'RealPage did not say whether it was done. It may have been.');
  const { message, Guestcard } = plain(answer);
  const { Status, Action } = (typeof Guestcard === 'object' ? Guestcard : {}) as Plain;
  const told = [message, Status].map(textOf).filter((one) => one !== undefined);
  if (told.length === 0)
    throw new VendorError('outcome_unknown', 'RealPage did not say whether it was done. It may have been.');
  if (told.every((one) => one.toLowerCase() === 'success')) return answer;
  const duplicate = [...told, textOf(Action) ?? ''].some((one) => /duplicate/i.test(one));
  throw duplicate
    ? new VendorError(
        'duplicate',
        'OneSite has a guest card of this person already. Nothing was changed. Find it and update it.',
      )
    : new VendorError('refused', 'RealPage did not accept the guest card. Nothing was changed.');
}
