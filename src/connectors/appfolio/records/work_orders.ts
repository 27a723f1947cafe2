import type { WorkOrder } from '../../../model/records.ts';
import { toInstant } from '../../../model/zoned_time.ts';
import type { ListQuery } from '../../connector.ts';
import { fixed, idText, oneOf, readBy, text, utcInstant, type Codec, type Place } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { flagWord, orElse, toSeconds } from '../codecs.ts';
import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, sameId, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

/** Ids of users, where answers have whole users instead. */
function userIds(raw: unknown): string[] {
  return (Array.isArray(raw) ? raw : []).flatMap((user: unknown) => {
    const id = typeof user === 'string' ? user : (user as { Id?: unknown } | null)?.Id;
    return typeof id === 'string' ? [id] : [];
  });
}

/** What is to be done; what came out of a service request has it elsewhere. */
const title: Codec = {
  read(raw) {
    const { JobDescription, WorkOrderIssue } = raw as Record<string, string | null | undefined>;
    return JobDescription || WorkOrderIssue || 'Work order';
  },
  write: (value: string) => value,
};

const description: Codec = {
  read(raw) {
    const { Description, TenantRemarks } = raw as Record<string, string | null | undefined>;
    return withoutMarker(Description || TenantRemarks || '');
  },
  write: (value: string) => value,
};

const technician: Codec = {
  read: (raw) => userIds(raw)[0],
  write: (id: string) => [id],
};

const ESTIMATE_STATUS = fixed({ Pending: 'pending', Approved: 'approved', 'Not Approved': 'declined' }, 'pending');

/** The estimate that came last. The others stay as they are. */
export const estimate: Codec = {
  read(raw, at) {
    const last = (Array.isArray(raw) ? (raw as wire.Estimate[]) : []).filter(({ Amount }) => Amount != null).at(-1);
    if (last === undefined) return undefined;
    return {
      amount: Math.round(Number(last.Amount) * 100),
      ...(last.VendorId && { vendor_id: last.VendorId }),
      ...(last.EstimateReceivedDate && { received_on: last.EstimateReceivedDate.slice(0, 10) }),
      status: ESTIMATE_STATUS.read(last.Status, at),
    };
  },
  write({ amount, vendor_id, received_on, status }: NonNullable<WorkOrder['estimate']>, at): wire.Estimate {
    return {
      ...(vendor_id === undefined ? { ManagementCompanyAsVendor: true } : { VendorId: vendor_id }),
      Amount: amount / 100,
      Status: ESTIMATE_STATUS.write(status as never, at) as string,
      ...(received_on !== undefined && { EstimateReceivedDate: received_on }),
    };
  },
};

const visit: Codec = {
  read(raw, at) {
    const { ScheduledStart, ScheduledEnd } = raw as wire.WorkOrder;
    const [start, end] = [utcInstant.read(ScheduledStart, at), utcInstant.read(ScheduledEnd, at)];
    return start === undefined ? undefined : { start, ...(end !== undefined && { end }) };
  },
  // Both go out together: see `scheduleOf`.
  write: () => undefined,
};

/** The two times of a visit, which go out together; none takes it back. Without an end it is for the whole day. */
export function scheduleOf(visit: WorkOrder['visit'] | null): {
  ScheduledStart: string | null;
  ScheduledEnd: string | null;
} {
  return {
    ScheduledStart: visit ? toSeconds(visit.start) : null,
    ScheduledEnd: visit?.end === undefined ? null : toSeconds(visit.end),
  };
}

/** A day of which no hour is known, as the moment at which it begins at the property. */
function beginningOf(raw: unknown, at: Place): string | undefined {
  const { WorkCompletedOn, CompletedOn } = raw as { WorkCompletedOn?: string | null; CompletedOn?: string | null };
  const day = (WorkCompletedOn || CompletedOn || '').slice(0, 10);
  const zone = at.zoneOf(at.property_id);
  if (day === '') return undefined;
  const local = zone === undefined ? undefined : toInstant(`${day}T00:00`, zone);
  return local !== undefined && 'instant' in local ? local.instant : `${day}T00:00:00.000Z`;
}

export const WORK_ORDER = mapping(
  'work_order',
  { wire: 'WorkOrder', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    {
      field: 'number',
      wire: '',
      called: 'WorkOrderNumber',
      as: readBy((raw) => String((raw as { WorkOrderNumber?: unknown }).WorkOrderNumber ?? (raw as wire.WorkOrder).Id)),
      write: false,
    },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true, write: false },
    { field: 'unit_id', wire: 'UnitId', as: idText, write: false },
    {
      field: 'resident_id',
      wire: 'RequestingTenantId',
      as: idText,
      write: false,
      support: 'sidecar',
      note: 'a new work order is put on the household; who of it asked is kept beside, where AppFolio shows nobody',
    },
    { field: 'title', wire: '', called: 'JobDescription', write: 'JobDescription', as: title },
    { field: 'description', wire: '', called: 'Description', write: 'Description', as: description },
    { field: 'trade', wire: 'VendorTrade', as: orElse(oneOf('trade', 'general'), 'general'), table: 'trade' },
    { field: 'severity', wire: 'Priority', as: orElse(oneOf('severity', 'routine'), 'routine'), table: 'severity' },
    {
      field: 'status',
      wire: 'Status',
      as: oneOf('work_order_status', 'new'),
      table: 'work_order_status',
      always: true,
      note: 'estimate_requested and estimated come about by estimates alone',
    },
    { field: 'raw_status', wire: 'Status', as: text, write: false },
    { field: 'entry', wire: 'PermissionToEnter', as: flagWord('entry'), table: 'entry' },
    {
      field: 'entry_notes',
      wire: 'EntryInstructions',
      as: text,
      write: false,
      support: 'sidecar',
      note: 'shown by AppFolio and not taken by it: what is given here is kept beside',
    },
    { field: 'vendor_id', wire: 'VendorId', as: idText },
    {
      field: 'technician_id',
      wire: 'AssignedUsers',
      as: technician,
      note: 'the first of several; only users with the role Maintenance Tech are taken',
    },
    {
      field: 'visit',
      wire: '',
      called: 'ScheduledStart, ScheduledEnd',
      as: visit,
      write: false,
      note: 'twelve hours at most; without an end it is for the whole day',
    },
    {
      field: 'estimate',
      wire: 'Estimates',
      as: estimate,
      write: false,
      support: 'mapped',
      note: 'the last of several',
    },
    {
      field: 'instructions',
      wire: 'VendorInstructions',
      as: text,
      write: false,
      support: 'sidecar',
      note: 'shown by AppFolio and not taken by it: what is given here is kept beside',
    },
    {
      field: 'notes',
      wire: '',
      called: 'notes',
      as: { read: () => [], write: () => undefined },
      write: false,
      readable: false,
      note: 'AppFolio takes notes and does not show them by API; they are for staff, whatever is asked',
    },
    { field: 'created_at', wire: 'CreatedAt', as: utcInstant, always: true, write: false },
    { field: 'updated_at', wire: 'LastUpdatedAt', as: utcInstant, write: false },
    {
      field: 'completed_at',
      wire: '',
      called: 'WorkCompletedOn, CompletedOn',
      as: readBy(beginningOf),
      write: false,
      support: 'mapped',
      note: 'a day without hours: its beginning',
    },
  ],
  [
    { field: 'location', support: 'sidecar' },
    { field: 'bill_to_lease_id', support: 'sidecar' },
    { field: 'reporter_name', support: 'sidecar' },
    { field: 'callback_phone', support: 'sidecar' },
    { field: 'not_to_exceed', support: 'sidecar' },
    { field: 'vendor_reply', support: 'sidecar' },
    { field: 'reply_due_at', support: 'sidecar' },
    { field: 'hazard_cleared_by', support: 'sidecar' },
    { field: 'file_ids', support: 'sidecar' },
    { field: 'bill_ids', support: 'unsupported', note: 'bills name their work order' },
  ],
);

export function workOrderReader(vendor: Vendor): Reader<'work_order'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<wire.WorkOrder>('work_orders', id, {}, signal);
      return wire && readRecord(WORK_ORDER, wire, circumstances);
    },
    async list(query, signal) {
      const filters = {
        ...vendor.since(query),
        ...idFilter('PropertyId', query.property_id),
        ...idFilter('UnitId', query.unit_id),
      };
      const page = await client.page<wire.WorkOrder>('work_orders', filters, windowOf(query), signal);
      return vendor.pageOf(page, (wire) =>
        isOf(wire, query) ? readRecord(WORK_ORDER, wire, circumstances) : undefined,
      );
    },
  };
}

/** There is no filter by household. */
function isOf({ OccupancyId }: wire.WorkOrder, { household_id }: ListQuery): boolean {
  return household_id === undefined || sameId(OccupancyId, household_id);
}
