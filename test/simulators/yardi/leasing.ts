import { attribute, child, children, path, text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { filled, inNoNamespace, inOrder, messages, told, type Asked, type Offered, YardiError } from './service.ts';
import type { GuestEvent, Prospect, YardiTables } from './tables.ts';
import { CUSTOMER_TYPES, EVENT_TYPES, FIRST_CONTACTS } from './words.ts';

export const AGENTS_AND_SOURCES: Offered = {
  name: 'GetYardiAgentsSourcesResults_Login',
  parameters: ['YardiPropertyId'],
  handle({ property }, { world: { tables } }) {
    const agents = tables.agents
      .where('property', property)
      .map(({ row }) => element('AgentName', row.is_active ? {} : { InactiveDate: '2024-01-31' }, row.name));
    const sources = tables.sources.where('property', property).map(({ row }) => element('SourceName', {}, row.name));
    const site = element('Property', {}, element('Agents', {}, ...agents), element('Sources', {}, ...sources));
    return [inNoNamespace(element('MarketingSources', {}, site))];
  },
};

function eventElement({ id, type, date, unit, agent, first_contact, reasons, comments, source }: GuestEvent) {
  return element(
    'Event',
    { EventType: type, EventDate: `${date}.0` },
    element('EventID', { IDValue: String(id), ...(unit !== '' && { IDType: unit }) }),
    // As servers show it: the whole name in the place of the last one.
    element('Agent', {}, element('AgentName', {}, element('FirstName'), element('LastName', {}, agent))),
    ...filled({ EventReasons: reasons }),
    element('FirstContact', {}, String(first_contact)),
    ...filled({ Comments: comments, TransactionSource: source }),
  );
}

const fieldsOf = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => element(name, {}, value));

function prospectElement(card: Prospect, events: readonly GuestEvent[]) {
  const identified = (IDType: string, IDValue: string) =>
    element('Identification', { IDValue, IDType, OrganizationName: 'Yardi' });
  const exact = (name: string, Exact: string) => (Exact === '' ? [] : [element(name, { Exact })]);
  const customer = element(
    'Customer',
    { Type: card.type },
    identified('ProspectID', card.code),
    identified('ThirdPartyID', card.third_party),
    identified('PropertyID', card.property),
    element('Name', {}, ...filled({ FirstName: card.first, MiddleName: card.middle, LastName: card.last })),
    ...(Object.keys(card.address).length === 0
      ? []
      : [element('Address', { AddressType: 'current' }, ...fieldsOf(card.address))]),
    ...card.phones.map(({ type, number }) => element('Phone', { PhoneType: type }, element('PhoneNumber', {}, number))),
    ...filled({ Email: card.email }),
    element('Lease', {}, ...filled({ ExpectedMoveInDate: card.move_in })),
  );
  const wishes = element(
    'CustomerPreferences',
    {},
    ...filled({ TargetMoveInDate: card.move_in }),
    ...filled({ DesiredFloorplan: card.floorplan }),
    ...card.units.map((unit) => element('DesiredUnit', {}, element('MarketingName', {}, unit))),
    ...exact('DesiredRent', card.rent),
    ...exact('DesiredNumBedrooms', card.bedrooms),
    ...exact('DesiredNumBathrooms', card.bathrooms),
    ...filled({ DesiredLeaseTerms: card.lease_terms }),
  );
  const list = element('Events', {}, ...events.map(eventElement));
  return element('Prospect', {}, element('Customers', {}, customer), wishes, list);
}

function activity(tables: YardiTables, cards: readonly Prospect[]) {
  const prospects = cards.map((card) =>
    prospectElement(
      card,
      tables.events.where('prospect', card.code).map(({ row }) => row),
    ),
  );
  return [inNoNamespace(element('LeadManagement', {}, element('Prospects', {}, ...prospects)))];
}

export const ACTIVITY: Offered = {
  name: 'GetYardiGuestActivity_Login',
  parameters: ['YardiPropertyId'],
  handle({ property }, { world: { tables } }) {
    const cards = tables.prospects.where('property', property).map(({ row }) => row);
    return cards.length === 0 ? messages('No guests found.') : activity(tables, cards);
  },
};

export const ACTIVITY_SEARCH: Offered = {
  name: 'GetYardiGuestActivity_Search',
  parameters: [
    ...['YardiPropertyId', 'FirstName', 'LastName', 'EmailAddress', 'PhoneNumber', 'ThirdPartyId', 'DateOfBirth'],
    'FederalId',
  ],
  handle({ property, of }, { world: { tables } }) {
    const wanted = of('ThirdPartyId');
    if (wanted === '') throw new YardiError('At least one search criterion is required.');
    // As Voyager's search forms do: whatever has the text in it.
    const cards = tables.prospects.where('property', property).map(({ row }) => row);
    const here = cards.filter(({ third_party }) => third_party.includes(wanted));
    return here.length === 0 ? messages('No guests found for the search criteria.') : activity(tables, here);
  },
};

const CUSTOMER = ['Identification', 'Name', 'Address', 'Phone', 'Email', 'Lease'];
const EVENT = ['EventID', 'Agent', 'EventReasons', 'FirstContact', 'Comments', 'TransactionSource'];

/** The id of a kind that a customer is sent with. */
function identifiedBy(customer: XmlNode, type: string): string {
  const found = children(customer, 'Identification').find((one) => attribute(one, 'IDType') === type);
  return attribute(found, 'IDValue') ?? '';
}

const NAME = ['NamePrefix', 'FirstName', 'MiddleName', 'LastName'];
const ADDRESS = ['AddressLine1', 'AddressLine2', 'City', 'State', 'PostalCode'];
const WISHES = [
  ...['TargetMoveInDate', 'DesiredFloorplan', 'DesiredUnit', 'DesiredRent', 'DesiredNumBedrooms'],
  ...['DesiredNumBathrooms', 'DesiredLeaseTerms', 'Comment'],
];

/** A card as it is sent: what it does not name is none from then on, in a card that is there already too. */
function cardOf(prospect: XmlNode, customer: XmlNode, before: Prospect): Prospect {
  const [name, address] = [child(customer, 'Name'), child(customer, 'Address')];
  const wishes = child(prospect, 'CustomerPreferences');
  for (const [node, order] of [
    [name, NAME],
    [address, ADDRESS],
    [wishes, WISHES],
  ] as const)
    if (node !== undefined) inOrder(node, order);
  const of = (node: XmlNode | undefined, field: string) => text(node, field)?.trim() ?? '';
  const exact = (field: string) => attribute(child(wishes, field), 'Exact') ?? '';
  return {
    ...before,
    type: attribute(customer, 'Type') ?? before.type,
    ...{ first: of(name, 'FirstName'), middle: of(name, 'MiddleName'), last: of(name, 'LastName') },
    address: Object.fromEntries((address?.children ?? []).map((line) => [line.name, line.text])),
    phones: children(customer, 'Phone').map((one) => ({
      type: attribute(one, 'PhoneType') ?? '',
      number: text(one, 'PhoneNumber') ?? '',
    })),
    ...{ email: of(customer, 'Email'), move_in: of(wishes, 'TargetMoveInDate') },
    floorplan: of(wishes, 'DesiredFloorplan'),
    units: wishes === undefined ? [] : children(wishes, 'DesiredUnit').map((unit) => of(unit, 'MarketingName')),
    ...{ rent: exact('DesiredRent'), bedrooms: exact('DesiredNumBedrooms'), bathrooms: exact('DesiredNumBathrooms') },
    lease_terms: of(wishes, 'DesiredLeaseTerms'),
  };
}

function checkedEvent(event: XmlNode, card: Prospect, { world: { tables } }: Asked): Omit<GuestEvent, 'id'> {
  inOrder(event, EVENT);
  const [type, date] = [attribute(event, 'EventType') ?? '', attribute(event, 'EventDate') ?? ''];
  if (!EVENT_TYPES.includes(type)) throw new YardiError('Invalid Event Type.');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(date)) throw new YardiError('Invalid Event Date.');
  const name = path(event, 'Agent/AgentName');
  const agent = [text(name, 'FirstName'), text(name, 'LastName')]
    .map((part) => part?.trim() ?? '')
    .filter(Boolean)
    .join(' ');
  const known = tables.agents.where('property', card.property).some(({ row }) => row.is_active && row.name === agent);
  if (!known) throw new YardiError('Agent Name not found in Voyager.');
  const source = text(event, 'TransactionSource') ?? '';
  const sources = tables.sources.where('property', card.property);
  if (source !== '' && !sources.some(({ row }) => row.name === source))
    throw new YardiError('Source Name not found in Voyager.');
  const unit = attribute(child(event, 'EventID'), 'IDType') ?? '';
  if ((type === 'Show' || type === 'Appointment') && tables.units.get(`${card.property}/${unit}`) === undefined)
    throw new YardiError('Unit not found.');
  const first_contact = text(event, 'FirstContact')?.trim() === 'true';
  if (first_contact && !FIRST_CONTACTS.includes(type)) throw new YardiError('Invalid First Contact.');
  return {
    ...{ prospect: card.code, type, date, unit, agent, first_contact, source },
    ...{ reasons: text(event, 'EventReasons') ?? '', comments: text(event, 'Comments') ?? '' },
  };
}

const EMPTY = {
  ...{ first: '', middle: '', last: '', address: {}, phones: [], email: '' },
  ...{ move_in: '', floorplan: '', units: [], rent: '', bedrooms: '', bathrooms: '', lease_terms: '' },
};

export const IMPORT_GUEST: Offered = {
  name: 'ImportYardiGuest_Login',
  write: true,
  parameters: ['XmlDoc'],
  documents: ['XmlDoc'],
  handle({ document }, asked) {
    const { tables, ids } = asked.world;
    const root = document('XmlDoc');
    const prospect = path(root, 'Prospects/Prospect');
    const customer = path(prospect, 'Customers/Customer');
    if (root?.name !== 'LeadManagement' || root.namespace !== '' || prospect === undefined || customer === undefined)
      throw new YardiError('Object reference not set to an instance of an object.');
    inOrder(prospect, ['Customers', 'CustomerPreferences', 'Events']);
    inOrder(customer, CUSTOMER);
    const property = identifiedBy(customer, 'PropertyID');
    if (tables.properties.get(property) === undefined) throw new YardiError('Invalid Property Code.');
    if (!CUSTOMER_TYPES.includes(attribute(customer, 'Type') ?? '')) throw new YardiError('Invalid Customer Type.');
    if (text(customer, 'Name/FirstName') === undefined || text(customer, 'Name/LastName') === undefined)
      throw new YardiError('First and last name are required.');
    const [code, third_party] = [identifiedBy(customer, 'ProspectID'), identifiedBy(customer, 'ThirdPartyID')];
    if (code === '' && third_party === '') throw new YardiError('An identification is required.');
    const before =
      code === '' ? tables.prospects.where('third_party', third_party)[0]?.row : tables.prospects.get(code);
    if (code !== '' && before?.property !== property) throw new YardiError('Invalid ProspectID.');
    const known = before ?? { ...EMPTY, property, third_party, code: ids.nextCode('prospect', 'p', 7), type: '' };
    const card = cardOf(prospect, customer, known);
    const events = children(child(prospect, 'Events'), 'Event').map((event) => checkedEvent(event, card, asked));
    if (before === undefined && !events.some(({ first_contact }) => first_contact))
      throw new YardiError('A first contact event is required.');
    if (before === undefined) tables.prospects.insert(card);
    else tables.prospects.replace(card);
    // The same card sent once more has the same first contact.
    const fresh = events.filter(({ first_contact }) => before === undefined || !first_contact);
    for (const event of fresh) tables.events.insert({ id: ids.next('event', 500_001), ...event });
    asked.wrote.push({ record: 'prospect', id: card.code });
    return told(`Successfully imported. CustomerID: ${card.code}`);
  },
};
