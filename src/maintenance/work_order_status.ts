import type { WorkOrder } from '../model/records.ts';
import type { WorkOrderStatus } from '../model/values.ts';

/** Which status may follow which. Closed and cancelled are final: what comes back is a new work order naming the old. */
export const STATUS_CHANGES: Readonly<Record<WorkOrderStatus, readonly WorkOrderStatus[]>> = {
  new: [
    'estimate_requested',
    'estimated',
    'assigned',
    'scheduled',
    'in_progress',
    'on_hold',
    'work_done',
    'closed',
    'cancelled',
  ],
  estimate_requested: ['estimated', 'assigned', 'scheduled', 'on_hold', 'cancelled'],
  estimated: ['estimate_requested', 'assigned', 'scheduled', 'on_hold', 'cancelled'],
  assigned: ['new', 'estimate_requested', 'estimated', 'scheduled', 'in_progress', 'on_hold', 'work_done', 'cancelled'],
  scheduled: ['new', 'assigned', 'estimate_requested', 'estimated', 'in_progress', 'on_hold', 'work_done', 'cancelled'],
  in_progress: ['estimate_requested', 'estimated', 'scheduled', 'on_hold', 'work_done', 'cancelled'],
  on_hold: [
    'new',
    'estimate_requested',
    'estimated',
    'assigned',
    'scheduled',
    'in_progress',
    'work_done',
    'closed',
    'cancelled',
  ],
  work_done: ['in_progress', 'ready_to_bill', 'closed'],
  ready_to_bill: ['work_done', 'closed'],
  closed: [],
  cancelled: [],
};

/** Statuses that put somebody into the place. */
const PUTS_SOMEBODY_IN: readonly WorkOrderStatus[] = ['assigned', 'scheduled', 'in_progress', 'work_done'];

export type TransitionResult = { allowed: true } | { allowed: false; message: string };

/** Whether a work order may go from one status to another. Staying as it is changes nothing and is allowed. */
export function workOrderTransition(from: WorkOrderStatus, to: WorkOrderStatus): TransitionResult {
  if (from === to || STATUS_CHANGES[from].includes(to)) return { allowed: true };
  const next = STATUS_CHANGES[from];
  const message =
    next.length === 0
      ? `The work order is ${from} and stays so; create a new one that names it.`
      : `A work order that is ${from} cannot become ${to}; it can become ${next.join(', ')}.`;
  return { allowed: false, message };
}

/**
 * Whether a status has to wait because nobody may go in yet: life-safety work whose hazard nobody with authority has
 * cleared.
 */
export function waitsForClearance(
  work_order: Pick<WorkOrder, 'severity' | 'hazard_cleared_by'>,
  to: WorkOrderStatus = 'assigned',
): boolean {
  return (
    work_order.severity === 'life_safety' && !work_order.hazard_cleared_by?.trim() && PUTS_SOMEBODY_IN.includes(to)
  );
}
