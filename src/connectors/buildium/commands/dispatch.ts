import type { CommandOf } from '../../../model/commands.ts';
import type { Located, StepContext, StepRequest } from '../../connector.ts';
import { path } from '../../kit/rest.ts';
import type { Operation, Plan, PlannedStep } from '../../kit/vendor.ts';
import { workOrderOf } from '../records/work_orders.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { idIn } from './answers.ts';
import { assignTechnician } from './tasks.ts';

type Assign = CommandOf<'assign_work_order'>;

/** A vendor is sent by the work order that hangs on the task, one of the manager's own people by the task itself. */
export function assignWorkOrder(vendor: Vendor): Plan<'assign_work_order'> {
  return (command) =>
    command.technician_id !== undefined
      ? [assignTechnician(vendor, command.work_order_id, command.technician_id)]
      : [workOrderStep(vendor, command)];
}

function workOrderStep(vendor: Vendor, command: Assign): PlannedStep {
  const { work_order_id: id } = command;
  return {
    name: 'assign_vendor',
    retry: 'set_value',
    operation: 'put_work_order',
    async prepare() {
      const known = await workOrderOf(vendor, id);
      return { task: id, id: known === undefined ? null : String(known.Id), body: bodyOf(command, known) };
    },
    locate: (request, context, signal) => locateAssignment(vendor, id, request, context, signal),
  };
}

/** Everything that the work order had, with another vendor and what that one is told; a new one where it had none. */
function bodyOf(command: Assign, known: wire.WorkOrder | undefined): Record<string, unknown> {
  const { work_order_id, instructions } = command;
  const notes = instructions ?? known?.VendorNotes;
  return {
    ...(known === undefined ? { TaskId: idOf(work_order_id, 'work order') } : keptOf(known)),
    VendorId: idOf(command.vendor_id as string, 'vendor'),
    EntryAllowed: known?.EntryAllowed ?? 'Unknown',
    ...(notes != null && { VendorNotes: notes }),
  };
}

/** What a PUT would empty if it did not say it again. It takes ids where the answer has objects. */
function keptOf(known: wire.WorkOrder): Record<string, unknown> {
  const { Title, WorkDetails, InvoiceNumber, ChargeableTo, EntryNotes, EntryContacts, LineItems } = known;
  const kept = {
    ...{ Title, WorkDetails, InvoiceNumber, ChargeableTo, EntryNotes },
    EntryContactIds: EntryContacts?.flatMap(({ Id }) => (Id === undefined ? [] : [Id])),
    LineItems: LineItems?.map(({ GlAccountId, Quantity, UnitPrice, Memo }) => ({
      ...{ Quantity, UnitPrice },
      ...(GlAccountId != null && { GlAccountId }),
      ...(Memo != null && { Memo }),
    })),
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined && value !== null));
}

export function dispatchOperations({ client }: Vendor): Record<string, Operation> {
  return {
    async put_work_order({ task, id, body }, signal) {
      const { body: made } =
        id === null
          ? await client.send('POST', 'v1/workorders', body, { signal })
          : await client.send('PUT', path`v1/workorders/${String(id)}`, body, { signal });
      idIn(made);
      return { record: { kind: 'work_order', scope: '', id: String(task) } };
    },
  };
}

async function locateAssignment(
  vendor: Vendor,
  id: string,
  request: StepRequest,
  { before }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const now = await workOrderOf(vendor, id, signal);
  const asked = request['body'] as { VendorId: number; VendorNotes?: string };
  if (now?.VendorId === asked.VendorId && (now.VendorNotes ?? '') === (asked.VendorNotes ?? ''))
    return { outcome: 'found', result: { record: { kind: 'work_order', scope: '', id } } };
  const was = (before as { vendor_id?: string } | undefined)?.vendor_id;
  if (String(now?.VendorId ?? '') !== (was ?? '') && now?.VendorId !== asked.VendorId)
    return { outcome: 'differs', detail: 'another vendor was given the work order meanwhile' };
  return { outcome: 'absent', covers_all: true };
}
