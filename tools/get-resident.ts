import * as z from 'zod/v4';
import { WorkOrderView } from '../src/maintenance/work_order_view.ts';
import { CLOSED_WORK_ORDER_STATUSES, WORK_ORDER_STATUSES } from '../src/model/values.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { LeaseLine, leaseLine } from '../src/tool/lease_line.ts';
import { localText } from '../src/tool/local_text.ts';
import { recordId } from '../src/tool/params.ts';
import { addressLine, propertyOfRecord } from '../src/tool/place_view.ts';
import { ContactView, contactView, ResidentView, residentView } from '../src/tool/resident_view.ts';
import { viewWorkOrder } from '../src/tool/show_work_order.ts';
import { workOrderLine } from '../src/tool/text_lines.ts';
import { quoted } from '../src/tool/untrusted.ts';

const OPEN = WORK_ORDER_STATUSES.filter((status) => !CLOSED_WORK_ORDER_STATUSES.includes(status));

/** The communications shown; older ones rarely decide anything. */
const RECENT = 5;

const WorkOrderLine = WorkOrderView.pick({
  work_order_id: true,
  number: true,
  version: true,
  unit_id: true,
  title: true,
  trade: true,
  severity: true,
  status: true,
  vendor: true,
  technician: true,
  visit_start: true,
  latest_note: true,
  next_step: true,
});

export default defineTool({
  name: 'get_resident',
  title: 'Get resident',
  description:
    'Show a resident: leases, unit, contact details and consent, when they may be contacted, open work orders and recent communications.',
  scope: 'portfolio:read',
  risk: 'read',
  input: z.strictObject({ resident_id: recordId() }),
  output: z.object({
    resident: ResidentView,
    address: z.string(),
    contact: ContactView,
    /** The latest first. */
    leases: z.array(LeaseLine),
    open_work_orders: z.array(WorkOrderLine),
    recent_communications: z.array(
      z.object({ at: z.string(), channel: z.string(), direction: z.string(), summary: z.string() }),
    ),
    /** How the contact data above may be used. */
    handling: z.string(),
    ...FRESHNESS,
  }),
  untrusted: [
    'resident.name',
    'resident.preferred_name',
    'resident.forwarding_address',
    'open_work_orders.title',
    'open_work_orders.latest_note',
    'recent_communications.summary',
  ],

  async run(call, input) {
    const resident = await call.records.get('resident', input.resident_id, 'resident_id');
    const property = await propertyOfRecord(call, resident);
    const [view, unit, leases, orders, communications] = await Promise.all([
      residentView(call, resident),
      call.records.linked(resident, 'unit', resident.record.unit_id),
      leasesOf(call, resident),
      ordersOf(call, resident),
      call.records.list(
        'communication',
        { connection: resident.connection, scope: resident.scope, resident_id: resident.record.id },
        { limit: RECENT, order: 'newest_first' },
      ),
    ]);
    const local = localText(call, property);
    return {
      resident: view,
      address: addressLine(unit?.record.address ?? property.record.address),
      contact: contactView(call, resident, property),
      leases: leases.map((lease) => leaseLine(call, lease)),
      open_work_orders: await Promise.all(orders.map((order) => viewWorkOrder(call, order))),
      recent_communications: communications.records.map(({ record }) => ({
        at: local(record.at),
        channel: record.channel,
        direction: record.direction,
        summary: record.summary,
      })),
      handling: 'personal data: for this case only; never told to a caller whose identity was not checked',
      ...freshnessOf(call, [resident, property, ...leases, ...orders]),
    };
  },

  text({ resident, contact, leases, open_work_orders, recent_communications }) {
    const open = contact.channels.filter(({ may_contact_now }) => may_contact_now).map(({ channel }) => channel);
    const { resident_id, version, name, status, role, unit, unit_id, property_id, phones, emails } = resident;
    return [
      `Resident ${resident_id} ${quoted(name, 60)} (version ${version}), ${status} ${role}${unit === undefined ? '' : `, unit ${unit} (${unit_id})`}, property ${property_id}.`,
      `Contact: ${[...phones.map(({ number }) => number), ...emails].map((one) => quoted(one, 80)).join(', ') || 'none on file'}. May be contacted now by: ${open.length === 0 ? 'no channel' : open.join(', ')}.`,
      ...leases.map(
        ({ lease_id, status: state, start_date, end_date, version: of }) =>
          `Lease ${lease_id} ${state}, ${start_date} to ${end_date ?? 'open end'} (version ${of}).`,
      ),
      ...open_work_orders.map((order) => `Work order ${workOrderLine(order)}`),
      ...recent_communications
        .slice(0, 3)
        .map(({ at, channel, direction, summary }) => `${at} ${channel} ${direction}: ${quoted(summary, 80)}`),
    ].join('\n');
  },
});

/** Every lease that the resident is a party to: a person may have several. */
async function leasesOf(call: Call, { connection, scope, record }: Found<'resident'>): Promise<Found<'lease'>[]> {
  const asked = [
    ...(record.household_id === undefined ? [] : [{ household_id: record.household_id }]),
    ...(record.unit_id === undefined ? [] : [{ unit_id: record.unit_id }]),
  ];
  const found = await Promise.all(asked.map((where) => call.records.all('lease', { connection, scope, ...where })));
  const own = found.flat().filter((lease) => lease.record.parties.some((one) => one.resident_id === record.id));
  const unique = [...new Map(own.map((lease) => [lease.ref, lease])).values()];
  return unique.toSorted((a, b) => b.record.start_date.localeCompare(a.record.start_date));
}

/** Open jobs in their home, and what they reported elsewhere. */
async function ordersOf(call: Call, { connection, scope, record }: Found<'resident'>): Promise<Found<'work_order'>[]> {
  const livesThere = ['current', 'notice', 'eviction'].includes(record.status) && record.unit_id !== undefined;
  const [reported, here] = await Promise.all([
    call.records.all('work_order', { connection, scope, resident_id: record.id, status: OPEN }),
    livesThere
      ? call.records.all('work_order', { connection, scope, unit_id: record.unit_id ?? '', status: OPEN })
      : [],
  ]);
  return [...new Map([...reported, ...here].map((order) => [order.ref, order])).values()];
}
