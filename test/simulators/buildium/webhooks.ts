import { createHmac } from 'node:crypto';
import type { Change } from '../shared/table.ts';
import type { Webhooks } from '../shared/vendor.ts';
import type { BuildiumTables } from './tables.ts';

type Row = Readonly<Record<string, unknown>>;
type Ids = Readonly<Record<string, unknown>>;

const idAs = (name: string) => (row: Row) => ({ [name]: row['Id'] });

/** What a change of a table is called, and the ids that come with it. Tables without an entry tell of nothing. */
const EVENTS: Readonly<Record<string, { name: string; only?: Change['event']; ids: (row: Row) => Ids | undefined }>> = {
  rentals: { name: 'Rental', ids: idAs('PropertyId') },
  units: { name: 'RentalUnit', ids: idAs('UnitId') },
  listings: { name: 'Listing', ids: ({ UnitId }) => ({ UnitId }) },
  leases: { name: 'Lease', ids: idAs('LeaseId') },
  moveOuts: { name: 'Lease.MoveOut', only: 'created', ids: ({ LeaseId, TenantId }) => ({ LeaseId, TenantId }) },
  tenants: { name: 'LeaseTenant', ids: idAs('TenantId') },
  tasks: { name: 'Task', ids: ({ Id, TaskType }) => ({ TaskId: Id, TaskType }) },
  history: { name: 'Task.History', ids: ({ TaskId, Id }) => ({ TaskId, TaskHistoryId: Id }) },
  taskCategories: { name: 'TaskCategory', ids: idAs('TaskCategoryId') },
  workOrders: { name: 'WorkOrder', ids: idAs('WorkOrderId') },
  vendors: { name: 'Vendor', ids: idAs('VendorId') },
  vendorCategories: { name: 'VendorCategory', ids: idAs('VendorCategoryId') },
  applicants: { name: 'Applicant', ids: idAs('ApplicantId') },
  glAccounts: { name: 'GLAccount', ids: idAs('GLAccountId') },
  bills: { name: 'Bill', ids: idAs('BillId') },
  phoneLogs: { name: 'PhoneLog', ids: idAs('PhoneLogId') },
  // A journal entry has no event, and that of a lease's transaction does not name the lease.
  transactions: {
    name: 'LeaseTransaction',
    ids: ({ Id, TransactionType, LeaseId }) => (LeaseId === null ? undefined : { TransactionId: Id, TransactionType }),
  },
};

const PAST = { created: 'Created', updated: 'Updated', deleted: 'Deleted' } as const;

/** The time of an event has seven digits of a second. */
const eventTime = (now: number) => new Date(now).toISOString().replace('Z', '0000Z');

/** Thin messages with ids only, signed over the time of sending and the body. Sent again after 1, 10 and 60 minutes. */
export const WEBHOOKS: Webhooks<BuildiumTables> = {
  events(changes, { tables, now }) {
    const { AccountId } = tables.account.get(1) ?? {};
    return changes.flatMap(({ table, event, before, after }) => {
      const kind = EVENTS[table];
      const ids = kind?.ids((after ?? before) as Row);
      if (kind === undefined || ids === undefined || (kind.only ?? event) !== event) return [];
      return [
        JSON.stringify({
          EventName: `${kind.name}.${PAST[event]}`,
          EventDateTime: eventTime(now()),
          AccountId,
          ...ids,
        }),
      ];
    });
  },
  sign(body, now, { webhook_secret }) {
    // That the time is in seconds is inferred.
    const timestamp = String(Math.floor(now / 1000));
    return {
      headers: {
        'content-type': 'application/json',
        'buildium-webhook-timestamp': timestamp,
        'buildium-webhook-signature': createHmac('sha256', webhook_secret)
          .update(`${timestamp}.${body}`)
          .digest('base64'),
      },
      body,
    };
  },
  retry_ms: [60_000, 600_000, 3_600_000],
};
