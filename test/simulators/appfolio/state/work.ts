import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { GuestCard, Tour, WorkOrder } from '../../../../src/model/records.ts';
import type { Entry } from '../../shared/table.ts';
import type { World } from '../../shared/vendor.ts';
import { STATUS_OF_ORDER, tradeOf } from '../load/words.ts';
import type { AppfolioTables, Row } from '../tables.ts';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const instant = (value: unknown) => new Date(String(value)).toISOString();
const atSecond = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString();

const ESTIMATE_STATUS = { Pending: 'pending', Approved: 'approved', 'Not Approved': 'declined' } as const;

interface Estimate {
  VendorId?: string | null;
  Amount?: number;
  Status?: keyof typeof ESTIMATE_STATUS;
  EstimateReceivedDate?: string | null;
}

function estimateOf(row: Row): Partial<WorkOrder> {
  const last = (row['Estimates'] as Estimate[]).filter(({ Amount }) => Amount !== undefined).at(-1);
  if (last === undefined) return {};
  return {
    estimate: {
      ...{ amount: Math.round((last.Amount ?? 0) * 100), status: ESTIMATE_STATUS[last.Status ?? 'Pending'] },
      ...(last.VendorId && { vendor_id: last.VendorId }),
      ...(last.EstimateReceivedDate && { received_on: last.EstimateReceivedDate }),
    },
  };
}

function orderOf({ row, created, updated }: Entry<Row>): WorkOrder {
  const users = row['AssignedUsers'] as { Id: string }[];
  const [start, end] = [text(row['ScheduledStart']), text(row['ScheduledEnd'])];
  return {
    ...{ id: row.Id, number: String(row['WorkOrderNumber']), property_id: String(row['PropertyId']) },
    ...(row['UnitId'] !== null && { unit_id: String(row['UnitId']) }),
    ...(row['RequestingTenantId'] !== null && { resident_id: String(row['RequestingTenantId']) }),
    ...{ title: String(row['JobDescription']), description: String(row['Description'] ?? '') },
    ...{ trade: tradeOf(row['VendorTrade']), severity: row['Priority'] === 'Urgent' ? 'urgent' : 'routine' },
    ...{ status: STATUS_OF_ORDER[String(row['Status'])] ?? 'new', raw_status: String(row['Status']) },
    entry: row['PermissionToEnter'] === null ? 'unknown' : row['PermissionToEnter'] === true ? 'yes' : 'no',
    ...(row['VendorId'] !== null && { vendor_id: String(row['VendorId']) }),
    ...(users[0] !== undefined && { technician_id: users[0].Id }),
    ...(start !== undefined && { visit: { start: instant(start), ...(end !== undefined && { end: instant(end) }) } }),
    ...estimateOf(row),
    ...{ notes: [], bill_ids: [], file_ids: [], created_at: atSecond(created), updated_at: atSecond(updated) },
  };
}

const STATUS_OF_LEAD: Readonly<Record<string, GuestCard['status']>> = {
  active: 'new',
  cold: 'contacted',
  waitlisted: 'qualified',
  inactive: 'lost',
};

function cardOf({ row, created }: Entry<Row>): GuestCard {
  const status = STATUS_OF_LEAD[String(row['Status'])] ?? 'new';
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), source: String(row['Source']) },
    ...{ name: `${String(row['FirstName'])} ${String(row['LastName'])}`, phones: [], unit_ids: [] },
    emails: row['Email'] === null ? [] : [String(row['Email'])],
    status: status === 'new' && row['RentalApplicationId'] !== null ? 'applied' : status,
    ...(row['InactiveReason'] !== null && {
      lost_reason: row['InactiveReason'] as NonNullable<GuestCard['lost_reason']>,
    }),
    ...{ consents: [], touches: [], notes: [], created_at: atSecond(created) },
  };
}

function tourOf({ tables }: World<AppfolioTables>, row: Row): Tour {
  const status = { scheduled: 'scheduled', canceled: 'cancelled', 'no-show': 'no_show' } as const;
  return {
    ...{ id: row.Id, property_id: String(tables.units.get(String(row['UnitId']))?.['PropertyId']) },
    ...{ guest_card_id: String(row['LeadId']), unit_id: String(row['UnitId']), type: 'agent_led' },
    ...(row['AssignedUserId'] !== null && { agent_id: String(row['AssignedUserId']) }),
    ...{ start: instant(row['StartAt']), end: instant(row['EndAt']) },
    status: status[row['Status'] as keyof typeof status],
    ...(row['Notes'] !== null && { notes: String(row['Notes']) }),
  };
}

export function workState(world: World<AppfolioTables>): Pick<SandboxState, 'work_order' | 'guest_card' | 'tour'> {
  const { tables } = world;
  return {
    work_order: tables.work_orders.entries().map(orderOf),
    guest_card: tables.leads.entries().map(cardOf),
    tour: tables.showings.rows().map((row) => tourOf(world, row)),
  };
}
