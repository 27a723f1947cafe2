import * as z from 'zod/v4';
import { assessRequest } from '../src/maintenance/assess.ts';
import { Severity, type Trade } from '../src/model/values.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { recordId, words } from '../src/tool/params.ts';
import { lookAlikeView, similarWork } from '../src/tool/similar_work.ts';

export default defineTool({
  name: 'assess_maintenance_request',
  title: 'Assess maintenance request',
  description:
    'Triage a reported problem before anything else: severity and why, trade, safety instructions to read out, questions to ask, safe self-help, likely duplicates.',
  scope: 'maintenance:read',
  risk: 'read',
  needs_no_pms: true,
  input: z.strictObject({
    description: words(60_000).describe("All of the reporter's words so far, with answers"),
    property_id: recordId().optional(),
    unit_id: recordId().optional(),
    outdoor_temperature_f: z.int().min(-80).max(140).optional(),
    reported_severity: Severity.describe('As set by a person').optional(),
  }),
  output: z.object({
    severity: z.string(),
    severity_source: z.string(),
    trade: z.string(),
    confidence: z.string(),
    rule: z.string(),
    evidence: z.string(),
    hazards: z.array(z.object({ kind: z.string(), rule: z.string(), evidence: z.string() })),
    instructions: z.array(z.object({ hazard: z.string(), jurisdiction: z.string(), lines: z.array(z.string()) })),
    questions: z.array(z.string()),
    self_help: z.array(z.object({ id: z.string(), title: z.string(), steps: z.array(z.string()) })),
    severity_note: z.string().optional(),
    shut_offs: z.string().optional(),
    look_alikes: z.array(
      z.object({ work_order_id: z.string(), number: z.string(), title: z.string(), status: z.string() }),
    ),
    next: z.string(),
  }),
  untrusted: ['evidence', 'hazards.evidence', 'look_alikes.title'],

  async run(call, input) {
    const place = await placeOf(call, input);
    const { property, unit } = place;
    const assessment = assessRequest({
      description: input.description,
      state: property?.record.address.state,
      city: property?.record.address.city,
      outdoor_temperature_f: input.outdoor_temperature_f,
      reported_severity: input.reported_severity,
      today: property === undefined ? undefined : call.today(property),
      settings: call.config.maintenance,
    });
    const { severity, severity_source, trade, confidence, rule, evidence, severity_note } = assessment;
    const shutOffs = unit?.record.shut_offs ?? property?.record.shut_offs;
    return {
      severity,
      severity_source,
      trade,
      confidence,
      rule,
      evidence,
      hazards: assessment.hazards,
      instructions: assessment.instructions,
      questions: assessment.questions,
      self_help: assessment.self_help.map(({ id, title, steps }) => ({ id, title, steps: [...steps] })),
      ...(severity_note !== undefined && { severity_note }),
      ...(shutOffs !== undefined && { shut_offs: shutOffs }),
      look_alikes: await likely(call, place, { description: input.description, trade }),
      next: severity === 'urgent' ? (NEXT_OF_RULE[rule] ?? NEXT.urgent) : NEXT[severity],
    };
  },

  text({
    severity,
    trade,
    confidence,
    rule,
    instructions,
    questions,
    self_help,
    shut_offs,
    severity_note,
    look_alikes,
    next,
  }) {
    return [
      `${severity} ${trade} (${rule}, ${confidence}).`,
      ...instructions.map(({ lines }) => `Read out now: ${lines.join(' ')}`),
      ...(severity_note === undefined ? [] : [severity_note]),
      ...(questions.length > 0 ? [`Ask: ${questions.join(' ')}`] : []),
      ...self_help.map(({ title, steps }) => `Can be tried meanwhile: ${title}. ${steps.join(' ')}`),
      ...(shut_offs === undefined ? [] : [`Shut-offs: ${shut_offs}`]),
      ...look_alikes.map(
        ({ number, work_order_id, title, status }) =>
          `May be reported already: work order ${number} (${work_order_id}), ${status}: ${title}`,
      ),
      next,
    ].join('\n');
  },
});

const NEXT: Record<Severity, string> = {
  life_safety:
    'After the instructions: create_work_order, then escalate_to_staff with reason life_safety and urgency now.',
  emergency: 'create_work_order, then find_vendors and dispatch_vendor now.',
  urgent: 'create_work_order, then find_vendors; the visit belongs within 24 to 72 hours.',
  routine: 'Self-help first where it is offered; otherwise create_work_order.',
};

/** Urgent matters that do not wait for days. */
const NEXT_OF_RULE: Partial<Record<string, string>> = {
  lockout: 'create_work_order, then find_vendors now: somebody who is locked out does not wait for days.',
  'detector.co_chirp':
    'Ask first: four loud beeps in a row or anybody unwell is life safety, so call this again with the answers. Otherwise create_work_order for today.',
};

interface Place {
  property: Found<'property'> | undefined;
  unit: Found<'unit'> | undefined;
}

/** Triage never waits for the PMS and never fails over an id: what cannot be looked up is left out. */
async function placeOf(
  call: Call,
  input: { property_id?: string | undefined; unit_id?: string | undefined },
): Promise<Place> {
  try {
    const unit = input.unit_id === undefined ? undefined : await call.records.get('unit', input.unit_id);
    const property =
      input.property_id === undefined
        ? unit && (await call.records.linked(unit, 'property', unit.record.property_id))
        : await call.records.get('property', input.property_id);
    return { property, unit };
  } catch {
    return { property: undefined, unit: undefined };
  }
}

async function likely(call: Call, { property, unit }: Place, request: { description: string; trade: Trade }) {
  if (property === undefined) return [];
  const alike = await similarWork(call, property, unit, request);
  return alike.map((one) => lookAlikeView(call, property, one));
}
