import * as z from 'zod/v4';
import { readsLikeOptOut } from '../src/leasing/contact_rules.ts';
import { stripProtected } from '../src/leasing/fair_housing.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { Channel, type Consent } from '../src/model/values.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { recordId, requestId, words } from '../src/tool/params.ts';

/** Who or what it was about; the argument of each. */
const SUBJECTS = ['resident', 'guest_card', 'work_order', 'vendor'] as const;
type Subject = (typeof SUBJECTS)[number];
type Subjects = { [K in Subject]?: Found<K> };

export default defineTool({
  name: 'record_communication',
  title: 'Record communication',
  description: 'Log a call or message that took place, and any consent or opt-out given in it; sends nothing.',
  scope: 'messages:write',
  risk: 'write',
  input: z.strictObject({
    request_id: requestId(),
    channel: Channel,
    direction: z.enum(['inbound', 'outbound']),
    resident_id: recordId().optional(),
    guest_card_id: recordId().optional(),
    vendor_id: recordId().optional(),
    work_order_id: recordId().optional(),
    summary: words(20_000),
    consent: z.enum(['granted', 'revoked']).describe('For this channel').optional(),
  }),
  output: z.object({
    /** What is kept about the channel from now on. */
    consent: z.object({ channel: z.string(), state: z.string() }).optional(),
    /** Kinds of information that fair-housing law protects and that were left out of the log. */
    left_out: z.array(z.string()),
    suggestion: z.string().optional(),
  }),

  async propose(call, input) {
    const subjects = await subjectsOf(call, input);
    const [anchor, property] = [anyOf(subjects), await propertyOf(call, subjects)];
    const consent = input.consent && consentOf(call, subjects, input);
    const { text, removed } =
      subjects.guest_card === undefined ? { text: input.summary, removed: [] } : stripProtected(input.summary);
    return {
      at: at(anchor),
      ...(property !== undefined && { property }),
      command: {
        kind: 'record_communication',
        property_id: property?.record.id,
        channel: input.channel,
        direction: input.direction,
        resident_id: subjects.resident?.record.id,
        guest_card_id: subjects.guest_card?.record.id,
        vendor_id: subjects.vendor?.record.id,
        work_order_id: subjects.work_order?.record.id,
        summary: text.trim() === '' ? 'Nothing that may be kept.' : text,
        at: new Date(call.now).toISOString(),
        consent,
      },
      answer: {
        ...(consent !== undefined && { consent: { channel: consent.channel, state: consent.state } }),
        left_out: removed,
        ...suggestionFor(input, subjects),
      },
    };
  },

  async judgeAgain(call, { row, command }) {
    if (command.kind !== 'record_communication') return;
    for (const kind of SUBJECTS) {
      const id = command[`${kind}_id`];
      if (id !== undefined) await call.records.get(kind, call.records.ref(row.connection, row.scope, id));
    }
  },

  text({ consent, left_out, suggestion, write }) {
    const { record_id } = (write ?? {}) as { record_id?: string };
    return [
      record_id === undefined ? 'Logged.' : `Logged as ${record_id}.`,
      ...(consent === undefined ? [] : [`${consent.channel}: ${consent.state}, from now on.`]),
      ...(left_out.length === 0 ? [] : [`Left out: ${left_out.join(', ')}.`]),
      ...(suggestion === undefined ? [] : [suggestion]),
    ].join(' ');
  },
});

async function subjectsOf(call: Call, input: { [K in Subject as `${K}_id`]?: string | undefined }): Promise<Subjects> {
  const found = await Promise.all(
    SUBJECTS.map(async (kind) => {
      const ref = input[`${kind}_id`];
      return ref === undefined ? undefined : [kind, await call.records.get(kind, ref, `${kind}_id`)];
    }),
  );
  return Object.fromEntries(found.filter((one) => one !== undefined)) as Subjects;
}

/** Where it is kept: beside the first record that it names. Throws where none is named, or where they do not belong together. */
function anyOf(subjects: Subjects): Found {
  const [first, ...others] = SUBJECTS.flatMap((kind) => subjects[kind] ?? []) as Found[];
  if (first === undefined)
    throw new CaretakerError('invalid_input', 'It has to be said whom or what this was about. Nothing was logged.', {
      field: 'resident_id',
      next: 'give resident_id, guest_card_id, vendor_id or work_order_id; search_portfolio finds them',
    });
  const stranger = others.find((one) => one.connection !== first.connection || one.scope !== first.scope);
  if (stranger !== undefined) throw apart(stranger.kind);
  return first;
}

async function propertyOf(call: Call, subjects: Subjects): Promise<Found<'property'> | undefined> {
  const placed = [subjects.resident, subjects.guest_card, subjects.work_order].filter((one) => one !== undefined);
  const [first, ...others] = placed;
  const stranger = others.find((one) => one.record.property_id !== first?.record.property_id);
  if (stranger !== undefined) throw apart(stranger.kind);
  return first && call.records.linked(first, 'property', first.record.property_id);
}

function apart(kind: string): CaretakerError {
  return new CaretakerError('invalid_input', 'These records belong to different properties. Nothing was logged.', {
    field: `${kind}_id`,
    next: 'log it once per property',
  });
}

/** A consent belongs to a person and to a channel that has opt-outs. */
function consentOf(
  call: Call,
  subjects: Subjects,
  input: { channel: z.infer<typeof Channel>; direction: string; consent?: Consent['state'] | undefined },
): Consent | undefined {
  const { channel, direction, consent: state } = input;
  if (state === undefined) return undefined;
  if (channel !== 'phone' && channel !== 'sms' && channel !== 'email')
    throw new CaretakerError('invalid_input', `There is no consent to keep for ${channel}. Nothing was logged.`, {
      field: 'consent',
      next: 'log it with the channel that the consent is about: phone, sms or email',
    });
  if (subjects.resident === undefined && subjects.guest_card === undefined)
    throw new CaretakerError('invalid_input', 'A consent is kept with a person. Nothing was logged.', {
      field: 'consent',
      next: 'give resident_id or guest_card_id',
    });
  return { channel, state, at: new Date(call.now).toISOString(), source: `${direction} ${channel}` };
}

function suggestionFor(
  input: { channel: string; direction: string; summary: string; consent?: string | undefined },
  { resident, guest_card }: Subjects,
): { suggestion?: string } {
  if (input.direction !== 'inbound' || input.consent !== undefined || !readsLikeOptOut(input.summary)) return {};
  const who = resident === undefined && guest_card === undefined ? ' with resident_id or guest_card_id' : '';
  return {
    suggestion: `This reads like an opt-out, and none was recorded: if it is one, call record_communication again with a new request_id and consent "revoked"${who}.`,
  };
}
