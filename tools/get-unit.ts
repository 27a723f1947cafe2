import * as z from 'zod/v4';
import { WorkOrderView } from '../src/maintenance/work_order_view.ts';
import { formatAmount } from '../src/model/money.ts';
import { CLOSED_WORK_ORDER_STATUSES, type Trade, WORK_ORDER_STATUSES } from '../src/model/values.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { ACTIVE_LEASE_STATUSES, LeaseLine, leaseLine, partiesOf, PartyLine } from '../src/tool/lease_line.ts';
import { localText } from '../src/tool/local_text.ts';
import { recordId } from '../src/tool/params.ts';
import { addressLine, knownZone, propertyOfRecord } from '../src/tool/place_view.ts';
import { viewWorkOrder } from '../src/tool/show_work_order.ts';
import { workOrderLine } from '../src/tool/text_lines.ts';
import { quoted } from '../src/tool/untrusted.ts';

const OPEN = WORK_ORDER_STATUSES.filter((status) => !CLOSED_WORK_ORDER_STATUSES.includes(status));

/** What is most often needed in a home, and in a hurry; for other trades find_vendors ranks who can go. */
const TRADES_SHOWN: readonly Trade[] = ['plumbing', 'hvac', 'electrical', 'locksmith', 'appliance'];

const WorkOrderLine = WorkOrderView.pick({
  work_order_id: true,
  number: true,
  version: true,
  title: true,
  trade: true,
  severity: true,
  status: true,
  vendor: true,
  technician: true,
  visit_start: true,
  reply_overdue: true,
  created_at: true,
  next_step: true,
});

const UnitLease = LeaseLine.extend({ residents: z.array(PartyLine) });

export default defineTool({
  name: 'get_unit',
  title: 'Get unit',
  description:
    'Show a unit: address, access and entry notes, shut-offs, leases with residents, open work orders, tours, preferred vendors, limits.',
  scope: 'portfolio:read',
  risk: 'read',
  input: z.strictObject({ unit_id: recordId() }),
  output: z.object({
    unit: z.object({
      unit_id: z.string(),
      version: z.string(),
      name: z.string(),
      property_id: z.string(),
      property: z.string(),
      building: z.string().optional(),
      floor: z.number().optional(),
      bedrooms: z.number().optional(),
      bathrooms: z.number().optional(),
      square_feet: z.number().optional(),
      occupancy: z.string(),
      is_listed: z.boolean(),
      available_on: z.string().optional(),
      address: z.string(),
      time_zone: z.string().optional(),
    }),
    access: z.object({
      entry_notes: z.string().optional(),
      entry_rule: z.string().optional(),
      shut_offs: z.string().optional(),
      property_phone: z.string().optional(),
    }),
    /** Those that are active now, then those to come. */
    leases: z.array(UnitLease),
    /** Set where several households live there: which of them it is has to be asked. */
    several_households: z.string().optional(),
    open_work_orders: z.array(WorkOrderLine),
    tours: z.array(
      z.object({
        tour_id: z.string(),
        start: z.string(),
        end: z.string(),
        type: z.string(),
        agent: z.string().optional(),
      }),
    ),
    preferred_vendors: z.array(
      z.object({
        vendor_id: z.string(),
        name: z.string(),
        trades: z.array(z.string()),
        rank: z.number(),
        preferred_for: z.string(),
        takes_emergencies: z.boolean(),
      }),
    ),
    limits: z.object({ not_to_exceed: z.string(), not_to_exceed_from: z.string() }),
    ...FRESHNESS,
  }),
  untrusted: ['access.entry_notes', 'leases.residents.name', 'open_work_orders.title'],

  async run(call, input) {
    const unit = await call.records.get('unit', input.unit_id, 'unit_id');
    const property = await propertyOfRecord(call, unit);
    const [building, leases, orders, tours, vendors] = await Promise.all([
      call.records.linked(unit, 'building', unit.record.building_id),
      leasesOf(call, unit),
      call.records.all('work_order', { ...within(unit), status: OPEN }),
      toursToCome(call, unit),
      call.records.all('vendor', { connection: unit.connection, scope: unit.scope }),
    ]);
    const active = leases.filter(({ record }) => isActive(record.status));
    const limit = property.record.maintenance_limit;
    return {
      unit: unitView(call, unit, property, building),
      access: {
        entry_notes: unit.record.entry_notes,
        entry_rule: property.record.entry_rule,
        shut_offs: unit.record.shut_offs ?? property.record.shut_offs,
        property_phone: property.record.phone,
      },
      leases: await Promise.all(
        leases.map(async (lease) => ({ ...leaseLine(call, lease), residents: await partiesOf(call, lease) })),
      ),
      ...(active.length > 1 && {
        several_households: `${active.length} leases are active in this unit: ask who is calling before a lease is used or billed; an emergency does not wait for it`,
      }),
      open_work_orders: await Promise.all(orders.map((order) => viewWorkOrder(call, order))),
      tours: await tourLines(call, property, tours),
      preferred_vendors: preferredHere(property, vendors),
      limits: {
        not_to_exceed: formatAmount(limit ?? call.config.policy.nte_default),
        not_to_exceed_from: limit === undefined ? 'default' : 'property',
      },
      ...freshnessOf(call, [unit, property, ...leases, ...orders, ...tours]),
    };
  },

  text({ unit, access, leases, open_work_orders, several_households, tours, preferred_vendors, limits, stale }) {
    const { unit_id, name, address, occupancy, property_id, version, available_on } = unit;
    return [
      `Unit ${name} (${unit_id}, version ${version}, property ${property_id}), ${address}: ${occupancy}${available_on === undefined ? '' : `, free on ${available_on}`}.`,
      ...(several_households === undefined ? [] : [several_households]),
      ...leases.map(leaseText),
      ...(leases.length === 0 ? ['Nobody is on a lease.'] : []),
      `${countedFirst(open_work_orders.length, 'open work order')}${open_work_orders.length === 0 ? '.' : ':'}`,
      ...open_work_orders.map(workOrderLine),
      ...tours.map(
        ({ tour_id, start, agent }) => `Tour ${tour_id} at ${start}${agent === undefined ? '' : ` with ${agent}`}.`,
      ),
      ...(access.entry_notes === undefined ? [] : [`Entry: ${quoted(access.entry_notes)}`]),
      ...(access.entry_rule === undefined ? [] : [`Rule for entry: ${access.entry_rule}`]),
      ...(access.shut_offs === undefined ? [] : [`Shut-offs: ${access.shut_offs}`]),
      ...preferred_vendors.map(
        ({ vendor_id, name: vendor, trades }) => `Preferred: ${vendor_id} ${vendor}, ${trades.join(', ')}.`,
      ),
      `Limit without a person: ${limits.not_to_exceed}.`,
      ...(stale ? ['This reading is old.'] : []),
    ].join('\n');
  },
});

function leaseText({ lease_id, status, end_date, residents }: z.output<typeof UnitLease>): string {
  const people = residents.map(
    ({ resident_id, name, role }) => `${quoted(name, 60)} ${role} (resident ${resident_id})`,
  );
  return `Lease ${lease_id} ${status}${end_date === undefined ? '' : ` to ${end_date}`}: ${people.join(', ')}.`;
}

function within(unit: Found<'unit'>): { connection: string; scope: string; unit_id: string } {
  return { connection: unit.connection, scope: unit.scope, unit_id: unit.record.id };
}

function isActive(status: string): boolean {
  return (ACTIVE_LEASE_STATUSES as readonly string[]).includes(status);
}

async function leasesOf(call: Call, unit: Found<'unit'>): Promise<Found<'lease'>[]> {
  const leases = await call.records.all('lease', { ...within(unit), status: [...ACTIVE_LEASE_STATUSES, 'future'] });
  return leases.toSorted(
    (a, b) =>
      Number(isActive(b.record.status)) - Number(isActive(a.record.status)) ||
      a.record.start_date.localeCompare(b.record.start_date),
  );
}

/** Not asked for by the time of the call: what is asked in the same words again is answered without reading it again. */
async function toursToCome(call: Call, unit: Found<'unit'>): Promise<Found<'tour'>[]> {
  const scheduled = await call.records.all('tour', { ...within(unit), status: ['scheduled'] });
  return scheduled.filter(({ record }) => Date.parse(record.start) >= call.now);
}

function unitView(
  call: Call,
  { record, ref, version }: Found<'unit'>,
  property: Found<'property'>,
  building: Found<'building'> | undefined,
) {
  return {
    unit_id: ref,
    version,
    name: record.name,
    property_id: property.ref,
    property: property.record.name,
    building: building?.record.name,
    floor: record.floor,
    bedrooms: record.bedrooms,
    bathrooms: record.bathrooms,
    square_feet: record.square_feet,
    occupancy: record.occupancy,
    is_listed: record.is_listed,
    available_on: record.available_on,
    address: addressLine(record.address ?? building?.record.address ?? property.record.address),
    time_zone: knownZone(call, property),
  };
}

/** When somebody is in the unit; who comes is in the guest card, which needs another scope. */
async function tourLines(call: Call, property: Found<'property'>, tours: readonly Found<'tour'>[]) {
  const local = localText(call, property);
  const lines = await Promise.all(
    tours.map(async (tour) => {
      const agent = await call.records.linked(tour, 'staff', tour.record.agent_id);
      const { start, end, type } = tour.record;
      return { tour_id: tour.ref, start: local(start), end: local(end), type, agent: agent?.record.name };
    }),
  );
  return lines.toSorted((a, b) => a.start.localeCompare(b.start));
}

/** For each of the trades shown, the first vendor on the preferred lists that count here, the property's before the portfolio's. */
function preferredHere(property: Found<'property'>, vendors: readonly Found<'vendor'>[]) {
  const listed = vendors.flatMap(({ record, ref }) => {
    if (!record.is_active || record.do_not_use) return [];
    const own = record.preferred.find((one) => one.property_id === property.record.id);
    const entry = own ?? record.preferred.find((one) => one.property_id === undefined);
    if (entry === undefined) return [];
    const { name, trades, takes_emergencies } = record;
    const preferred_for = own === undefined ? 'portfolio' : 'property';
    return { vendor_id: ref, name, trades, rank: entry.rank, preferred_for, takes_emergencies };
  });
  const ranked = listed.toSorted(
    (a, b) => b.preferred_for.localeCompare(a.preferred_for) || a.rank - b.rank || a.name.localeCompare(b.name),
  );
  const best = TRADES_SHOWN.flatMap((trade) => ranked.find(({ trades }) => trades.includes(trade)) ?? []);
  return [...new Set(best)];
}
