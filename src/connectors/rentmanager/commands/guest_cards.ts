import type { CommandOf } from '../../../model/commands.ts';
import type { Located, StepContext } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { inquiryText } from '../notes.ts';
import { guestCardMapping, prospectContact, prospectNames, PROSPECT_EMBEDS } from '../records/guest_cards.ts';
import { idOf, type Filter } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { contactFields } from './contacts.ts';
import { noteStep } from './history.ts';
import { ABSENT, found, lookStep, OPERATIONS, post, refuseOverride } from './post.ts';
import { setStep } from './set_values.ts';

const PROSPECTS = 'Prospects';
const KEY = 'ProspectID';
const KIND = 'guest_card';

export function createGuestCard(vendor: Vendor): Plan<'create_guest_card'> {
  return (command) => {
    const { touch, property_id } = command;
    const made = ({ results }: StepContext) => results[0]?.record?.id ?? '';
    const inquiry = noteStep(vendor, {
      ...{ name: 'add_inquiry', resource: PROSPECTS, what: 'guest card', property_id, at: touch.at, parent: made },
      text: inquiryText(touch.source, touch.message ?? ''),
      record: (context) => ({ kind: KIND, id: made(context) }),
    });
    return [createProspect(vendor, command), ...(touch.message === undefined ? [] : [inquiry])];
  };
}

function createProspect(vendor: Vendor, command: CommandOf<'create_guest_card'>): PlannedStep {
  const { client, circumstances, tables } = vendor;
  const { property_id, source, rent_max, move_in_date, occupants, unit_ids, name, phones, emails } = command;
  return {
    ...{ name: 'create_prospect', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
    prepare(context) {
      refuseOverride(context);
      const names = prospectNames(name);
      const body = {
        PropertyID: idOf(property_id, 'property'),
        ...names,
        ...writeFields(guestCardMapping(tables), { source, rent_max, move_in_date, occupants }, circumstances),
        Contacts: [{ ...names, IsPrimary: true, ...contactFields({ phones, emails }) }],
        ...(unit_ids !== undefined && { InterestedUnits: unit_ids.map((id) => ({ UnitID: idOf(id, 'unit') })) }),
        Comment: withMarker('', context.marker),
      };
      return post(PROSPECTS, [body], { kind: KIND, key: KEY });
    },
    async locate(_request, { marker }, signal): Promise<Located> {
      const filters: Filter[] = [['Comment', 'ct', marker]];
      const rows = await client.all<{ ProspectID: number; Comment?: string }>(PROSPECTS, { filters }, signal);
      const own = rows.find(({ Comment }) => carries(Comment, marker));
      return own === undefined ? ABSENT : found(KIND, String(own.ProspectID));
    },
  };
}

type Update = CommandOf<'update_guest_card'>;

/** Fields that are written by the rows of the mapping. */
const PLAIN = ['status', 'lost_reason', 'rent_max', 'move_in_date', 'occupants'] as const;
const NESTED = ['name', 'phones', 'emails', 'unit_ids', 'assigned_to'] as const;

export function updateGuestCard(vendor: Vendor): Plan<'update_guest_card'> {
  return (command) => {
    const { guest_card_id: id, property_id, note, touch } = command;
    const rows = guestCardMapping(vendor.tables).rows;
    const written = PLAIN.filter((field) => rows.some((row) => row.field === field && row.write !== false));
    const sets = [...written, ...NESTED].some((field) => command[field] !== undefined);
    const add = (name: string, text: string, at?: string) =>
      noteStep(vendor, {
        ...{ name, resource: PROSPECTS, what: 'guest card', property_id, text, ...(at !== undefined && { at }) },
        parent: () => id,
        record: () => ({ kind: KIND, id }),
      });
    const steps = [
      ...(sets ? [updateProspect(vendor, command)] : []),
      ...(touch?.message === undefined ? [] : [add('add_inquiry', inquiryText(touch.source, touch.message), touch.at)]),
      ...(note === undefined ? [] : [add('add_note', note.text)]),
    ];
    return steps.length > 0
      ? steps
      : [lookStep(KIND, id, async () => (await vendor.client.one(PROSPECTS, id)) !== undefined)];
  };
}

function updateProspect(vendor: Vendor, command: Update): PlannedStep {
  const { guest_card_id: id } = command;
  return setStep<wire.Prospect>(vendor.client, {
    ...{ name: 'update_prospect', resource: PROSPECTS, embeds: PROSPECT_EMBEDS, key: KEY, record: { kind: KIND, id } },
    row: () => idOf(id, 'guest card'),
    set: (row) => ({ ...plainFields(vendor, command), ...nestedFields(command, row) }),
  });
}

function plainFields({ tables, circumstances }: Vendor, command: Update): object {
  const given: Record<string, unknown> = Object.fromEntries(PLAIN.map((field) => [field, command[field]]));
  // The reason for losing somebody goes with their being lost.
  if (command.status !== undefined && command.status !== 'lost' && command.lost_reason === undefined)
    given['lost_reason'] = null;
  return writeFields(guestCardMapping(tables), given, circumstances);
}

function nestedFields({ name, phones, emails, unit_ids, assigned_to }: Update, row: wire.Prospect): object {
  const contact = prospectContact(row);
  const names = name === undefined ? {} : prospectNames(name);
  const reached = { ...names, ...contactFields({ phones, emails }, contact) };
  const known = row.InterestedUnits ?? [];
  const more = (unit_ids ?? [])
    .map((one) => idOf(one, 'unit'))
    .filter((one) => !known.some(({ UnitID }) => UnitID === one));
  return {
    ...names,
    ...(Object.keys(reached).length > 0 && {
      Contacts: [{ ...(contact ? { ContactID: contact.ContactID } : { IsPrimary: true }), ...reached }],
    }),
    // Those that are there are sent along, whether the vendor adds to a list or puts one in its place.
    ...(more.length > 0 && { InterestedUnits: [...known, ...more.map((UnitID) => ({ UnitID }))] }),
    ...(assigned_to !== undefined && { LeasingAgentID: idOf(assigned_to, 'leasing agent') }),
  };
}
