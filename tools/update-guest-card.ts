import * as z from 'zod/v4';
import { mentionsAccommodation, stripProtected } from '../src/leasing/fair_housing.ts';
import { checkStatusChange } from '../src/leasing/guest_card.ts';
import { GuestCardView } from '../src/leasing/guest_card_view.ts';
import { phoneText } from '../src/leasing/inquiry.ts';
import type { CommandOf } from '../src/model/commands.ts';
import { normaliseEmail, normalisePhone } from '../src/model/contact.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { type GuestCard, LOST_REASONS } from '../src/model/records.ts';
import { canonicalJson } from '../src/model/version.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { amount, day, recordId, requestId, version, words } from '../src/tool/params.ts';
import { propertyOfRecord } from '../src/tool/place_view.ts';
import { viewGuestCards } from '../src/tool/show_guest_card.ts';
import { refuse, requireVersion } from '../src/tool/versions.ts';

const inputSchema = z.strictObject({
  request_id: requestId(),
  guest_card_id: recordId(),
  version: version(),
  status: z.enum(['contacted', 'qualified', 'applied', 'lost']).optional(),
  lost_reason: z.enum(LOST_REASONS).optional(),
  name: words(200).optional(),
  phone: z.string().max(60).optional(),
  email: z.string().max(254).optional(),
  unit_id: recordId().optional(),
  bedrooms: z.int().min(0).max(20).optional(),
  rent_max: amount().describe('Like "1800.00"').optional(),
  move_in_date: day().optional(),
  occupants: z.int().min(1).max(50).optional(),
  assigned_to: recordId().describe('Staff id').optional(),
  follow_up_on: day().optional(),
  note: words(60_000).optional(),
});
type Input = z.output<typeof inputSchema>;
type Update = CommandOf<'update_guest_card'>;
type Fields = Omit<Update, 'kind' | 'guest_card_id' | 'property_id'>;

/** Fields that are added to; what others added meanwhile is in nobody's way. */
const APPENDED: readonly string[] = ['note', 'unit_ids'];

export default defineTool({
  name: 'update_guest_card',
  title: 'Update guest card',
  description: "Change a prospect's contact details, interest, status or follow-up.",
  scope: 'leasing:write',
  risk: 'write',
  input: inputSchema,
  output: z.object({
    guest_card: GuestCardView.optional(),
    changed: z.array(z.string()),
    /** What fair-housing law protects was not kept; these kinds were in the note. */
    removed: z.array(z.string()).optional(),
    next_step: z.string().optional(),
  }),
  untrusted: ['guest_card.name', 'guest_card.pets'],

  async propose(call, input) {
    const card = await call.records.fresh('guest_card', input.guest_card_id, 'guest_card_id');
    const property = await propertyOfRecord(call, card);
    const note = stripProtected(input.note ?? '');
    const fields = await fieldsOf(call, card, property, input, note.text.trim());
    const changed = Object.keys(fields);
    if (changed.length === 0)
      throw new CaretakerError(
        'invalid_input',
        note.removed.length > 0
          ? 'The note says nothing but what fair-housing law protects, so there is nothing to keep. Nothing was changed.'
          : 'There is nothing to change in this call. Nothing was changed.',
        note.removed.length > 0 ? { field: 'note', details: { removed: note.removed } } : {},
      );
    await requireVersion(
      call,
      card,
      input.version,
      changed.filter((field) => !APPENDED.includes(field)),
    );
    judge(call, card.record, property, fields);
    return {
      at: at(card),
      property,
      before: card.record,
      command: {
        kind: 'update_guest_card',
        guest_card_id: card.record.id,
        property_id: card.record.property_id,
        ...fields,
      },
      answer: {
        changed,
        ...(note.removed.length > 0 && { removed: note.removed }),
        ...(mentionsAccommodation(input.note ?? '') && {
          next_step: `escalate_to_staff with reason accommodation and record_id ${card.ref}; an assistance animal is no pet`,
        }),
      },
    };
  },

  async judgeAgain(call, { row, command, before }) {
    if (command.kind !== 'update_guest_card') return;
    const ref = (id: string) => call.records.ref(row.connection, row.scope, id);
    const card = await call.records.fresh('guest_card', ref(command.guest_card_id));
    const { kind: _kind, guest_card_id: _id, property_id: _property, ...fields } = command;
    const now = card.record as Record<string, unknown>;
    const moved = Object.keys(fields).filter(
      (field) =>
        !APPENDED.includes(field) && canonicalJson(before?.[field] ?? null) !== canonicalJson(now[field] ?? null),
    );
    if (moved.length > 0)
      throw new CaretakerError('conflict', `Somebody changed ${moved.join(', ')} meanwhile. Nothing was changed.`);
    judge(call, card.record, await propertyOfRecord(call, card), fields);
  },

  async present(call, { row }) {
    if (row.state !== 'done' || row.record_id === null) return {};
    const card = await call.records.get('guest_card', call.records.ref(row.connection, row.scope, row.record_id));
    return { guest_card: (await viewGuestCards(call, [card]))[0] };
  },

  text({ guest_card: card, changed, removed, next_step }) {
    return [
      card === undefined
        ? `Not changed yet: ${changed.join(', ')}.`
        : `Guest card ${card.guest_card_id} (version ${card.version}) is ${card.status}; changed ${changed.join(', ')}.`,
      ...(removed === undefined ? [] : [`Left out of the note: ${removed.join(', ')}.`]),
      ...(next_step === undefined ? [] : [`Next: ${next_step}.`]),
    ].join(' ');
  },
});

/** What the arguments ask to change. Throws `invalid_input` where one of them cannot be. */
async function fieldsOf(
  call: Call,
  { record }: Found<'guest_card'>,
  property: Found<'property'>,
  input: Input,
  note: string,
): Promise<Fields> {
  const unit = input.unit_id === undefined ? undefined : await unitOf(call, property, input.unit_id);
  const phone = input.phone === undefined ? undefined : phoneOf(input.phone);
  const email = input.email === undefined ? undefined : emailOf(input.email);
  const agent = input.assigned_to === undefined ? undefined : await agentOf(call, property, input.assigned_to);
  return {
    ...(input.status !== undefined && { status: input.status }),
    ...(input.lost_reason !== undefined && { lost_reason: input.lost_reason }),
    ...(input.name !== undefined && { name: input.name }),
    // The new one goes first; the others stay, because inquiries that came by them belong here too.
    ...(phone !== undefined && {
      phones: [
        record.phones.find(({ number }) => number === phone) ?? { number: phone, type: 'other' as const },
        ...record.phones.filter(({ number }) => number !== phone),
      ],
    }),
    ...(email !== undefined && { emails: [email, ...record.emails.filter((other) => other !== email)] }),
    ...(unit !== undefined && { unit_ids: [...new Set([...record.unit_ids, unit.record.id])] }),
    ...(input.bedrooms !== undefined && { bedrooms: input.bedrooms }),
    ...(input.rent_max !== undefined && { rent_max: input.rent_max }),
    ...(input.move_in_date !== undefined && { move_in_date: input.move_in_date }),
    ...(input.occupants !== undefined && { occupants: input.occupants }),
    ...(agent !== undefined && { assigned_to: agent.record.id }),
    ...(input.follow_up_on !== undefined && { follow_up_on: input.follow_up_on }),
    ...(note !== '' && { note: { text: note, is_public: false } }),
  };
}

function judge(call: Call, card: GuestCard, property: Found<'property'>, fields: Fields): void {
  const { status = card.status, lost_reason, follow_up_on } = fields;
  const refusal =
    fields.status === undefined && lost_reason === undefined
      ? undefined
      : checkStatusChange(card, { status, ...(lost_reason !== undefined && { lost_reason }) });
  if (refusal !== undefined) refuse(refusal);
  if (follow_up_on != null && follow_up_on < call.today(property))
    throw new CaretakerError('invalid_input', 'follow_up_on lies in the past. Nothing was changed.', {
      field: 'follow_up_on',
    });
}

async function unitOf(call: Call, property: Found<'property'>, ref: string): Promise<Found<'unit'>> {
  const unit = await call.records.get('unit', ref, 'unit_id');
  if (unit.connection === property.connection && unit.record.property_id === property.record.id) return unit;
  throw new CaretakerError('invalid_input', 'The unit is at another property. Nothing was changed.', {
    field: 'unit_id',
    next: 'create_guest_card at that property; the two cards stay apart',
  });
}

async function agentOf(call: Call, property: Found<'property'>, ref: string): Promise<Found<'staff'>> {
  const staff = await call.records.fresh('staff', ref, 'assigned_to');
  const { is_active, roles, property_ids } = staff.record;
  const here = property_ids.length === 0 || property_ids.includes(property.record.id);
  if (is_active && roles.includes('leasing_agent') && here && staff.connection === property.connection) return staff;
  throw new CaretakerError('invalid_input', 'assigned_to is no leasing agent of this property. Nothing was changed.', {
    field: 'assigned_to',
    next: 'find_tour_slots names the agents who show units there',
  });
}

function phoneOf(given: string): string {
  const phone = normalisePhone(given);
  if (phone !== undefined) return phoneText(phone);
  throw new CaretakerError('invalid_input', 'phone is not a telephone number. Nothing was changed.', {
    field: 'phone',
  });
}

function emailOf(given: string): string {
  const email = normaliseEmail(given);
  if (email !== undefined) return email;
  throw new CaretakerError('invalid_input', 'email is not an e-mail address. Nothing was changed.', {
    field: 'email',
  });
}
