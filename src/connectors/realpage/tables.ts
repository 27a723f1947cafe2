import type { ValueTables } from '../kit/value_tables.ts';

/**
 * Words that are the same for every OneSite site. A service request takes four statuses; what they cannot tell apart is
 * kept beside the record. Priorities, problems, lead sources, agents and charge codes are each site's own, so that they
 * come from the mapping file alone.
 */
export const TABLES: ValueTables = {
  work_order_status: {
    // Every request begins as one, and none becomes it again.
    refused: ['new'],
    to_pms: {
      estimate_requested: 'In Progress',
      estimated: 'In Progress',
      assigned: 'In Progress',
      scheduled: 'In Progress',
      in_progress: 'In Progress',
      on_hold: 'On Hold',
      work_done: 'Complete',
      ready_to_bill: 'Complete',
      closed: 'Complete',
      cancelled: 'Canceled',
    },
    from_pms: {
      'In Progress': 'in_progress',
      'On Hold': 'on_hold',
      Complete: 'work_done',
      Completed: 'work_done',
      Canceled: 'cancelled',
      Cancelled: 'cancelled',
    },
  },
};

/** What a lease is, by the `leasestatus` of its residents; the six values that live sites were seen to give. */
export const LEASE_STATUSES: Readonly<Record<string, 'future' | 'current' | 'past' | 'cancelled'>> = {
  Current: 'current',
  Former: 'past',
  'Future Lease': 'future',
  Applicant: 'future',
  'Applicant - Lease Signed': 'future',
  'Former Applicant': 'cancelled',
  Pending: 'future',
};
