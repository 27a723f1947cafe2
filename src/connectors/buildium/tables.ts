import type { ValueTables } from '../kit/value_tables.ts';

/**
 * What a contact request shows of a prospect. Whether somebody whose request is dealt with has applied, its status does not
 * say: read, it means that somebody has answered them.
 */
export const CONTACT_REQUEST_TABLES: ValueTables = {
  guest_card_status: {
    to_pms: {
      new: 'New',
      contacted: 'InProgress',
      qualified: 'InProgress',
      tour_scheduled: 'InProgress',
      toured: 'InProgress',
      no_show: 'InProgress',
      applied: 'Completed',
      approved: 'Completed',
      leased: 'Completed',
      denied: 'Closed',
      lost: 'Closed',
    },
    from_pms: {
      New: 'new',
      InProgress: 'contacted',
      Deferred: 'contacted',
      Completed: 'contacted',
      Closed: 'lost',
    },
  },
};

/**
 * Words that are the same for every Buildium account. A task has five statuses and three priorities; what they cannot
 * tell apart is kept beside the record. Task categories are each account's own, so that `trade` comes from the mapping
 * file alone.
 */
export const TABLES: ValueTables = {
  work_order_status: {
    to_pms: {
      new: 'New',
      estimate_requested: 'InProgress',
      estimated: 'InProgress',
      assigned: 'InProgress',
      scheduled: 'InProgress',
      in_progress: 'InProgress',
      on_hold: 'Deferred',
      work_done: 'Completed',
      ready_to_bill: 'Completed',
      closed: 'Closed',
      cancelled: 'Closed',
    },
    from_pms: {
      New: 'new',
      InProgress: 'in_progress',
      Deferred: 'on_hold',
      Completed: 'work_done',
      Closed: 'closed',
    },
  },
  severity: {
    to_pms: { life_safety: 'High', emergency: 'High', urgent: 'High', routine: 'Normal' },
    from_pms: { High: 'urgent', Normal: 'routine', Low: 'routine' },
  },
};
