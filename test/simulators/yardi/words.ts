/*
 * What this customer's Voyager has to choose from, and who is let in.
 */

export const LOGIN = {
  UserName: 'caretaker_ws',
  Password: 'simulated-password',
  ServerName: 'yardisql01',
  Database: 'maple_live',
  Platform: 'SQL Server',
} as const;

/** Interfaces that this customer has licences for: name of the service, entity, licence. */
export const LICENCES = {
  service_requests: { file: 'ItfServiceRequests', entity: 'Caretaker Maintenance', license: 'licence-maintenance-1' },
  ils_guest_card: { file: 'ItfILSGuestCard', entity: 'Caretaker Leasing', license: 'licence-leasing-22' },
  billing_and_payments: {
    file: 'ItfResidentTransactions20',
    entity: 'Caretaker Billing',
    license: 'licence-billing-333',
  },
  common_data: { file: 'ItfResidentData', entity: 'Caretaker Data', license: 'licence-data-4444' },
  lease_renewals: { file: 'ItfLeaseRenewals', entity: 'Caretaker Renewals', license: 'licence-renewals-5' },
} as const;
export type LicensedName = keyof typeof LICENCES;

/** The standard set, and one word of this customer's own. */
export const STATUSES = ['Call', 'Scheduled', 'In Progress', 'On Hold', 'Work Completed', 'Canceled'];
export const CLOSED: readonly string[] = ['Work Completed', 'Canceled'];
export const PRIORITIES = ['Emergency', 'High', 'Medium', 'Low'];

/** Categories of this customer by trade. */
export const CATEGORIES: Readonly<Record<string, string>> = {
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
};

/** Trade of a category. */
export const TRADES = Object.fromEntries(Object.entries(CATEGORIES).map(([trade, category]) => [category, trade]));

export const CUSTOMER_TYPES = [
  'prospect',
  'applicant',
  'approved_applicant',
  'denied_applicant',
  'future_resident',
  'current_resident',
  'former_resident',
  'canceled',
];

export const EVENT_TYPES = [
  ...['Other', 'WalkIn', 'Show', 'Appointment', 'Application', 'Approve', 'LeaseSign', 'Cancel', 'Email', 'Text'],
  ...['Chat', 'Webservice', 'GuidedTour', 'CallFromProspect', 'CallToProspect'],
];

export const FIRST_CONTACTS = ['Other', 'WalkIn', 'Chat', 'Email', 'Text', 'Webservice'];
