import { GUEST_CARD_STATUSES } from '../../../model/records.ts';
import type { ValueTableName, ValueTables } from '../../connector.ts';
import { day, idText, readBy, wholeNumber, type Codec } from '../../kit/codecs.ts';
import { mapping, readRecord, type NotHeld, type Row } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { notesOf, touchesOf } from '../notes.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { fullName, listed, listedOrBeside, moment, namesOf, phones } from '../words.ts';

/** Somebody who gave no name has to have one there. */
const NO_NAME = 'Unknown';

const name: Codec = {
  read: (raw) => {
    const said = fullName(raw as wire.Prospect);
    return said === '' || said === NO_NAME ? undefined : said;
  },
  write: (value: string | undefined) => namesOf(value ?? NO_NAME),
};

/** First and last name of a prospect; a placeholder where no name was given. */
export function prospectNames(said: string | undefined): { FirstName: string; LastName: string } {
  return namesOf(said?.trim() || NO_NAME);
}

/** Whole dollars: cents of what somebody is ready to pay are left out. */
const wholeDollars: Codec = {
  read: (raw, at) => {
    const dollars = wholeNumber.read(raw, at);
    return typeof dollars === 'number' && dollars > 0 ? dollars * 100 : undefined;
  },
  write: (cents: number) => Math.floor(cents / 100),
};

const ROWS: readonly Row[] = [
  { field: 'id', wire: 'Prospect.ProspectID', as: idText, always: true },
  { field: 'property_id', wire: 'Prospect.PropertyID', as: idText, write: false, always: true },
  { field: 'name', wire: 'Prospect', as: name, write: false, called: 'FirstName and LastName' },
  { field: 'phones', wire: 'Contact.PhoneNumbers', as: phones, write: false, evidence: 'inferred' },
  {
    field: 'emails',
    wire: 'Contact.Email',
    as: readBy((raw) => [String(raw)]),
    write: false,
    note: 'a contact has one address',
  },
  {
    field: 'unit_ids',
    wire: 'Prospect.InterestedUnits',
    as: readBy((raw) => (raw as { UnitID?: number }[]).flatMap(({ UnitID }) => (UnitID ? [String(UnitID)] : []))),
    write: false,
    evidence: 'inferred',
  },
  { field: 'rent_max', wire: 'Prospect.RentMax', as: wholeDollars, write: 'RentMax', note: 'whole dollars' },
  { field: 'move_in_date', wire: 'Prospect.MoveInDate', as: day, write: 'MoveInDate' },
  { field: 'occupants', wire: 'Prospect.PeopleCount', as: wholeNumber, write: 'PeopleCount' },
  { field: 'assigned_to', wire: 'Prospect.LeasingAgentID', as: idText, write: false },
  {
    field: 'touches',
    wire: 'touches',
    as: readBy((raw) => raw),
    write: false,
    called: 'HistoryNotes',
    evidence: 'inferred',
  },
  {
    field: 'notes',
    wire: 'notes',
    as: readBy((raw) => raw),
    write: false,
    called: 'HistoryNotes',
    evidence: 'inferred',
  },
  { field: 'created_at', wire: 'Prospect.CreateDate', as: moment, write: false, always: true },
];

const NOT_HELD: readonly NotHeld[] = [
  { field: 'bedrooms', support: 'sidecar', note: 'only types of unit can be wished for there' },
  { field: 'bathrooms', support: 'sidecar' },
  { field: 'pets', support: 'sidecar' },
  { field: 'follow_up_on', support: 'sidecar', note: 'NextContact is read-only' },
  { field: 'latest_source', support: 'sidecar' },
  { field: 'consents', support: 'sidecar' },
];

/** Stages, sources and reasons are each company's own; what the mapping file does not say is kept beside the record. */
export function guestCardMapping(tables: ValueTables) {
  const has = (table: ValueTableName) => Object.keys(tables[table]?.to_pms ?? {}).length > 0;
  const listedRows: Row[] = [
    has('lead_source')
      ? {
          ...{ field: 'source', wire: 'Prospect.LeadSourceID', as: listedOrBeside('lead_source', 'unknown') },
          ...{ write: 'LeadSourceID', table: 'lead_source' },
          note: 'a source without a number is kept beside, and in the note of the inquiry',
        }
      : { field: 'source', wire: '', as: readBy(() => 'unknown'), write: false, support: 'sidecar', readable: false },
    has('guest_card_status')
      ? {
          ...{ field: 'status', wire: 'Prospect.CurrentProspectStageID', as: listed('guest_card_status', 'new') },
          ...{ write: 'CurrentProspectStageID', table: 'guest_card_status' },
          note: "the stage, which is the company's own list; ProspectStatus cannot be written",
        }
      : {
          ...{ field: 'status', wire: '', as: readBy(() => 'new'), write: false, support: 'sidecar' },
          shown_as: Object.fromEntries(GUEST_CARD_STATUSES.filter((one) => one !== 'new').map((one) => [one, 'new'])),
        },
  ];
  const reason: Row = {
    ...{ field: 'lost_reason', wire: 'Prospect.ProspectLostReasonID', as: listed('lost_reason') },
    ...{ write: 'ProspectLostReasonID', table: 'lost_reason' },
  };
  return mapping(
    'guest_card',
    { wire: 'Prospect', changes: 'webhook', freshness_seconds: 60, evidence: 'seen' },
    [...ROWS, ...listedRows, ...(has('lost_reason') ? [reason] : [])],
    [...NOT_HELD, ...(has('lost_reason') ? [] : [{ field: 'lost_reason', support: 'sidecar' } as const])],
  );
}

export const PROSPECT_EMBEDS = ['Contacts.PhoneNumbers.PhoneNumberType', 'InterestedUnits', 'HistoryNotes'];

/** The contact through whom a prospect is reached. */
export function prospectContact({ Contacts = [] }: wire.Prospect): wire.Contact | undefined {
  return Contacts.find(({ IsPrimary }) => IsPrimary === true) ?? Contacts[0];
}

export function guestCardReader(vendor: Vendor): Reader<'guest_card'> {
  const rowsOfTables = guestCardMapping(vendor.tables);
  return sourceReader<'guest_card', wire.Prospect>(vendor, {
    kind: 'guest_card',
    resource: 'Prospects',
    embeds: PROSPECT_EMBEDS,
    by: { property_id: 'PropertyID' },
    read: (rows) =>
      rows.flatMap((Prospect) => {
        const zone = vendor.zone(Prospect.PropertyID === undefined ? undefined : String(Prospect.PropertyID));
        const history = Prospect.HistoryNotes;
        const whole = {
          ...{ Prospect, Contact: prospectContact(Prospect) },
          touches: touchesOf(history, zone),
          notes: notesOf(history, zone),
        };
        return readRecord(rowsOfTables, whole, vendor.circumstances) ?? [];
      }),
  });
}
