import type { CommandOf } from './commands.ts';
import { noteOf, type Author } from './note.ts';
import { changeOf, type Fields, type RecordChange } from './record_change.ts';
import type { WorkOrder } from './records.ts';

type Update = CommandOf<'update_work_order'>;

/**
 * What an update does to a work order, with what follows from it. `today` is the property's, for an estimate that comes
 * in; without it none is noted. Where it is not known how the work order was before, no status follows.
 */
export function workOrderUpdate(
  command: Update,
  before: WorkOrder | undefined,
  { today, ...author }: Author & { today?: string },
): RecordChange {
  const { kind: _kind, work_order_id: _id, property_id: _property, note, file_ids, estimate, ...fields } = command;
  const received_on = before?.estimate?.received_on ?? today;
  return changeOf(
    {
      status: statusThatFollows(command, before),
      ...assignmentThatFollows(command.vendor_id, before),
      ...definedOf(fields),
      estimate: estimate && { ...estimate, ...(received_on !== undefined && { received_on }) },
    },
    { file_ids, notes: note && [noteOf(note, author)] },
  );
}

function definedOf(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function assignmentThatFollows(vendorId: Update['vendor_id'], before: WorkOrder | undefined): Fields {
  if (vendorId === undefined || vendorId === before?.vendor_id) return {};
  // The visit was agreed with the vendor who leaves, so it goes with the assignment.
  if (vendorId === null) return { vendor_reply: null, reply_due_at: null, visit: null };
  return { vendor_reply: 'pending', technician_id: null, reply_due_at: null };
}

/** The status that a work order comes to by itself; undefined where it stays as it is. */
function statusThatFollows({ vendor_id, visit, estimate }: Update, before: WorkOrder | undefined) {
  let status = before?.status;
  if (vendor_id === null && (status === 'assigned' || status === 'scheduled')) status = 'new';
  if (typeof vendor_id === 'string' && vendor_id !== before?.vendor_id && status === 'new') status = 'assigned';
  if (visit === null && status === 'scheduled') status = 'assigned';
  if (visit != null && status === 'assigned') status = 'scheduled';
  if (estimate !== undefined && status === 'estimate_requested') status = 'estimated';
  return status === before?.status ? undefined : status;
}

export function workOrderNote({ note }: CommandOf<'add_work_order_note'>, author: Author): RecordChange {
  return changeOf({}, { notes: [noteOf(note, author)] });
}

/** Somebody new is sent: nothing of an earlier assignment stands. */
export function workOrderAssignment(command: CommandOf<'assign_work_order'>): RecordChange {
  return changeOf({
    status: 'scheduled',
    vendor_id: command.vendor_id ?? null,
    technician_id: command.technician_id ?? null,
    visit: command.visit,
    not_to_exceed: command.not_to_exceed ?? null,
    instructions: command.instructions ?? null,
    reply_due_at: command.reply_due_at ?? null,
    vendor_reply: 'pending',
  });
}
