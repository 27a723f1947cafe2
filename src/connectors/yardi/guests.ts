import { withoutMarker } from '../kit/markers.ts';
import { children, path } from '../kit/xml.ts';
import { listed, plainOf } from '../kit/xml_values.ts';
import type { Context } from './context.ts';
import { wholeName } from './people.ts';
import type { Customer, GuestEvent, Identification, Preferences, Prospect } from './wire.ts';

/** A prospect in the form in which it is read here. */
export interface Card {
  id: string;
  /** By what other systems know it. */
  third_party_ids: readonly string[];
  customer: Customer;
  preferences: Preferences;
  /** Oldest first. */
  events: readonly GuestEvent[];
}

/** Kinds of customers that are somebody's roommate, guarantor or the like, and no prospect of their own. */
const BESIDE_OTHERS = ['roommate', 'spouse', 'guarantor', 'other'];

/** Codes of prospects (`p0000007`), eight characters at most. */
const PROSPECT_CODE = /^[A-Za-z0-9]{1,8}$/;

export function isProspectCode(id: string): boolean {
  return PROSPECT_CODE.test(id);
}

/** Everybody who has shown interest in a property; with `third_party_id` those whom a search for that finds. */
export async function readCards(
  { client }: Context,
  property: string,
  { third_party_id }: { third_party_id?: string } = {},
  signal?: AbortSignal,
): Promise<Card[]> {
  const service = 'ils_guest_card';
  const at = { YardiPropertyId: property };
  const result =
    third_party_id === undefined
      ? await client.read({ service, name: 'GetYardiGuestActivity_Login', parameters: at }, signal)
      : await client.read(
          { service, name: 'GetYardiGuestActivity_Search', parameters: { ...at, ThirdPartyId: third_party_id } },
          signal,
        );
  return children(path(result, 'LeadManagement/Prospects'), 'Prospect').flatMap(
    (one) => cardOf(plainOf(one) as Prospect) ?? [],
  );
}

export async function findCard(
  context: Context,
  property: string,
  id: string,
  signal?: AbortSignal,
): Promise<Card | undefined> {
  if (!isProspectCode(id)) return undefined;
  return (await readCards(context, property, {}, signal)).find((card) => card.id === id);
}

function cardOf({ Customers, CustomerPreferences, Events }: Prospect): Card | undefined {
  const customer = listed<Customer>(Customers?.Customer).find(({ Type }) => !BESIDE_OTHERS.includes(Type ?? ''));
  const [id] = customer === undefined ? [] : identifiersOf(customer, 'ProspectID');
  if (customer === undefined || id === undefined) return undefined;
  const events = listed<GuestEvent>((Events || undefined)?.Event);
  return {
    id,
    third_party_ids: identifiersOf(customer, 'ThirdPartyID'),
    customer,
    preferences: CustomerPreferences || {},
    events: events.toSorted((a, b) => ((a.EventDate ?? '') < (b.EventDate ?? '') ? -1 : 1)),
  };
}

/** The ids of a customer of one kind: `ProspectID`, `ThirdPartyID`, `TenantID`. */
function identifiersOf({ Identification: all }: Customer, type: string): string[] {
  return listed<Identification>(all).flatMap(({ IDType, IDValue }) => (IDType === type && IDValue ? [IDValue] : []));
}

export function isFirstContact({ FirstContact }: GuestEvent): boolean {
  return /^true$/i.test(FirstContact ?? '');
}

export function agentOf({ Agent: agent }: GuestEvent): string | undefined {
  return wholeName((agent || undefined)?.AgentName) || undefined;
}

/** What people wrote, without the mark of a write. */
export function commentOf({ Comments }: GuestEvent): string | undefined {
  return Comments === undefined ? undefined : withoutMarker(Comments) || undefined;
}

/** Contacts that came from the prospect or about one; everything else is what the office did. */
const CONTACTS = ['WalkIn', 'Email', 'Text', 'Chat', 'Webservice', 'CallFromProspect'];

export function isContact(event: GuestEvent): boolean {
  return isFirstContact(event) || CONTACTS.includes(event.EventType ?? '');
}

/*
 * Voyager knows no cancelled appointment and no missed one. An event of its own says so, in words that people read too.
 */

export type TourMark = 'cancelled' | 'no show';
const MARK = /^Tour (\S+): (cancelled|no show)\.(?: ([^]*))?$/;

export function tourMark(event_id: string, mark: TourMark, notes: string | undefined): string {
  return `Tour ${event_id}: ${mark}.${notes === undefined ? '' : ` ${notes}`}`;
}

export function tourMarkIn(event: GuestEvent): { event_id: string; mark: TourMark; notes?: string } | undefined {
  const [, event_id, mark, notes] = MARK.exec(commentOf(event) ?? '') ?? [];
  if (event_id === undefined) return undefined;
  return { event_id, mark: mark as TourMark, ...(notes !== undefined && { notes }) };
}
