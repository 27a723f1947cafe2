import type { GuestCard, Tour, WorkOrder } from '../../../../src/model/records.ts';
import { stamp } from '../lists.ts';
import type { Loading } from './portfolio.ts';
import { dollars, namesOf, ORDER_STATUS, PRIORITY, TRADE_WORD } from './words.ts';

const ENTRY = { yes: true, no: false, call_first: false, unknown: null } as const;
const ESTIMATE_STATUS = { pending: 'Pending', approved: 'Approved', declined: 'Not Approved' } as const;
const atSecond = (instant: string | undefined) => (instant === undefined ? null : stamp(Date.parse(instant)));

function estimatesOf({ id }: Loading, { estimate }: WorkOrder): object[] {
  if (estimate === undefined) return [];
  const { amount, vendor_id, status, received_on } = estimate;
  return [
    {
      ...(vendor_id === undefined ? { ManagementCompanyAsVendor: true } : { VendorId: id('vendor', vendor_id) }),
      ...{ Amount: amount / 100, Status: ESTIMATE_STATUS[status], EstimateReceivedDate: received_on ?? null },
    },
  ];
}

function loadOrder(loading: Loading, order: WorkOrder): void {
  const { id, tables, portfolio } = loading;
  const resident = portfolio.resident.find((one) => one.id === order.resident_id);
  const technician = portfolio.staff.find((one) => one.id === order.technician_id);
  const at = { created: Date.parse(order.created_at), updated: Date.parse(order.updated_at ?? order.created_at) };
  tables.work_orders.insert(
    {
      ...{ Id: id('work_order', order.id), WorkOrderNumber: order.number, JobDescription: order.title },
      ...{ Description: order.description, VendorTrade: TRADE_WORD[order.trade], Priority: PRIORITY[order.severity] },
      ...{ Status: ORDER_STATUS[order.status], PermissionToEnter: ENTRY[order.entry] },
      ...{ EntryInstructions: null, VendorInstructions: null },
      ...{ PropertyId: id('property', order.property_id), UnitId: order.unit_id ? id('unit', order.unit_id) : null },
      OccupancyId: resident?.household_id === undefined ? null : id('household', resident.household_id),
      RequestingTenantId: resident === undefined ? null : id('resident', resident.id),
      VendorId: order.vendor_id === undefined ? null : id('vendor', order.vendor_id),
      AssignedUsers: technician === undefined ? [] : [{ Id: id('staff', technician.id), ...namesOf(technician.name) }],
      ...{ ScheduledStart: atSecond(order.visit?.start), ScheduledEnd: atSecond(order.visit?.end) },
      ...{ Estimates: estimatesOf(loading, order), CompletedOn: order.completed_at?.slice(0, 10) ?? null },
      ...{ WorkCompletedOn: null, CanceledOn: null },
    },
    at,
  );
}

/** Where there is an application, a lead names it. */
const APPLIED = new Set(['applied', 'approved', 'leased']);

function loadLead({ id, tables, desk }: Loading, card: GuestCard): void {
  const isLost = card.status === 'lost' || card.status === 'denied';
  const at = { created: Date.parse(card.created_at) };
  tables.leads.insert(
    {
      ...{
        Id: id('guest_card', card.id),
        GuestCardId: id('guest_card_itself', card.id),
        ...namesOf(card.name ?? 'Guest Card'),
      },
      ...{ PropertyId: id('property', card.property_id), Email: card.emails[0] ?? null, Source: card.source },
      ...{ PhoneNumber: card.phones[0]?.number ?? null, UnitIds: card.unit_ids.map((unit) => id('unit', unit)) },
      ...{ Bedrooms: card.bedrooms ?? null, MaxRent: card.rent_max === undefined ? null : dollars(card.rent_max) },
      ...{ DesiredMoveIn: card.move_in_date ?? null, AdditionalOccupants: (card.occupants ?? 1) - 1 },
      AssignedUserId: card.assigned_to === undefined ? null : id('staff', card.assigned_to),
      ...{ Status: isLost ? 'inactive' : 'active', InactiveReason: isLost ? (card.lost_reason ?? 'other') : null },
      RentalApplicationId: APPLIED.has(card.status) ? desk.ids.uuid('application', card.id) : null,
    },
    at,
  );
}

const TOUR_STATUS = { scheduled: 'scheduled', cancelled: 'canceled', no_show: 'no-show', toured: 'scheduled' } as const;

function loadShowing({ id, tables }: Loading, tour: Tour): void {
  tables.showings.insert({
    ...{ Id: id('tour', tour.id), LeadId: id('guest_card', tour.guest_card_id), UnitId: id('unit', tour.unit_id) },
    ...{ StartAt: atSecond(tour.start), EndAt: atSecond(tour.end), Notes: tour.notes ?? null },
    AssignedUserId: tour.agent_id === undefined ? null : id('staff', tour.agent_id),
    Status: TOUR_STATUS[tour.status],
  });
}

/** Work orders with their notes, leads and showings. */
export function loadWork(loading: Loading): void {
  const { portfolio, tables, id, desk } = loading;
  for (const order of portfolio.work_order) {
    loadOrder(loading, order);
    order.notes.forEach(({ text }, index) =>
      tables.notes.insert({
        ...{ Id: desk.ids.uuid('note', `${order.id}/${index}`), About: id('work_order', order.id), Body: text },
      }),
    );
  }
  for (const card of portfolio.guest_card) loadLead(loading, card);
  for (const tour of portfolio.tour) loadShowing(loading, tour);
}
