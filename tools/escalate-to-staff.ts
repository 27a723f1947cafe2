import * as z from 'zod/v4';
import { type EscalationRow, openEscalation, type Paged, pagesOf, type Urgency } from '../src/approvals/escalations.ts';
import { normalisePhone } from '../src/model/contact.ts';
import { defineTool, type Found } from '../src/tool.ts';
import { localText } from '../src/tool/local_text.ts';
import { recordId, requestId, words } from '../src/tool/params.ts';
import { rotaFor, whatIsMeant } from '../src/tool/reach_staff.ts';
import { newId } from '../src/writeback/ids.ts';

const Person = z.object({ name: z.string(), phone: z.string().optional() });

export default defineTool({
  name: 'escalate_to_staff',
  title: 'Escalate to staff',
  description:
    'Hand a case to a person and page the on-call rota until someone acknowledges; use it whenever you are unsure, blocked or a person is asked for.',
  scope: 'messages:write',
  risk: 'write',
  needs_no_pms: true,
  input: z.strictObject({
    request_id: requestId(),
    reason: z.enum([
      'life_safety',
      'no_vendor',
      'identity_unclear',
      'accommodation',
      'legal',
      'dispute',
      'unsupported',
      'other',
    ]),
    urgency: z.enum(['now', 'today', 'next_business_day']),
    summary: words(20_000),
    callback_phone: z.string().max(60).optional(),
    property_id: recordId().optional(),
    record_id: recordId().describe('Unit, work order, guest card, lease, bill or write').optional(),
  }),
  output: z.object({
    escalation_id: z.string(),
    /** `open` until a person has taken the case. */
    state: z.string(),
    replayed: z.boolean().optional(),
    urgency: z.string(),
    urgency_raised: z.boolean().optional(),
    acknowledged_by: z.string().optional(),
    /** `by_notify`, or `no` where nothing that reaches people is set up. */
    staff_told: z.string(),
    paged: Person.optional(),
    next_page: Person.extend({ at: z.string() }).optional(),
    /** What the ids were found to be; without them the case stands as it was told. */
    about: z
      .object({ kind: z.string().optional(), record_id: z.string(), property_id: z.string().optional() })
      .optional(),
    not_found: z.array(z.string()).optional(),
    next: z.string(),
  }),

  async act(call, input, inputDigest) {
    const { property, record, not_found } = await whatIsMeant(call, input);
    // Nobody has to weigh words while gas is leaking.
    const urgency: Urgency = input.reason === 'life_safety' ? 'now' : input.urgency;
    const { row, body, replayed } = await openEscalation({ ...call, clock: () => call.now, newId }, call.grant, {
      request_id: input.request_id,
      input_digest: inputDigest,
      reason: input.reason,
      urgency,
      connection: property?.connection ?? record?.connection,
      property_id: property?.record.id,
      record_id: input.record_id,
      body: {
        summary: input.summary,
        callback_phone: input.callback_phone && (normalisePhone(input.callback_phone)?.number ?? input.callback_phone),
        property_said: property === undefined ? input.property_id : undefined,
        record_kind: record?.kind,
        rota: await rotaFor(call, property),
      },
    });
    const { last, next } = pagesOf(row, body);
    const told = call.config.policy.notify === undefined ? 'no' : 'by_notify';
    return {
      escalation_id: row.escalation_id,
      state: row.state,
      ...(replayed && { replayed }),
      urgency: row.urgency,
      ...(urgency !== input.urgency && { urgency_raised: true }),
      ...(row.acknowledged_by !== null && { acknowledged_by: row.acknowledged_by }),
      staff_told: told,
      ...(last !== undefined && { paged: personOf(last) }),
      ...(next !== undefined &&
        row.next_page_at !== null && {
          next_page: { ...personOf(next), at: localText(call, property)(new Date(row.next_page_at).toISOString()) },
        }),
      ...aboutOf(input.record_id, record, property),
      ...(not_found.length > 0 && { not_found }),
      next: nextOf(row, told, last),
    };
  },

  text({ escalation_id, state, staff_told, paged, next_page, next }) {
    const first = staff_told === 'no' ? 'first on the rota' : 'paged';
    return [
      `Case ${escalation_id} is ${state}.`,
      ...(paged === undefined
        ? []
        : [`${paged.name} is ${first}${next_page === undefined ? '' : `, ${next_page.name} is next`}.`]),
      next,
    ].join(' ');
  },
});

function personOf({ name, phone }: Paged): z.infer<typeof Person> {
  return { name, ...(phone !== undefined && { phone }) };
}

function aboutOf(said: string | undefined, record: Found | undefined, property: Found<'property'> | undefined) {
  if (said === undefined) return {};
  return { about: { record_id: said, kind: record?.kind, property_id: property?.ref } };
}

function nextOf(row: EscalationRow, told: string, first: Paged | undefined): string {
  if (row.state !== 'open') return 'A person has taken the case; list_changes shows what follows.';
  const phone = first?.phone === undefined ? '' : ` Call ${first.name} at ${first.phone}.`;
  if (told === 'no')
    return `Nobody has been told: no way to reach people is set up (policy.notify), so the case waits until somebody looks.${phone}`;
  if (first === undefined)
    return 'Nobody is on the rota for it; it was sent to those in charge. list_changes shows who takes it.';
  return 'list_changes shows who takes it; do not promise a time before somebody has.';
}
