import type { CommandOf } from '../../../model/commands.ts';
import { toLocal } from '../../../model/zoned_time.ts';
import { VendorError, type Located, type StepContext, type StepResult } from '../../connector.ts';
import { carries, cutTo, withMarker } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import type { XmlNode } from '../../kit/xml.ts';
import { textOf, type Plain } from '../answer.ts';
import { LENGTHS } from '../limits.ts';
import { isId } from '../paging.ts';
import { serviceRequests, workOrderOf } from '../records/work_orders.ts';
import type { Form } from '../service_request_form.ts';
import { wordOf, type Word } from '../service_request_words.ts';
import type { Values } from '../values.ts';
import type { Vendor } from '../vendor.ts';
import { locatedBy } from './set_values.ts';

/*
 * Service requests, by the element names of the customer's own contract: nothing of them is published.
 */

type Create = CommandOf<'create_work_order'>;
type Update = CommandOf<'update_work_order'>;

type Known = Partial<Record<Word, string>>;

export function createWorkOrder(vendor: Vendor, form: Form): Plan<'create_work_order'> {
  return (command) => [
    {
      name: 'add_service_request',
      retry: 'marker',
      makes_record: true,
      operation: 'add_service_request',
      prepare: ({ marker }) => ({ site: command.property_id, values: form.fill(known(vendor, command, marker)) }),
      locate: (_request, context, signal) => locateRequest(vendor, command, context, signal),
    },
  ];
}

function known(vendor: Vendor, command: Create, marker: string): Known {
  const { property_id: site, unit_id, resident_id, title, description, trade, severity, entry } = command;
  for (const [field, id] of Object.entries({ unit_id, resident_id }))
    if (id !== undefined && !isId(id))
      throw new VendorError('not_found', `RealPage has no such ${field.slice(0, -3)}. Nothing was changed.`, { field });
  if (unit_id === undefined)
    throw new VendorError('unsupported', 'RealPage takes service requests for units alone. Nothing was changed.', {
      field: 'unit_id',
    });
  const { location, reporter_name, callback_phone, entry_notes } = command;
  const zone = vendor.circumstances.zoneOf(site);
  const { pmcid, siteid } = vendor.client.numbersOf(site);
  const words = writeFields(vendor.work_order, { trade, severity, entry }, vendor.circumstances) as Known;
  const location_id = vendor.settings.defaults['service_location'];
  return {
    ...words,
    ...defined({ unit_id, resident_id, location, location_id, reporter_name, callback_phone, entry_notes, pmcid }),
    siteid,
    title: cutTo(title, LENGTHS.service_request_title),
    description: withMarker(description, marker, LENGTHS.service_request_details),
    ...(zone !== undefined && { created_at: `${toLocal(new Date(vendor.clock()).toISOString(), zone)}:00` }),
  };
}

function defined(values: Readonly<Partial<Record<Word, string | undefined>>>): Known {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

async function locateRequest(
  vendor: Vendor,
  { property_id: site }: Create,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  if (vendor.contract.offered('service_requests') === undefined) return { outcome: 'absent', covers_all: false };
  const found = (await serviceRequests(vendor, site, signal)).find(({ description }) => carries(description, marker));
  const id = textOf(found?.['id']);
  if (id !== undefined) return { outcome: 'found', result: { record: { kind: 'work_order', scope: site, id } } };
  // Which statuses the codes stand for is the contract's to say: without somebody's word, some may be hidden.
  return { outcome: 'absent', covers_all: vendor.settings.service_requests.complete };
}

export function updateWorkOrder(vendor: Vendor, form: Form): Plan<'update_work_order'> {
  return (command) => {
    const { status, severity, trade } = command;
    for (const [word, value] of Object.entries({ severity, trade }) as [Word, string | undefined][])
      if (value !== undefined && isHeld(vendor, word) && !form.words.has(word))
        throw new VendorError(
          'unsupported',
          `RealPage does not change the ${word} of a service request. Change it in OneSite.`,
          {
            field: word,
          },
        );
    return [
      {
        name: 'update_service_request',
        retry: 'set_value',
        operation: 'update_service_request',
        async prepare() {
          const { property_id: site, work_order_id: id } = command;
          const before = await requestById(vendor, site, id);
          const { pmcid, siteid } = vendor.client.numbersOf(site);
          const words = writeFields(vendor.work_order, { status, severity, trade }, vendor.circumstances) as Known;
          // The operation cannot be without a status: it stays what it is where only something else changes.
          const told = defined({ status: textOf(before['status']), pmcid, id });
          return { site, id, values: form.fill({ ...told, siteid, ...words }) };
        },
        locate: (_request, { before }, signal) => locateUpdate(vendor, command, before, signal),
      },
    ];
  };
}

/** Whether RealPage has a place for a field at this connection; what it has none for is kept beside the record. */
function isHeld({ work_order }: Vendor, field: string): boolean {
  return work_order.rows.some((row) => row.field === field);
}

async function requestById(vendor: Vendor, site: string, id: string, signal?: AbortSignal): Promise<Plain> {
  const found = isId(id) ? (await serviceRequests(vendor, site, signal)).find((one) => one['id'] === id) : undefined;
  if (found !== undefined) return found;
  throw new VendorError('not_found', 'RealPage has no such service request. Nothing was changed.');
}

async function locateUpdate(vendor: Vendor, command: Update, before: unknown, signal?: AbortSignal): Promise<Located> {
  const { property_id: site, work_order_id: id } = command;
  const now = workOrderOf(vendor, site, await requestById(vendor, site, id, signal));
  if (now === undefined) return { outcome: 'differs', detail: 'The service request cannot be read.' };
  // What shares a word with others is shown as the one that the word is read as.
  const asked = Object.fromEntries(
    (['status', 'severity', 'trade'] as const).flatMap((field) => {
      const value = command[field];
      if (value === undefined || !isHeld(vendor, field)) return [];
      const table = vendor.tables[field === 'status' ? 'work_order_status' : field];
      return [[field, table?.from_pms[table.to_pms[value] ?? ''] ?? value]];
    }),
  );
  return locatedBy(asked, (before ?? {}) as Record<string, unknown>, now, {
    record: { kind: 'work_order', scope: site, id },
  });
}

export function workOrderOperations({ client }: Vendor): Record<string, Operation> {
  const call = (
    use: 'add_service_request' | 'update_service_request',
    site: unknown,
    values: unknown,
    signal: AbortSignal,
  ) => client.call(use, String(site), values as Values, { purpose: 'write', signal });
  return {
    async add_service_request({ site, values }, signal): Promise<StepResult> {
      const id = idIn(await call('add_service_request', site, values, signal));
      return id === undefined ? {} : { record: { kind: 'work_order', scope: String(site), id } };
    },
    async update_service_request({ site, id, values }, signal): Promise<StepResult> {
      await call('update_service_request', site, values, signal);
      return { record: { kind: 'work_order', scope: String(site), id: String(id) } };
    },
  };
}

/** The number of the new request, where the answer has an element that is one. */
function idIn(node: XmlNode): string | undefined {
  for (const one of node.children) {
    if (wordOf(one) === 'id' && /^[1-9]\d*$/.test(one.text.trim())) return one.text.trim();
    const inner = idIn(one);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
