import { element, type XmlElement } from '../../kit/xml_builder.ts';
import { documentRoot, fieldsInOrder } from '../documents.ts';
import { nameParts } from '../people.ts';
import type { YardiCall } from '../transport.ts';
import type { PersonName, PostalAddress } from '../wire.ts';

/** An event that is to be added to a guest card. */
export interface NewEvent {
  type: string;
  /** As the property's clock shows it, without zone: `2026-11-30T10:00:00`. */
  date: string;
  /** Of shows and appointments. */
  unit_id?: string;
  agent: string;
  first_contact?: true;
  reasons?: string;
  comments?: string;
  source?: string;
}

/** A guest card as it is sent: whole, except for events, of which only new ones go. */
export interface GuestDocument {
  type: string;
  property: string;
  /** The id by which it is found: our own for a new card, Voyager's for one that it has. */
  id: { kind: 'ThirdPartyID' | 'ProspectID'; value: string; organisation: string };
  name: PersonName;
  addresses?: readonly PostalAddress[];
  phones: readonly { type: string; number: string }[];
  email?: string | undefined;
  move_in?: string | undefined;
  floorplan?: string | undefined;
  unit_ids: readonly string[];
  rent?: string | undefined;
  bedrooms?: string | undefined;
  bathrooms?: string | undefined;
  lease_terms?: string | undefined;
  events: readonly NewEvent[];
}

function identification(kind: string, value: string, organisation: string): XmlElement {
  return element('Identification', { IDType: kind, IDValue: value, OrganizationName: organisation });
}

const NAME = ['NamePrefix', 'FirstName', 'MiddleName', 'LastName'];
const ADDRESS = ['AddressLine1', 'AddressLine2', 'City', 'State', 'PostalCode'];

function customerOf(card: GuestDocument): XmlElement {
  const { id, name, addresses = [], phones, email, move_in } = card;
  return element(
    'Customer',
    { Type: card.type },
    identification(id.kind, id.value, id.organisation),
    identification('PropertyID', card.property, 'Yardi'),
    element('Name', {}, ...fieldsInOrder(NAME, { ...name })),
    ...addresses.map((one) =>
      element('Address', { AddressType: one.AddressType }, ...fieldsInOrder(ADDRESS, { ...one })),
    ),
    ...phones.map(({ type, number }) => element('Phone', { PhoneType: type }, element('PhoneNumber', {}, number))),
    ...fieldsInOrder(['Email'], { Email: email }),
    move_in === undefined ? undefined : element('Lease', {}, element('ExpectedMoveInDate', {}, move_in)),
  );
}

function preferencesOf(card: GuestDocument): XmlElement | undefined {
  const { move_in, floorplan, unit_ids, rent, bedrooms, bathrooms, lease_terms } = card;
  const exact = (name: string, value: string | undefined) =>
    value === undefined ? undefined : element(name, { Exact: value });
  const wishes = [
    ...fieldsInOrder(['TargetMoveInDate', 'DesiredFloorplan'], {
      TargetMoveInDate: move_in,
      DesiredFloorplan: floorplan,
    }),
    ...unit_ids.map((unit_id) => element('DesiredUnit', {}, element('MarketingName', {}, unit_id))),
    exact('DesiredRent', rent),
    exact('DesiredNumBedrooms', bedrooms),
    exact('DesiredNumBathrooms', bathrooms),
    ...fieldsInOrder(['DesiredLeaseTerms'], { DesiredLeaseTerms: lease_terms }),
  ].filter((one) => one !== undefined);
  return wishes.length === 0 ? undefined : element('CustomerPreferences', {}, ...wishes);
}

function eventOf(event: NewEvent): XmlElement {
  const { unit_id, agent, first_contact, reasons, comments, source } = event;
  return element(
    'Event',
    { EventType: event.type, EventDate: event.date },
    // A new event has no number yet.
    element('EventID', { IDValue: '', IDType: unit_id }),
    element('Agent', {}, element('AgentName', {}, ...fieldsInOrder(['FirstName', 'LastName'], nameParts(agent)))),
    ...fieldsInOrder(['EventReasons', 'FirstContact', 'Comments', 'TransactionSource'], {
      EventReasons: reasons,
      FirstContact: first_contact === true ? 'true' : 'false',
      Comments: comments,
      TransactionSource: source,
    }),
  );
}

export function importGuestCall(card: GuestDocument): YardiCall {
  const prospect = element(
    'Prospect',
    {},
    element('Customers', {}, customerOf(card)),
    preferencesOf(card),
    card.events.length === 0 ? undefined : element('Events', {}, ...card.events.map(eventOf)),
  );
  return {
    service: 'ils_guest_card',
    name: 'ImportYardiGuest_Login',
    parameters: { XmlDoc: documentRoot('LeadManagement', element('Prospects', {}, prospect)) },
  };
}
