import * as z from 'zod/v4';
import { addToCard, hasInquiry, newCard } from '../src/leasing/append_inquiry.ts';
import { isOnMarket } from '../src/leasing/availability.ts';
import { mergeConsents } from '../src/leasing/guest_card_match.ts';
import { GuestCardView } from '../src/leasing/guest_card_view.ts';
import { type ReadInquiry, readInquiry } from '../src/leasing/inquiry.ts';
import { isRelayAddress } from '../src/model/contact.ts';
import { CaretakerError } from '../src/model/errors.ts';
import type { Consent } from '../src/model/values.ts';
import { canonicalJson } from '../src/model/version.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { offersFor, OfferView, offerView, recordAnswer } from '../src/tool/availability_answer.ts';
import { cardsHere, type MatchedCards, matchPerson, personCells } from '../src/tool/guest_card_matching.ts';
import { amount, day, notDuplicateOf, recordId, requestId } from '../src/tool/params.ts';
import { knownZone, propertyOfRecord } from '../src/tool/place_view.ts';
import { viewGuestCards } from '../src/tool/show_guest_card.ts';

/** An inquiry waits for a PMS that is down for days: it is somebody's answer that is waited for. */
const KEPT_MS = 7 * 86_400_000;

const said = (max: number) => z.string().trim().max(max);

const inputSchema = z.strictObject({
  request_id: requestId(),
  property_id: recordId(),
  unit_id: recordId().optional(),
  name: said(200).optional(),
  phone: said(100).optional(),
  email: said(300).optional(),
  source: said(200).describe('Such as Zillow'),
  message: said(60_000).describe('In their words').optional(),
  bedrooms: z.int().min(0).max(20).optional(),
  rent_max: amount().describe('Like "1800.00"').optional(),
  move_in_date: day().optional(),
  occupants: z.int().min(1).max(50).optional(),
  pets: said(250).describe('Kind and number').optional(),
  consent: z
    .array(z.enum(['phone', 'sms', 'email']))
    .max(3)
    .describe('Channels agreed to')
    .optional(),
  received_at: said(40).optional(),
  not_duplicate_of: notDuplicateOf().optional(),
});
type Input = z.output<typeof inputSchema>;

const CardLine = z.object({
  guest_card_id: z.string(),
  property: z.string().optional(),
  name: z.string().optional(),
  status: z.string(),
  why: z.string().optional(),
});

export default defineTool({
  name: 'create_guest_card',
  title: 'Create guest card',
  description:
    'Record an inquiry, added to the card that this phone or email already has at the property; tells whether the unit is still free and what else fits.',
  scope: 'leasing:write',
  risk: 'write',
  input: inputSchema,
  output: z.object({
    guest_card: GuestCardView.optional(),
    /** True where the prospect had a card at this property and the inquiry was added to it. */
    appended: z.boolean(),
    /** The source as the PMS has it, where it is not the one given. */
    source_kept_as: z.string().optional(),
    /** Arguments that could not be read and are kept as text in the history. */
    kept_as_text: z.array(z.string()).optional(),
    /** What fair-housing law protects was not kept; these kinds were in the words given. */
    removed: z.array(z.string()).optional(),
    unit: z
      .object({ unit_id: z.string(), unit: z.string(), free: z.boolean(), available_on: z.string().optional() })
      .optional(),
    also_fits: z.array(OfferView),
    /** The same person at other properties; the cards stay apart. */
    cards_elsewhere: z.array(CardLine).optional(),
    /** Perhaps the same person at this property; a person decides. */
    may_be_same: z.array(CardLine).optional(),
    /** Channels that this number or address has opted out of, here or elsewhere. */
    do_not_contact: z.array(z.string()).optional(),
    next_step: z.string().optional(),
    /** Where the PMS could not be asked whom the inquiry is from. */
    checked_as_of: z.string().optional(),
  }),
  untrusted: ['guest_card.name', 'guest_card.pets', 'cards_elsewhere.name', 'may_be_same.name'],

  async propose(call, input) {
    const property = await call.records.get('property', input.property_id);
    const { cards, checked_as_of } = await cardsHere(call, property);
    const inquiry = readInquiry(input, {
      now: new Date(call.now).toISOString(),
      zone: knownZone(call, property),
      sources: cards.map(({ record }) => record.source),
      default_source: call.config.leasing.default_source,
    });
    const match = await matchPerson(call, property, cards, inquiry);
    const unit = input.unit_id === undefined ? undefined : await unitState(call, input.unit_id);
    const card = match.append_to;
    if (card !== undefined && hasInquiry(card.record, inquiry) && input.not_duplicate_of !== card.ref)
      throw new CaretakerError(
        'duplicate',
        "This inquiry is on the prospect's card already. Nothing was changed now.",
        {
          next: 'search_guest_cards with this guest_card_id; only if they wrote the same again, repeat with not_duplicate_of naming it',
          details: { guest_card_id: card.ref },
        },
      );
    const known = card?.record.consents ?? [];
    const consents = mergeConsents([...known, ...match.opt_outs], granted(input, inquiry));
    const interest = { ...input, unit_id: unit?.found.record.id };
    const command =
      card === undefined
        ? newCard(property.record.id, inquiry, interest, consents)
        : addToCard(
            card.record,
            inquiry,
            interest,
            canonicalJson(consents) === canonicalJson(known) ? undefined : consents,
          );
    return {
      at: at(property),
      property,
      command,
      not_after: call.now + KEPT_MS,
      ...(card === undefined
        ? newPerson(call, property, inquiry, input.not_duplicate_of)
        : {
            before: card.record,
            effect: ['add_to_guest_card', card.record.id, inquiry.touch.source, inquiry.touch.message],
            ...(input.not_duplicate_of !== undefined && { not_duplicate_of: card.record.id }),
          }),
      answer: {
        appended: card !== undefined,
        ...(inquiry.source !== inquiry.touch.source && { source_kept_as: inquiry.source }),
        ...(inquiry.kept_as_text.length > 0 && { kept_as_text: inquiry.kept_as_text }),
        ...(inquiry.removed.length > 0 && { removed: inquiry.removed }),
        ...(unit !== undefined && { unit: unit.view }),
        also_fits: await alternatives(call, property, input, unit?.found),
        ...(await otherCards(call, match)),
        ...doNotContact(consents),
        ...(inquiry.accommodation && { next_step: ACCOMMODATION }),
        ...(checked_as_of !== undefined && { checked_as_of: new Date(checked_as_of).toISOString() }),
      },
    };
  },

  /** Whom the inquiry is from, once more: what does not fit any longer goes to a person and is not lost. */
  async judgeAgain(call, { row, command, before }) {
    const ref = (id: string) => call.records.ref(row.connection, row.scope, id);
    if (command.kind === 'create_guest_card') {
      const property = await call.records.get('property', ref(command.property_id));
      const { cards, checked_as_of } = await cardsHere(call, property);
      if (checked_as_of !== undefined)
        throw new CaretakerError('pms_unavailable', 'The PMS still cannot be read; the inquiry waits.');
      const person = { phone: command.phones?.[0]?.number, email: command.emails?.[0] };
      const { append_to } = await matchPerson(call, property, cards, person);
      if (append_to === undefined) return;
      throw new CaretakerError(
        'conflict',
        `This prospect got the guest card ${append_to.record.id} meanwhile; the inquiry has to be added to it by hand.`,
      );
    }
    if (command.kind !== 'update_guest_card') return;
    const card = await call.records.fresh('guest_card', ref(command.guest_card_id));
    const moved = (['phones', 'emails', 'unit_ids', 'consents', 'status'] as const).filter(
      (field) => field in command && canonicalJson(before?.[field] ?? null) !== canonicalJson(card.record[field]),
    );
    if (moved.length > 0)
      throw new CaretakerError('conflict', `Somebody changed ${moved.join(', ')} of this guest card meanwhile.`);
  },

  async present(call, { row }) {
    if (row.state !== 'done' || row.record_id === null) return {};
    const card = await call.records.get('guest_card', call.records.ref(row.connection, row.scope, row.record_id));
    return { guest_card: (await viewGuestCards(call, [card]))[0] };
  },

  text({ guest_card: card, appended, unit, also_fits, removed, kept_as_text, next_step, write }) {
    const { write_id } = write as { write_id: string };
    const name =
      card === undefined
        ? `Inquiry kept as ${write_id}, not yet in the PMS`
        : `Guest card ${card.guest_card_id} (version ${card.version})`;
    return [
      `${name}${appended ? ', added to the card they had' : ''}.`,
      ...(unit === undefined ? [] : [`Unit ${unit.unit} is ${unit.free ? 'still free' : 'no longer free'}.`]),
      `${countedFirst(also_fits.length, 'other unit fits', 'other units fit')}${
        also_fits.length === 0
          ? ''
          : `: ${also_fits
              .slice(0, 3)
              .map(({ unit_id, unit: name }) => `${name} (unit_id ${unit_id})`)
              .join(', ')}`
      }.`,
      ...(removed === undefined ? [] : [`Not kept: ${removed.join(', ')}.`]),
      ...(kept_as_text === undefined ? [] : [`Could not be read and is kept as text: ${kept_as_text.join(', ')}.`]),
      ...(next_step === undefined ? [] : [`Next: ${next_step}.`]),
    ].join(' ');
  },
});

const ACCOMMODATION =
  'escalate_to_staff with reason accommodation and the guest card as record_id; an assistance animal is no pet and costs no fee';

/** What keeps one person from getting two cards where two inquiries come at once. */
function newPerson(call: Call, property: Found<'property'>, inquiry: ReadInquiry, notDuplicate: string | undefined) {
  const { phone, email, name, touch } = inquiry;
  const own = email !== undefined && !isRelayAddress(email) ? email : undefined;
  const cells = notDuplicate === undefined ? personCells(call, property, inquiry) : [];
  return {
    effect: ['create_guest_card', property.record.id, phone ?? own ?? [name, email, touch.source, touch.message]],
    ...(cells.length > 0 && { cells }),
    ...(notDuplicate !== undefined && { not_duplicate_of: notDuplicate }),
  };
}

function granted({ consent }: Input, { touch }: ReadInquiry): Consent[] {
  return [...new Set(consent)].map((channel) => ({ channel, state: 'granted', at: touch.at, source: touch.source }));
}

function doNotContact(consents: readonly Consent[]): { do_not_contact?: string[] } {
  const revoked = consents.filter(({ state }) => state === 'revoked').map(({ channel }) => channel);
  return revoked.length === 0 ? {} : { do_not_contact: revoked };
}

/** Whether the unit asked about is still free: from the PMS, or from the mirror where that does not answer. */
async function unitState(call: Call, ref: string) {
  let found: Found<'unit'>;
  let leases: Found<'lease'>[];
  try {
    found = await call.records.fresh('unit', ref, 'unit_id');
    const { connection, scope, record } = found;
    leases = await call.records.allFresh('lease', { connection, scope, unit_id: record.id });
  } catch (error) {
    if (!(error instanceof CaretakerError) || (error.code !== 'pms_unavailable' && error.code !== 'rate_limited'))
      throw error;
    found = await call.records.get('unit', ref, 'unit_id');
    const { connection, scope, record } = found;
    leases = await call.records.all('lease', { connection, scope, unit_id: record.id });
  }
  const free = isOnMarket(found.record) && !leases.some(({ record }) => record.status === 'future');
  const { name, available_on } = found.record;
  return {
    found,
    view: {
      unit_id: found.ref,
      unit: name,
      free,
      ...(free && available_on !== undefined && { available_on }),
    },
  };
}

/** The first three that fit what was asked, the same for everyone who asks the same; entered in the audit log. */
async function alternatives(call: Call, property: Found<'property'>, input: Input, unit: Found<'unit'> | undefined) {
  const criteria = {
    ...(input.bedrooms !== undefined && { bedrooms_min: input.bedrooms }),
    ...(input.rent_max !== undefined && { rent_max: input.rent_max }),
    ...(input.move_in_date !== undefined && { move_in_date: input.move_in_date }),
    ...(input.occupants !== undefined && { occupants: input.occupants }),
  };
  const where = unit === undefined ? { property } : { like_unit: unit };
  const found = await offersFor(call, { ...criteria, ...where });
  const shown = found.offers.slice(0, 3);
  await recordAnswer(
    call,
    { ...criteria, ...(unit === undefined ? { property_id: property.ref } : { like_unit_id: unit.ref }) },
    found,
    shown.map((offer) => offer.unit.ref),
  );
  return shown.map(offerView);
}

async function otherCards(call: Call, match: MatchedCards) {
  const line = async (card: Found<'guest_card'>, why?: string) => {
    const property = await propertyOfRecord(call, card);
    return {
      guest_card_id: card.ref,
      property: property.record.name,
      ...(card.record.name !== undefined && { name: card.record.name }),
      status: card.record.status,
      ...(why !== undefined && { why }),
    };
  };
  const elsewhere = await Promise.all(match.elsewhere.map((card) => line(card)));
  const candidates = await Promise.all(match.candidates.map(({ card, reason }) => line(card, reason)));
  return {
    ...(elsewhere.length > 0 && { cards_elsewhere: elsewhere }),
    ...(candidates.length > 0 && { may_be_same: candidates }),
  };
}
