import type { GuestCard } from '../../../model/records.ts';
import type { Phone } from '../../../model/values.ts';
import { addDays, localDate } from '../../../model/zoned_time.ts';
import { day, idText, localInstant, readBy, text, wholeNumber } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listed } from '../../kit/xml_values.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { LENGTHS } from '../limits.ts';
import { siteReader } from '../paging.ts';
import type { Item } from '../picklists.ts';
import type { Vendor } from '../vendor.ts';

/** A guest card of `prospectsearch`. */
export type WireCard = Plain;

/** The first person of a card: the one that it is about. */
export function prospectOf(card: WireCard): Plain | undefined {
  const people = listed<string | Plain>((card['Prospects'] as Plain | undefined)?.['Prospect']);
  return people.find((one): one is Plain => typeof one === 'object');
}

const ofProspect = (pick: (prospect: Plain) => unknown) =>
  readBy((raw) => {
    const prospect = prospectOf(raw as WireCard);
    return prospect === undefined ? undefined : pick(prospect);
  });

const PHONE_TYPES: Readonly<Record<string, Phone['type']>> = { Mobile: 'mobile', Home: 'home', Work: 'work' };

/** The numbers of a prospect as OneSite has them. Some contracts have one more element around them. */
export function numbersOf({ Numbers }: Plain): { type: string | undefined; number: string }[] {
  const holder = (Numbers ?? {}) as Plain;
  const inner = (holder['PhoneNumbers'] ?? holder) as Plain;
  return listed<string | Plain>(inner['PhoneNumber']).flatMap((one) => {
    if (typeof one === 'string') return [];
    const number = textOf(one['Number']);
    return number === undefined ? [] : [{ type: textOf(one['Type']), number }];
  });
}

const phonesOf = (prospect: Plain) =>
  numbersOf(prospect).map(({ number, type }): Phone => ({ number, type: PHONE_TYPES[type ?? ''] ?? 'other' }));

/** What is sent where a prospect has no name, because a card cannot be without. */
export const NO_NAME = 'Unknown';

function nameOf({ FirstName, LastName }: Plain): string | undefined {
  const parts = [FirstName, LastName].map(textOf).filter((part) => part !== undefined && part !== NO_NAME);
  return parts.join(' ') || undefined;
}

export const GUEST_CARD = mapping(
  'guest_card',
  { wire: 'GuestCard', changes: 'webhook', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'GuestCardID', as: idText, always: true },
    { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
    {
      field: 'name',
      wire: '',
      as: ofProspect(nameOf),
      write: false,
      max_length: 2 * LENGTHS.name + 1,
      note: `FirstName and LastName, ${LENGTHS.name} characters each`,
    },
    { field: 'phones', wire: '', as: ofProspect(phonesOf), write: false, note: 'Numbers' },
    {
      field: 'emails',
      wire: '',
      as: ofProspect(({ Email }) => listed(textOf(Email))),
      write: false,
      note: 'Email: one, of several the first is sent',
    },
    {
      field: 'source',
      wire: 'PrimaryLeadSource',
      as: text,
      write: false,
      support: 'mapped',
      note: "the site's own list",
    },
    { field: 'assigned_to', wire: 'LeasingAgentID', as: idText, write: 'leasingagentid' },
    { field: 'move_in_date', wire: 'Preferences.DateNeeded', as: day, write: 'preferences.dateneeded' },
    { field: 'occupants', wire: 'Preferences.Occupants', as: wholeNumber, write: 'preferences.occupants' },
    { field: 'created_at', wire: 'CreateDate', as: localInstant, write: false },
  ],
  [
    { field: 'status', support: 'sidecar', note: 'no answer was seen to tell it' },
    { field: 'lost_reason', support: 'sidecar' },
    { field: 'latest_source', support: 'sidecar' },
    { field: 'unit_ids', support: 'sidecar' },
    { field: 'bedrooms', support: 'sidecar' },
    { field: 'rent_max', support: 'sidecar', note: 'sent as desiredrent as well, which no answer was seen to show' },
    { field: 'pets', support: 'sidecar' },
    { field: 'follow_up_on', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
    {
      field: 'touches',
      support: 'sidecar',
      note: 'the first is sent as prospectcomment as well, which no answer shows',
    },
    { field: 'notes', support: 'sidecar' },
  ],
);

/** Cards that fit a criterion of `prospectsearch`. */
export async function searchCards(
  { client }: Vendor,
  site: string,
  criterion: Readonly<Record<string, string | { datefrom: string; dateto: string }>>,
  signal?: AbortSignal,
): Promise<WireCard[]> {
  const values = { prospectSearchCriterion: { ProspectSearchCriterion: criterion } };
  return recordsIn(await client.call('search_prospects', site, values, { signal }), 'GuestCard');
}

/** A card in canonical form, its source by the name that the site's list has for it. */
export function cardOf(
  { circumstances, tables }: Vendor,
  site: string,
  card: WireCard,
  sources: readonly Item[],
): GuestCard | undefined {
  const id = textOf(card['PrimaryLeadSource']) ?? '';
  const source =
    tables.lead_source?.from_pms[id] ?? sources.find(({ value }) => value === id)?.text ?? (id || 'unknown');
  return readRecord(GUEST_CARD, card, circumstances, { property_id: site, source, status: 'new' });
}

/** One card, undefined where the site has none with that number. */
export async function cardById(
  vendor: Vendor,
  site: string,
  id: string,
  signal?: AbortSignal,
): Promise<WireCard | undefined> {
  if (!vendor.sites.includes(site) || !/^\d{1,12}$/.test(id)) return undefined;
  const found = await searchCards(vendor, site, { guestcardid: id }, signal);
  return found.find(({ GuestCardID }) => GuestCardID === id);
}

export function guestCardReader(vendor: Vendor): Reader<'guest_card'> {
  const sourcesOf = (site: string, signal?: AbortSignal) => vendor.picklists.items('lead_sources', site, signal);
  return {
    async get(scope, id, signal) {
      const card = await cardById(vendor, scope, id, signal);
      return card === undefined ? undefined : cardOf(vendor, scope, card, await sourcesOf(scope, signal));
    },

    list: siteReader<'guest_card'>(vendor, async (site, signal, since) => {
      const zone = vendor.circumstances.zoneOf(site) as string;
      const tomorrow = addDays(localDate(new Date(vendor.clock()).toISOString(), zone), 1);
      const sources = await sourcesOf(site, signal);
      const cards: WireCard[] = [];
      if (since !== undefined) {
        const datefrom = addDays(localDate(since, zone), -1);
        cards.push(...(await searchCards(vendor, site, { modifieddate: { datefrom, dateto: tomorrow } }, signal)));
      } else
        for (const createdate of years(vendor.settings.guest_cards_from, tomorrow))
          cards.push(...(await searchCards(vendor, site, { createdate }, signal)));
      return cards.flatMap((card) => cardOf(vendor, site, card, sources) ?? []);
    }).list,
  };
}

/** The years from one day to another. How long a range may be is not known. */
function years(first: string, last: string): { datefrom: string; dateto: string }[] {
  const ranges: { datefrom: string; dateto: string }[] = [];
  for (let datefrom = first; datefrom <= last; datefrom = addDays(datefrom, 366)) {
    const end = addDays(datefrom, 365);
    ranges.push({ datefrom, dateto: end > last ? last : end });
  }
  return ranges;
}
