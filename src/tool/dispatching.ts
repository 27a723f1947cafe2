import type { DispatchCheck } from '../maintenance/dispatch_rules.ts';
import { checkDispatch } from '../maintenance/dispatch_rules.ts';
import { assessRequest } from '../maintenance/assess.ts';
import { CaretakerError } from '../model/errors.ts';
import { SEVERITIES } from '../model/values.ts';
import { localDate, toInstant, toLocal } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** The records that a dispatch rests on, and since when they are known. */
export interface DispatchFacts {
  workOrder: Found<'work_order'>;
  property: Found<'property'>;
  unit: Found<'unit'> | undefined;
  vendor: Found<'vendor'> | undefined;
  technician: Found<'staff'> | undefined;
  /** Set where the PMS could not be read and an emergency is judged on what was known then; epoch milliseconds. */
  checked_as_of?: number;
}

/**
 * Reads what a dispatch rests on from the PMS. Where the PMS cannot be read, emergencies and life-safety work are
 * judged on the mirror, if it is recent enough; everything else is `pms_unavailable`.
 */
export async function dispatchFacts(
  call: Call,
  refs: { work_order: string; vendor?: string | undefined; technician?: string | undefined },
): Promise<DispatchFacts> {
  try {
    return await readFacts(call, refs, true);
  } catch (error) {
    if (!(error instanceof CaretakerError) || (error.code !== 'pms_unavailable' && error.code !== 'rate_limited'))
      throw error;
    const known = await readFacts(call, refs, false);
    const { severity } = known.workOrder.record;
    const oldest = Math.min(known.workOrder.as_of, ...(known.vendor === undefined ? [] : [known.vendor.as_of]));
    const recent = call.now - oldest <= call.config.policy.compliance_max_age_hours * 3_600_000;
    if ((severity !== 'life_safety' && severity !== 'emergency') || !recent) throw error;
    return { ...known, checked_as_of: oldest };
  }
}

async function readFacts(
  call: Call,
  refs: { work_order: string; vendor?: string | undefined; technician?: string | undefined },
  fresh: boolean,
): Promise<DispatchFacts> {
  const { records } = call;
  const read = fresh ? records.fresh : records.get;
  const workOrder = await read('work_order', refs.work_order, 'work_order_id');
  const property = await records.get(
    'property',
    records.ref(workOrder.connection, workOrder.scope, workOrder.record.property_id),
  );
  const unit = await records.linked(workOrder, 'unit', workOrder.record.unit_id);
  const vendor = refs.vendor === undefined ? undefined : await read('vendor', refs.vendor, 'vendor_id');
  const technician = refs.technician === undefined ? undefined : await read('staff', refs.technician, 'technician_id');
  return { workOrder, property, unit, vendor, technician };
}

/** A visit in instants, from what a caller says in property-local time. Throws `invalid_input`. */
export function visitOf(
  call: Call,
  property: Found<'property'>,
  start: string,
  end: string | undefined,
): { start: string; end?: string; note?: string } {
  const zone = call.zoneOf(property);
  const from = instantOf(start, zone, 'visit_start');
  const until = end === undefined ? undefined : instantOf(end, zone, 'visit_end');
  const note = from.note ?? until?.note;
  return {
    start: from.instant,
    ...(until !== undefined && { end: until.instant }),
    ...(note !== undefined && { note }),
  };
}

function instantOf(local: string, zone: string, field: string): { instant: string; note?: string } {
  const answer = toInstant(local, zone);
  if ('instant' in answer) return answer;
  throw new CaretakerError('invalid_input', `${field}: ${answer.error.replace(/\.?$/, '.')} Nothing was changed.`, {
    field,
  });
}

/** The rules of dispatch on a set of facts. Run at assignment, at every change of the visit, and before sending. */
export async function judgeDispatch(
  call: Call,
  facts: DispatchFacts,
  visit: { start: string; end?: string | undefined },
  notToExceed: number | undefined,
): Promise<Exclude<DispatchCheck, { outcome: 'refused' }>> {
  const { workOrder, property, vendor, technician } = facts;
  const zone = call.zoneOf(property);
  const to =
    vendor === undefined
      ? { kind: 'technician' as const, technician: (technician as Found<'staff'>).record }
      : { kind: 'vendor' as const, vendor: vendor.record };
  const check = checkDispatch({
    work_order: workOrder.record,
    to,
    visit,
    visit_date: localDate(visit.start, zone),
    last_day: visit.end === undefined ? undefined : localDate(visit.end, zone),
    now: new Date(call.now).toISOString(),
    today: call.today(property),
    trade: workOrder.record.trade,
    state: property.record.address.state,
    not_to_exceed: notToExceed,
    property_limit: property.record.maintenance_limit,
    default_limit: call.config.policy.nte_default,
    emergency_limit: call.grant.emergency_limit,
    severity_source: await severitySource(call, workOrder),
  });
  if (check.outcome !== 'refused') return check;
  const blocked = check.code === 'vendor_blocked' || check.code === 'technician_blocked';
  throw new CaretakerError(blocked ? 'vendor_blocked' : 'invalid_input', `${check.message} Nobody was dispatched.`, {
    field: FIELD[check.code] ?? 'work_order_id',
    next:
      check.code === 'visit_in_past'
        ? `a visit_start after ${toLocal(new Date(call.now).toISOString(), zone)}, which is the time there now`
        : (NEXT[check.code] ?? 'find_vendors for who can go'),
    ...(check.reasons !== undefined && { details: { reasons: check.reasons.map(({ code }) => code) } }),
  });
}

const FIELD: Record<string, string> = {
  vendor_blocked: 'vendor_id',
  technician_blocked: 'technician_id',
  visit_in_past: 'visit_start',
  visit_ends_before_start: 'visit_end',
  visit_too_long: 'visit_end',
  invalid_limit: 'not_to_exceed',
};

const NEXT: Record<string, string> = {
  visit_ends_before_start: 'visit_start and visit_end in property-local time',
  visit_too_long: 'the window in which they arrive, as visit_start and visit_end',
  invalid_limit: 'leave not_to_exceed out for the limit of the property',
  hazard_not_cleared: 'update_work_order with hazard_cleared_by once the fire service or the utility has cleared it',
  work_order_closed: 'create_work_order for new work',
};

/**
 * Who said how severe it is: the rules where they say so themselves, an agent where one set or raised it through
 * Caretaker, else a person in the PMS.
 */
async function severitySource(call: Call, workOrder: Found<'work_order'>): Promise<'rules' | 'person' | 'agent'> {
  const { record } = workOrder;
  const screened = assessRequest({ description: `${record.title}\n${record.description}` }).severity;
  if (SEVERITIES.indexOf(screened) <= SEVERITIES.indexOf(record.severity)) return 'rules';
  const writes = await call.writeback.list({
    organisation: call.grant.organisation,
    record_id: record.id,
    principal_kind: 'agent',
    states: ['done'],
    limit: 50,
  });
  return writes.some(({ command_kind }) => command_kind === 'create_work_order' || command_kind === 'update_work_order')
    ? 'agent'
    : 'person';
}
