import { child, children, path, text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import { toLocal } from '../../../src/model/zoned_time.ts';
import type { Field } from '../soap/contract.ts';
import { bare, DATE, operation, refuse, shown, texts, type Desk } from './calls.ts';
import type { GuestCard } from './tables.ts';

const RANGE = texts('datefrom', 'dateto');
const PROSPECT: readonly Field[] = [
  ...texts('pmcid', 'siteid', 'customerid', 'firstname', 'middlename', 'lastname', 'email', 'relationshipid'),
  {
    name: 'numbers',
    optional: true,
    type: [{ name: 'phonenumbers', type: [{ name: 'PhoneNumber', type: texts('type', 'number'), list: true }] }],
  },
];
const CARD: Field = {
  name: 'guestcard',
  type: [
    ...texts('pmcid', 'siteid', 'guestcardid', 'createdate', 'primaryleadsource', 'contacttype', 'datecontact'),
    ...texts('datefollowup', 'leasingagentid', 'statusisactive', 'statusisleased', 'statusislost', 'moveinreason'),
    ...texts('prospectcomment', 'skipduplicatecheck', 'daysbackduplicatecheck'),
    { name: 'prospects', optional: true, type: [{ name: 'Prospect', type: PROSPECT, list: true }] },
    { name: 'preferences', optional: true, type: texts('dateneeded', 'occupants', 'desiredrent', 'leasetermmonths') },
  ],
};

const wishesOf = ({ DateNeeded, Occupants, LeaseTermMonths, PriceRangeID, FloorplanID }: GuestCard) => ({
  ...{ DateNeeded, Occupants, LeaseTermMonths, PriceRangeID, FloorplanID },
});

const shownCard = (card: GuestCard): XmlElement =>
  element(
    'GuestCard',
    {},
    ...shown({ GuestCardID: card.GuestCardID, CreateDate: card.CreateDate, PrimaryLeadSource: card.PrimaryLeadSource }),
    ...shown({ LeasingAgentID: card.LeasingAgentID }),
    element('Preferences', {}, ...shown(wishesOf(card))),
    element(
      'Prospects',
      {},
      element(
        'Prospect',
        {},
        ...shown({
          CustomerID: card.CustomerID,
          FirstName: card.FirstName,
          LastName: card.LastName,
          Email: card.Email,
        }),
        card.phones.length === 0
          ? undefined
          : element('Numbers', {}, ...card.phones.map((phone) => element('PhoneNumber', {}, ...shown(phone)))),
      ),
    ),
  );

function now({ world, tables, site }: Desk): string {
  const zone = tables.sites.get(site)?.zone ?? 'UTC';
  return `${toLocal(new Date(world.now()).toISOString(), zone)}:00`;
}

/** The answer to a change, which names the card. */
const told = (name: string, id: string, action: string) => [
  bare(
    name,
    element('message', {}, 'SUCCESS'),
    element('Guestcard', {}, ...shown({ ID: id, NewID: '0', Status: 'Success', Action: action })),
  ),
];

const failed = (name: string, why: string) => [
  bare(
    name,
    element('message', {}, why),
    element('Guestcard', {}, ...shown({ ID: '0', Status: 'Failure', Action: 'None' })),
  ),
];

/** The values of a request by the names of the table; what was not sent is not in it. */
function valuesOf(card: XmlNode | undefined): Partial<GuestCard> {
  const prospect = path(card, 'prospects/Prospect');
  const values: Record<string, unknown> = {};
  const take = (name: keyof GuestCard, node: XmlNode | undefined, field: string) => {
    const value = text(node, field);
    if (value !== undefined) values[name] = value;
  };
  take('PrimaryLeadSource', card, 'primaryleadsource');
  take('LeasingAgentID', card, 'leasingagentid');
  take('prospectcomment', card, 'prospectcomment');
  take('FirstName', prospect, 'firstname');
  take('LastName', prospect, 'lastname');
  take('Email', prospect, 'email');
  const wishes = child(card, 'preferences');
  // They are taken as a whole: what is not among them is none from then on.
  if (wishes !== undefined) {
    const [day = '', ...others] = ['dateneeded', 'occupants', 'desiredrent', 'leasetermmonths'].map((name) =>
      text(wishes, name),
    );
    const [Occupants = '', desiredrent = '', LeaseTermMonths = ''] = others;
    const DateNeeded = day === '' ? '' : `${day.slice(0, 10)}T00:00:00`;
    Object.assign(values, { DateNeeded, Occupants, desiredrent, LeaseTermMonths });
  }
  const numbers = children(path(prospect, 'numbers/phonenumbers'), 'PhoneNumber');
  if (numbers.length > 0)
    values['phones'] = numbers.map((one) => ({ Type: text(one, 'type') ?? 'Home', Number: text(one, 'number') ?? '' }));
  return values as Partial<GuestCard>;
}

/** Why a card is not taken. Names have 30 characters at most; a source and an agent are of the site's own lists. */
function wrongIn({ tables, site }: Desk, card: Partial<GuestCard>): string | undefined {
  const { FirstName = '', LastName = '', PrimaryLeadSource: source = '', LeasingAgentID: agent = '' } = card;
  if (FirstName.length > 30 || LastName.length > 30) return 'A name has at most 30 characters.';
  if (source !== '' && !tables.choices.get(`${site}/LIST_LEADSOURCE/${source}`))
    return 'The lead source is not of this site.';
  if (agent !== '' && !tables.choices.get(`${site}/LIST_LEASINGAGENT/${agent}`))
    return 'The agent is not of this site.';
  return undefined;
}

export const PROSPECT_READS = [
  operation(
    'prospectsearch',
    [
      {
        name: 'prospectSearchCriterion',
        type: [
          {
            name: 'ProspectSearchCriterion',
            type: [
              ...texts('guestcardid', 'email', 'name'),
              { name: 'createdate', type: RANGE, optional: true },
              { name: 'modifieddate', type: RANGE, optional: true },
            ],
          },
        ],
      },
    ],
    (call, { tables, site }) => {
      const asked = path(call, 'prospectSearchCriterion/ProspectSearchCriterion');
      const [criterion] = asked?.children ?? [];
      if (criterion === undefined) refuse('A criterion is required.');
      const within = (of: (card: GuestCard) => string) => {
        const [from = '', to = ''] = ['datefrom', 'dateto'].map((name) => text(criterion, name));
        if (!DATE.test(from) || !DATE.test(to)) refuse('datefrom and dateto are required.');
        return (card: GuestCard) => of(card).slice(0, 10) >= from && of(card).slice(0, 10) <= to;
      };
      const fits: Record<string, () => (card: GuestCard) => boolean> = {
        guestcardid: () => (card) => card.GuestCardID === criterion.text,
        email: () => (card) => card.Email.toLowerCase() === criterion.text.toLowerCase(),
        name: () => (card) => `${card.FirstName} ${card.LastName}` === criterion.text,
        createdate: () => within((card) => card.CreateDate),
        modifieddate: () => within((card) => card.ModifiedDate),
      };
      const isWanted = (fits[criterion.name] as () => (card: GuestCard) => boolean)();
      const found = tables.cards.where('site', site).filter(({ row }) => isWanted(row));
      return found.length === 0 ? [] : [bare('GuestCards', ...found.map(({ row }) => shownCard(row)))];
    },
  ),
];

export const PROSPECT_WRITES = [
  operation('insertprospect', [CARD], (call, desk) => {
    const card = child(call, 'guestcard');
    const values = valuesOf(card);
    const missing = [text(card, 'datecontact'), values.FirstName, values.LastName, values.PrimaryLeadSource];
    const relation = text(card, 'prospects/Prospect/relationshipid');
    if (missing.some((one) => !one) || relation !== 'H')
      return failed('InsertProspectResponse', 'A contact date, a source, both names and a relationship are required.');
    const wrong = wrongIn(desk, values);
    if (wrong !== undefined) return failed('InsertProspectResponse', wrong);
    const made = now(desk);
    const day = text(card, 'createdate');
    const CreateDate = day === undefined ? made : `${day}T00:00:00`;
    const row: GuestCard = {
      ...{ site: desk.site, CreateDate, ModifiedDate: made, PrimaryLeadSource: '', LeasingAgentID: '' },
      ...{ FirstName: '', LastName: '', Email: '', phones: [], DateNeeded: '', Occupants: '' },
      ...{ LeaseTermMonths: '', PriceRangeID: '', FloorplanID: '' },
      ...{ prospectcomment: '', desiredrent: '' },
      ...values,
      GuestCardID: String(desk.world.ids.next('card', 18_240_001)),
      CustomerID: String(desk.world.ids.next('customer', 18_240_001)),
    };
    desk.tables.cards.insert(row);
    desk.wrote.push({ record: 'cards', id: row.GuestCardID });
    // What the duplicate check does with a card that it finds is not known, so that every card is a new one.
    return told('InsertProspectResponse', row.GuestCardID, 'Insert');
  }),
  operation('updateprospect', [CARD], (call, desk) => {
    const card = child(call, 'guestcard');
    const id = text(card, 'guestcardid') ?? '';
    const row = desk.tables.cards.get(id);
    if (row?.site !== desk.site) return failed('UpdateProspect', 'There is no such guest card.');
    if (text(card, 'prospects/Prospect/customerid') !== row.CustomerID)
      return failed('UpdateProspect', 'The prospect is not on this guest card.');
    const wrong = wrongIn(desk, valuesOf(card));
    if (wrong !== undefined) return failed('UpdateProspect', wrong);
    desk.tables.cards.change(id, { ...valuesOf(card), ModifiedDate: now(desk) });
    desk.wrote.push({ record: 'cards', id });
    return told('UpdateProspect', id, 'Update');
  }),
];
