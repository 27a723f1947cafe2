import type { ValueTables } from '../connector.ts';
import { oneToOne } from '../kit/value_tables.ts';

/**
 * Words that count until a connection's mapping file says others: statuses, priorities and categories of work orders are
 * lists of each customer. The statuses are those of Voyager's standard set. Categories have no standard, so that a trade
 * goes over the wire by its plain name.
 */
export const TABLES: ValueTables = {
  work_order_status: {
    to_pms: {
      new: 'Call',
      estimate_requested: 'In Progress',
      estimated: 'In Progress',
      assigned: 'Scheduled',
      scheduled: 'Scheduled',
      in_progress: 'In Progress',
      on_hold: 'In Progress',
      work_done: 'Work Completed',
      ready_to_bill: 'Work Completed',
      closed: 'Work Completed',
      cancelled: 'Canceled',
    },
    from_pms: {
      Call: 'new',
      Scheduled: 'scheduled',
      'In Progress': 'in_progress',
      'Work Completed': 'work_done',
      Canceled: 'cancelled',
    },
  },
  severity: {
    to_pms: { life_safety: 'Emergency', emergency: 'Emergency', urgent: 'High', routine: 'Medium' },
    from_pms: { Emergency: 'emergency', High: 'urgent', Medium: 'routine', Low: 'routine' },
  },
  trade: oneToOne({
    plumbing: 'Plumbing',
    hvac: 'HVAC',
    electrical: 'Electrical',
    appliance: 'Appliance',
    locksmith: 'Locks',
    pest: 'Pest Control',
    roofing: 'Roofing',
    carpentry: 'Carpentry',
    flooring: 'Flooring',
    painting: 'Painting',
    cleaning: 'Cleaning',
    grounds: 'Grounds',
    fire_safety: 'Fire Safety',
    elevator: 'Elevator',
    restoration: 'Restoration',
    general: 'General',
  }),
  // A flag: whoever is to be called first is not let in without it, and the access notes say so.
  entry: {
    to_pms: { yes: 'true', no: 'false', call_first: 'false', unknown: 'false' },
    from_pms: { true: 'yes', false: 'no' },
  },
  // The kind of customer that a prospect is. What becomes of an application is decided in Voyager.
  guest_card_status: {
    // They come about by the application and the lease.
    refused: ['applied', 'approved', 'denied', 'leased'],
    to_pms: {
      new: 'prospect',
      contacted: 'prospect',
      qualified: 'prospect',
      tour_scheduled: 'prospect',
      toured: 'prospect',
      no_show: 'prospect',
      lost: 'canceled',
    },
    from_pms: {
      prospect: 'new',
      applicant: 'applied',
      approved_applicant: 'approved',
      denied_applicant: 'denied',
      future_resident: 'leased',
      current_resident: 'leased',
      former_resident: 'leased',
      canceled: 'lost',
    },
  },
  tour_type: {
    to_pms: { agent_led: 'Appointment', self_guided: 'Appointment', virtual: 'Appointment' },
    from_pms: { Appointment: 'agent_led', Show: 'agent_led', GuidedTour: 'agent_led' },
  },
};
