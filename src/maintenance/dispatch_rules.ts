import type { Staff, Vendor, WorkOrder } from '../model/records.ts';
import { CLOSED_WORK_ORDER_STATUSES, type Cents, type Instant, type LocalDate, type Trade } from '../model/values.ts';
import { vendorGate, type GateReason } from './vendor_gate.ts';
import { waitsForClearance, workOrderTransition } from './work_order_status.ts';

export type DispatchInput = {
  work_order: Pick<WorkOrder, 'id' | 'property_id' | 'status' | 'severity' | 'hazard_cleared_by'>;
  to: { kind: 'vendor'; vendor: Vendor } | { kind: 'technician'; technician: Staff };
  visit: { start: Instant; end?: Instant | undefined };
  /** The property's days of the visit; `last_day` where it goes past midnight. */
  visit_date: LocalDate;
  last_day?: LocalDate | undefined;
  now: Instant;
  today: LocalDate;
  trade: Trade;
  state: string;
  /** What the agent asks for; without it the limit itself is used. */
  not_to_exceed?: Cents | undefined;
  /** The property's own limit; without it the default one counts. */
  property_limit?: Cents | undefined;
  default_limit: Cents;
  /** How far an emergency may go without waiting; without it an emergency waits like any other. */
  emergency_limit?: Cents | undefined;
  /** Who said how severe it is. An agent's own word opens no higher limit. */
  severity_source: 'rules' | 'person' | 'agent';
};

export type DispatchRefusal =
  | 'work_order_closed'
  | 'wrong_status'
  | 'hazard_not_cleared'
  | 'visit_in_past'
  | 'visit_ends_before_start'
  | 'visit_too_long'
  | 'invalid_limit'
  | 'vendor_blocked'
  | 'technician_blocked';

export type DispatchCheck =
  | { outcome: 'refused'; code: DispatchRefusal; message: string; reasons?: GateReason[] }
  | { outcome: 'approval'; reason: string; amount: Cents; limit: Cents }
  | {
      outcome: 'ok';
      not_to_exceed: Cents;
      /** Work that went ahead above the limit; a person looks at it afterwards. */
      after_the_fact_review?: { reason: string; amount: Cents; limit: Cents };
      warnings: string[];
    };

const LONGEST_VISIT_MS = 12 * 3_600_000;

type Refused = Extract<DispatchCheck, { outcome: 'refused' }>;

/**
 * Whether a work order may be given to somebody for a visit. Run at assignment, at each change of the visit, and again
 * right before sending. The gate comes before the money: an approval never opens the way to an uninsured vendor.
 */
export function checkDispatch(input: DispatchInput): DispatchCheck {
  return statusRefusal(input) ?? visitRefusal(input) ?? assigneeRefusal(input) ?? checkLimit(input);
}

function refused(code: DispatchRefusal, message: string, reasons?: GateReason[]): Refused {
  return { outcome: 'refused', code, message, ...(reasons && { reasons }) };
}

function statusRefusal({ work_order }: DispatchInput): Refused | undefined {
  if (CLOSED_WORK_ORDER_STATUSES.includes(work_order.status)) {
    return refused('work_order_closed', `Work order ${work_order.id} is ${work_order.status}; create a new one.`);
  }
  const change = workOrderTransition(work_order.status, 'scheduled');
  if (!change.allowed) return refused('wrong_status', change.message);
  if (waitsForClearance(work_order)) {
    return refused(
      'hazard_not_cleared',
      'Life safety: nobody is sent in until the fire service or the utility has cleared the place and hazard_cleared_by says who and when.',
    );
  }
  return undefined;
}

function visitRefusal({ visit, now }: DispatchInput): Refused | undefined {
  const start = Date.parse(visit.start);
  // To the minute, because callers give minutes and "now" must be sayable.
  if (start < Math.floor(Date.parse(now) / 60_000) * 60_000) {
    return refused('visit_in_past', 'The visit would start in the past.');
  }
  if (visit.end === undefined) return undefined;
  const length = Date.parse(visit.end) - start;
  if (length <= 0) return refused('visit_ends_before_start', 'The visit has to end after it starts.');
  if (length > LONGEST_VISIT_MS) return refused('visit_too_long', 'A visit window spans 12 hours at most.');
  return undefined;
}

function assigneeRefusal(input: DispatchInput): Refused | undefined {
  if (input.to.kind === 'technician') return technicianRefusal(input.to.technician, input.work_order.property_id);
  const { vendor } = input.to;
  const last = input.last_day !== undefined && input.last_day > input.visit_date ? input.last_day : input.visit_date;
  const gate = vendorGate(vendor, { visit_date: last, trade: input.trade, state: input.state, today: input.today });
  if (gate.allowed) return undefined;
  const why = gate.reasons.map((r) => r.message).join(' ');
  return refused('vendor_blocked', `${vendor.name} cannot be sent: ${why}`, gate.reasons);
}

function technicianRefusal(technician: Staff, property_id: string): Refused | undefined {
  if (!technician.roles.includes('technician')) {
    return refused('technician_blocked', `${technician.name} is not a technician.`);
  }
  if (!technician.is_active) return refused('technician_blocked', `${technician.name} is inactive.`);
  if (technician.property_ids.length > 0 && !technician.property_ids.includes(property_id)) {
    return refused('technician_blocked', `${technician.name} does not work at this property.`);
  }
  return undefined;
}

function checkLimit(input: DispatchInput): DispatchCheck {
  const limit = input.property_limit ?? input.default_limit;
  const amount = input.not_to_exceed ?? limit;
  if (!Number.isSafeInteger(amount) || amount < 0 || (input.not_to_exceed !== undefined && amount === 0)) {
    return refused('invalid_limit', 'not_to_exceed has to be an amount above zero.');
  }
  const warnings =
    input.to.kind === 'vendor' && !input.to.vendor.compliance.w9_on_file
      ? ['No W-9 on file: needed before payment.']
      : [];
  if (amount <= limit) return { outcome: 'ok', not_to_exceed: amount, warnings };
  const { severity } = input.work_order;
  const pressing = severity === 'emergency' || severity === 'life_safety';
  const over = `not_to_exceed ${money(amount)} is above the limit of ${money(limit)}`;
  if (pressing && input.severity_source !== 'agent' && amount <= (input.emergency_limit ?? -1)) {
    const reason = `${over}; an emergency may go ahead to stop the damage, up to the emergency limit.`;
    return { outcome: 'ok', not_to_exceed: amount, after_the_fact_review: { reason, amount, limit }, warnings };
  }
  return { outcome: 'approval', reason: `${over}.`, amount, limit };
}

function money(cents: Cents): string {
  return `$${(cents / 100).toFixed(2)}`;
}
