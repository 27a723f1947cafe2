import type { CommandOf } from '../../../model/commands.ts';
import { toLocal } from '../../../model/zoned_time.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import { wordFor } from '../../kit/value_tables.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { propertyOf, type Context } from '../context.ts';
import { findServiceRequest } from '../service_requests.ts';
import { holdsNote, withNote } from '../technician_notes.ts';
import type { ServiceRequest } from '../wire.ts';
import { categoryOf } from './new_work_orders.ts';
import { fieldOf, serviceRequestCall } from './service_request_document.ts';

/** A change of a work order in Voyager's words. */
interface Change {
  work_order_id: string;
  property_id: string;
  /** Fields by their name on the wire; an empty text clears. */
  values: Readonly<Record<string, string>>;
  /** A paragraph for the notes for technicians. */
  note?: string | undefined;
}

function absentError(): VendorError {
  return new VendorError('not_found', 'Voyager has no such work order at this property. Nothing was changed.', {
    field: 'work_order_id',
  });
}

async function prepare(context: Context, change: Change, { marker, scope }: StepContext): Promise<StepRequest> {
  const property = propertyOf(change, scope);
  const current = await findServiceRequest(context, property, change.work_order_id);
  if (current === undefined) throw absentError();
  const before = Object.fromEntries(Object.keys(change.values).map((name) => [name, fieldOf(current, name)]));
  const values: ServiceRequest = {
    ...current,
    ...change.values,
    ...(change.note !== undefined && {
      TechnicianNotes: withNote(current.TechnicianNotes, change.note, marker, context.clock()),
    }),
    PropertyCode: property,
  };
  return { call: serviceRequestCall(property, values), scope: property, before };
}

async function locate(
  context: Context,
  change: Change,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const property = String(request['scope']);
  const current = await findServiceRequest(context, property, change.work_order_id, signal);
  if (current === undefined) return { outcome: 'differs', detail: 'Voyager does not have the work order any more.' };
  const result = { record: { kind: 'work_order' as const, scope: property, id: change.work_order_id } };
  const absent = { outcome: 'absent', covers_all: true } as const;
  // All of it goes in one request: the note is there or nothing is.
  if (change.note !== undefined)
    return holdsNote(current.TechnicianNotes, marker) ? { outcome: 'found', result } : absent;
  const before = request['before'] as Record<string, string>;
  const names = Object.keys(change.values);
  if (names.every((name) => fieldOf(current, name) === change.values[name])) return { outcome: 'found', result };
  const changed = names.filter((name) => fieldOf(current, name) !== before[name]);
  return changed.length === 0 ? absent : { outcome: 'differs', detail: `others have changed ${changed.join(', ')}` };
}

function stepFor(context: Context, change: Change): PlannedStep[] {
  // What is only kept beside the work order needs no request.
  if (Object.keys(change.values).length === 0 && change.note === undefined) return [];
  return [
    {
      name: 'edit service request',
      retry: change.note === undefined ? 'set_value' : 'marker',
      operation: 'service_request',
      prepare: (step) => prepare(context, change, step),
      locate: (request, step, signal) => locate(context, change, request, step, signal),
    },
  ];
}

function noteText(note: { text: string; is_public: boolean } | undefined): string | undefined {
  if (note?.is_public === true)
    throw new VendorError(
      'unsupported',
      "Voyager's interface keeps notes for the staff alone. Write the note as one that is not public, and tell the " +
        'resident by phone, text or e-mail. Nothing was changed.',
      { field: 'note' },
    );
  return note?.text;
}

export function updateWorkOrder(context: Context): Plan<'update_work_order'> {
  const { tables } = context;
  return (command) => {
    const { work_order_id, property_id, status, severity, trade, vendor_id } = command;
    const values = {
      ...(status !== undefined && { CurrentStatus: wordFor(tables, 'work_order_status', status) }),
      ...(severity !== undefined && { Priority: wordFor(tables, 'severity', severity) }),
      ...(trade !== undefined && categoryOf(context, trade)),
      ...(vendor_id !== undefined && { VendorCode: vendor_id ?? '' }),
    };
    return stepFor(context, { work_order_id, property_id, values, note: noteText(command.note) });
  };
}

export function addWorkOrderNote(context: Context): Plan<'add_work_order_note'> {
  return ({ work_order_id, property_id, note }) =>
    stepFor(context, { work_order_id, property_id, values: {}, note: noteText(note) });
}

/** What was arranged, in words for whoever opens the work order in Voyager. */
async function arrangement(context: Context, command: CommandOf<'assign_work_order'>): Promise<string> {
  const { technician_id, visit, not_to_exceed, instructions, property_id } = command;
  const zone = (await context.circumstances()).zoneOf(property_id);
  const clock = (instant: string) =>
    zone === undefined ? `${instant.slice(0, 16)}Z` : toLocal(instant, zone).replace('T', ' ');
  const until = visit.end === undefined ? '' : ` to ${clock(visit.end)}`;
  return [
    ...(technician_id === undefined ? [] : [`Technician ${technician_id}.`]),
    `Visit ${clock(visit.start)}${until}.`,
    ...(not_to_exceed === undefined ? [] : [`Not to exceed ${(not_to_exceed / 100).toFixed(2)}.`]),
    ...(instructions === undefined ? [] : [instructions]),
  ].join(' ');
}

export function assignWorkOrder(context: Context): Plan<'assign_work_order'> {
  return (command) => {
    const { work_order_id, property_id, vendor_id } = command;
    const values = {
      VendorCode: vendor_id ?? '',
      CurrentStatus: wordFor(context.tables, 'work_order_status', 'scheduled'),
    };
    // Its words need the property's clock, which is asked for when it is prepared; that there are some is known now.
    const [step] = stepFor(context, { work_order_id, property_id, values, note: '' }) as [PlannedStep];
    const prepareWithWords = async (given: StepContext) =>
      prepare(context, { work_order_id, property_id, values, note: await arrangement(context, command) }, given);
    return [{ ...step, prepare: prepareWithWords }];
  };
}
