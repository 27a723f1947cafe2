import * as z from 'zod/v4';
import { assessRequest } from '../src/maintenance/assess.ts';
import { WorkOrderView } from '../src/maintenance/work_order_view.ts';
import { normalisePhone } from '../src/model/contact.ts';
import { shortened } from '../src/model/shortened.ts';
import { moreSevere, Severity } from '../src/model/values.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { candidateLine } from '../src/tool/candidate_line.ts';
import { CandidateView, candidatesFor } from '../src/tool/who_can_go.ts';
import { lookAlikeView, similarWork } from '../src/tool/similar_work.ts';
import { showWorkOrder } from '../src/tool/show_work_order.ts';
import { SPENT_STATES } from '../src/writeback/states.ts';

export default defineTool({
  name: 'create_work_order',
  title: 'Create work order',
  description:
    'Create a work order for a unit or common area; trade and severity come from the screening, severity is only ever raised.',
  scope: 'maintenance:write',
  risk: 'write',
  input: z.strictObject({
    request_id: requestId(),
    property_id: recordId(),
    unit_id: recordId().describe('Omit for a common area').optional(),
    location: words(200).describe('Room or area').optional(),
    description: words(60_000),
    severity: Severity.optional(),
    outdoor_temperature_f: z.int().min(-80).max(140).optional(),
    resident_id: recordId().optional(),
    reporter_name: words(200).describe('If not a known resident').optional(),
    callback_phone: z.string().max(40).optional(),
    entry: z.enum(['yes', 'no', 'call_first', 'unknown']),
    entry_notes: words(2_000).describe('Pets, alarm, times').optional(),
    file_ids: z.array(z.string().max(200)).max(50).optional(),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    work_order: WorkOrderView.optional(),
    screening: z.object({
      severity: z.string(),
      trade: z.string(),
      rule: z.string(),
      evidence: z.string(),
      confidence: z.string(),
      raised: z.boolean(),
      questions: z.array(z.string()),
      instructions: z.array(z.string()),
    }),
    bill_to_lease_id: z.string().optional(),
    look_alikes: z.array(
      z.object({ work_order_id: z.string(), number: z.string(), title: z.string(), status: z.string() }),
    ),
    can_take_it: z.array(CandidateView),
    entry_rule: z.string().optional(),
  }),
  untrusted: [
    'work_order.title',
    'work_order.latest_note',
    'work_order.entry_notes',
    'screening.evidence',
    'look_alikes.title',
  ],

  async propose(call, input) {
    const property = await call.records.get('property', input.property_id);
    const unit = input.unit_id === undefined ? undefined : await call.records.get('unit', input.unit_id);
    const resident =
      input.resident_id === undefined ? undefined : await call.records.get('resident', input.resident_id);
    const lease = await billTo(call, property, unit, resident);
    const { state, city } = property.record.address;
    const screening = assessRequest({
      description: input.description,
      state,
      city,
      outdoor_temperature_f: input.outdoor_temperature_f,
      today: call.today(property),
      settings: call.config.maintenance,
    });
    const severity = input.severity === undefined ? screening.severity : moreSevere(screening.severity, input.severity);
    const request = {
      property_id: property.record.id,
      unit_id: unit?.record.id,
      location: input.location,
      description: input.description,
      trade: screening.trade,
    };
    const alike = await similarWork(call, property, unit, request);
    const callback = input.callback_phone === undefined ? undefined : callbackNumber(input.callback_phone);
    return {
      at: at(property),
      property,
      command: {
        kind: 'create_work_order',
        property_id: property.record.id,
        unit_id: unit?.record.id,
        location: input.location,
        resident_id: resident?.record.id,
        bill_to_lease_id: lease?.record.id,
        reporter_name: input.reporter_name,
        callback_phone: callback,
        title: titleOf(input.description),
        description: input.description,
        trade: screening.trade,
        severity,
        entry: input.entry,
        entry_notes: input.entry_notes,
        file_ids: input.file_ids ?? [],
      },
      priority: severity === 'life_safety' ? 0 : severity === 'emergency' ? 1 : 2,
      effect: [
        'create_work_order',
        request.property_id,
        request.unit_id,
        request.location,
        titleOf(input.description).toLowerCase(),
        screening.trade,
      ],
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      answer: {
        screening: {
          severity: screening.severity,
          trade: screening.trade,
          rule: screening.rule,
          evidence: screening.evidence,
          confidence: screening.confidence,
          raised: input.severity !== undefined && severity !== input.severity,
          questions: screening.questions,
          instructions: screening.instructions.flatMap(({ lines }) => lines),
        },
        ...(lease !== undefined && { bill_to_lease_id: lease.ref }),
        look_alikes: alike.map((one) => lookAlikeView(call, property, one)),
        // Nobody is sent into a danger to life before it is cleared: names here would invite just that.
        can_take_it:
          severity === 'life_safety'
            ? []
            : await candidatesFor(call, property, unit, { severity, trade: screening.trade }, 3),
        ...(property.record.entry_rule !== undefined && { entry_rule: property.record.entry_rule }),
      },
    };
  },

  async judgeAgain(call, write) {
    if (write.command.kind !== 'create_work_order') return;
    await call.records.get(
      'property',
      call.records.ref(write.row.connection, write.row.scope, write.command.property_id),
    );
  },

  async present(call, write) {
    const { state } = write.row;
    return state === 'shadowed' || SPENT_STATES.includes(state) ? {} : { work_order: await showWorkOrder(call, write) };
  },

  text({ work_order: made, screening, can_take_it, look_alikes }) {
    const lines =
      made === undefined
        ? []
        : [
            `Work order ${made.number} (${made.work_order_id}, version ${made.version}): ${made.severity} ${made.trade}, ${made.status}.`,
          ];
    if (screening.instructions.length > 0) lines.push(`Read out first: ${screening.instructions.join(' ')}`);
    if (screening.questions.length > 0) lines.push(`Ask: ${screening.questions.join(' ')}`);
    for (const { number, work_order_id, title, status } of look_alikes)
      lines.push(`May be the same as work order ${number} (${work_order_id}), ${status}: ${title}`);
    if (made?.status === 'new' && can_take_it.length > 0)
      lines.push(
        `Can take it: ${can_take_it.map(candidateLine).join('; ')}. Next: ${look_alikes.length > 0 ? OR_THE_SAME : ''}dispatch_vendor.`,
      );
    else if (made?.next_step !== undefined) lines.push(`Next: ${made.next_step}.`);
    return lines.join('\n');
  },
});

/** Two plumbers for one leak cost more than one look. */
const OR_THE_SAME = 'if it is the same job, update_work_order this one to cancelled; else ';

/** The first sentence or line, as the short title that every PMS asks for. */
function titleOf(description: string): string {
  const first = description.split(/(?<=[.!?])\s|\n/u, 1)[0]?.trim() ?? description;
  return shortened(first, 100);
}

/** Where a unit has two active leases, only the reporter's own is billed; an emergency never waits for the answer. */
async function billTo(
  call: Call,
  property: Found<'property'>,
  unit: Found<'unit'> | undefined,
  resident: Found<'resident'> | undefined,
): Promise<Found<'lease'> | undefined> {
  if (unit === undefined) return undefined;
  const leases = await call.records.all('lease', {
    connection: property.connection,
    unit_id: unit.record.id,
    status: ['current', 'notice', 'eviction'],
  });
  if (resident === undefined) return leases.length === 1 ? leases[0] : undefined;
  return leases.find(({ record }) => record.parties.some((party) => party.resident_id === resident.record.id));
}

function callbackNumber(given: string): string {
  const phone = normalisePhone(given);
  if (phone !== undefined) return phone.number;
  throw new CaretakerError('invalid_input', 'callback_phone is not a telephone number. Nothing was changed.', {
    field: 'callback_phone',
  });
}
