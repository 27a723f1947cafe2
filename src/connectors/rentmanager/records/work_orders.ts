import {
  CLOSED_WORK_ORDER_STATUSES,
  SEVERITIES,
  TRADES,
  WORK_ORDER_STATUSES,
  type WorkOrderStatus,
} from '../../../model/values.ts';
import { idText, markedText, readBy, text, type Codec } from '../../kit/codecs.ts';
import { mapping, readRecord, type NotHeld, type Row } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import type { ValueTableName, ValueTables } from '../../connector.ts';
import { instructionsOf, notesOf } from '../notes.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { listed, moment, ticked } from '../words.ts';

const KEPT_BESIDE: readonly NotHeld[] = (
  [
    'location',
    'bill_to_lease_id',
    'reporter_name',
    'callback_phone',
    'entry_notes',
    'not_to_exceed',
    'estimate',
    'vendor_reply',
    'reply_due_at',
    'hazard_cleared_by',
    'file_ids',
  ] as const
).map((field) => ({ field, support: 'sidecar' }));

const byId = listed('work_order_status', 'new');

/** A tick that says that an issue is closed wins over a status that does not. */
const status: Codec = {
  read(raw, at) {
    const { IsClosed, StatusID } = raw as wire.Issue;
    const known = byId.read(StatusID, at) as WorkOrderStatus;
    return IsClosed === true && !isOver(known) ? 'closed' : known;
  },
  write: byId.write,
};

/** Whether nothing more is to be done, as `IsClosed` says it. */
export function isOver(status: WorkOrderStatus): boolean {
  return CLOSED_WORK_ORDER_STATUSES.includes(status);
}

/** What each of the values becomes where the PMS has no word for them. */
function allAs<T extends string>(values: readonly T[], shown: (value: T) => T): Record<string, string> {
  return Object.fromEntries(values.filter((value) => shown(value) !== value).map((value) => [value, shown(value)]));
}

/**
 * Statuses, priorities and categories are each company's own. What the mapping file does not say is kept beside the
 * record, so that a connection works before anybody has written one.
 */
function listedRows(tables: ValueTables): Row[] {
  const has = (table: ValueTableName) => Object.keys(tables[table]?.to_pms ?? {}).length > 0;
  const beside = { write: false, support: 'sidecar' } as const;
  return [
    has('trade')
      ? {
          field: 'trade',
          wire: 'Issue.CategoryID',
          as: listed('trade', 'general'),
          write: 'CategoryID',
          table: 'trade',
        }
      : { field: 'trade', wire: '', as: readBy(() => 'general'), ...beside, shown_as: allAs(TRADES, () => 'general') },
    has('severity')
      ? {
          field: 'severity',
          wire: 'Issue.PriorityID',
          as: listed('severity', 'routine'),
          write: 'PriorityID',
          table: 'severity',
        }
      : {
          field: 'severity',
          wire: '',
          as: readBy(() => 'routine'),
          ...beside,
          shown_as: allAs(SEVERITIES, () => 'routine'),
        },
    has('work_order_status')
      ? {
          ...{ field: 'status', wire: 'Issue', as: status, write: 'StatusID', table: 'work_order_status' },
          called: 'StatusID and IsClosed',
        }
      : {
          ...{
            field: 'status',
            wire: 'Issue.IsClosed',
            as: readBy((raw) => (raw === true ? 'closed' : 'new')),
            write: false,
          },
          support: 'mapped',
          shown_as: allAs(WORK_ORDER_STATUSES, (one) => (isOver(one) ? 'closed' : 'new')),
          note: 'open or closed; the mapping file gives the statuses their numbers',
        },
  ];
}

const idOfFirst = (id: number | undefined) => (id === undefined ? undefined : String(id));

const ROWS: readonly Row[] = [
  { field: 'id', wire: 'Issue.ServiceManagerIssueID', as: idText, always: true },
  { field: 'number', wire: 'Issue.ServiceManagerIssueID', as: idText, write: false },
  { field: 'property_id', wire: 'property_id', as: text, write: false, called: 'LinkedProperties or LinkedUnits' },
  {
    field: 'unit_id',
    wire: 'Issue.LinkedUnits',
    as: readBy((raw) => idOfFirst((raw as { UnitID: number }[])[0]?.UnitID)),
    write: false,
    note: 'linked after the issue is made',
  },
  {
    field: 'resident_id',
    wire: 'Issue.LinkedTenants',
    as: readBy((raw) => idOfFirst((raw as { TenantID: number }[])[0]?.TenantID)),
    write: false,
    note: 'a tenant is linked, not a contact: it shows the primary resident of the household',
  },
  { field: 'title', wire: 'Issue.Title', as: text, write: 'Title', always: true },
  {
    field: 'description',
    wire: 'Issue.Description',
    as: markedText,
    write: 'Description',
    note: 'a marker of ours stands at its end',
  },
  { field: 'raw_status', wire: 'Issue.Status.Name', as: text, write: false },
  { field: 'entry', wire: 'Issue.IsAllowedToEnter', as: ticked('entry'), write: 'IsAllowedToEnter', table: 'entry' },
  { field: 'vendor_id', wire: 'Issue.VendorID', as: idText, write: false },
  {
    field: 'technician_id',
    wire: 'Issue.AssignedToUserID',
    as: idText,
    write: false,
    note: 'the user it is assigned to',
  },
  {
    field: 'visit',
    wire: 'visit',
    as: readBy((raw) => raw),
    write: false,
    called: 'ScheduledDate to AssignedCloseDate',
    evidence: 'inferred',
  },
  {
    field: 'instructions',
    wire: 'instructions',
    as: text,
    write: false,
    called: 'HistoryNotes',
    evidence: 'inferred',
    note: 'the last note that begins with "Instructions:"',
  },
  {
    field: 'notes',
    wire: 'notes',
    as: readBy((raw) => raw),
    write: false,
    called: 'HistoryNotes',
    evidence: 'inferred',
    note: 'residents are shown none of them',
  },
  { field: 'bill_ids', wire: 'bill_ids', as: readBy((raw) => raw), write: false, called: 'WorkOrders.VendorBillID' },
  { field: 'created_at', wire: 'Issue.CreateDate', as: moment, write: false, always: true },
  { field: 'updated_at', wire: 'Issue.UpdateDate', as: moment, write: false },
  { field: 'completed_at', wire: 'Issue.CloseDate', as: moment, write: false },
];

/** The mapping, by what the mapping file has numbers for. */
export function workOrderMapping(tables: ValueTables) {
  return mapping(
    'work_order',
    {
      wire: 'ServiceManagerIssue',
      changes: 'webhook',
      freshness_seconds: 60,
      evidence: 'seen',
      note: 'an issue that is linked to no unit, property or tenant belongs to nobody and is left out',
    },
    [...ROWS, ...listedRows(tables)],
    KEPT_BESIDE,
  );
}

/** What is read of a service issue: with whom it is linked, its history and the bills for it. */
export const ISSUE_EMBEDS = [
  'Status',
  'LinkedUnits',
  'LinkedTenants',
  'LinkedProperties',
  'HistoryNotes',
  'WorkOrders',
];

/** The property that an issue belongs to. */
export function propertyOf({ LinkedProperties, LinkedUnits, LinkedTenants }: wire.Issue): string | undefined {
  const id = LinkedUnits?.[0]?.PropertyID ?? LinkedProperties?.[0]?.PropertyID ?? LinkedTenants?.[0]?.PropertyID;
  return id === undefined ? undefined : String(id);
}

function visitOf({ ScheduledDate, AssignedCloseDate }: wire.Issue, property_id: string, vendor: Vendor) {
  const at = { ...vendor.circumstances, path: 'work_order.visit', property_id };
  const start = moment.read(ScheduledDate, at) as string | undefined;
  const end = moment.read(AssignedCloseDate, at) as string | undefined;
  return start === undefined ? undefined : { start, ...(end !== undefined && end > start && { end }) };
}

export function workOrderReader(vendor: Vendor): Reader<'work_order'> {
  const rowsOfTables = workOrderMapping(vendor.tables);
  return sourceReader<'work_order', wire.Issue>(vendor, {
    kind: 'work_order',
    resource: 'ServiceManagerIssues',
    embeds: ISSUE_EMBEDS,
    read: (rows) =>
      rows.flatMap((Issue) => {
        const property_id = propertyOf(Issue);
        if (property_id === undefined) return [];
        const zone = vendor.zone(property_id);
        const bills = (Issue.WorkOrders ?? []).flatMap(({ VendorBillID }) => VendorBillID || []);
        const whole = {
          ...{ Issue, property_id, visit: visitOf(Issue, property_id, vendor) },
          notes: notesOf(Issue.HistoryNotes, zone),
          instructions: instructionsOf(Issue.HistoryNotes, zone),
          bill_ids: [...new Set(bills)].map(String),
        };
        return readRecord(rowsOfTables, whole, vendor.circumstances) ?? [];
      }),
  });
}
