/*
 * What the Database API takes, as its reference of March 2026 has it: filters of lists and fields of bodies. A field is
 * written as its type, with `*` where it is required and `?` where null is taken; a list of words is a closed list.
 */

const WORK_ORDER_STATUSES = ['Assigned', 'Canceled', 'Completed', 'New', 'Scheduled', 'Waiting', 'Work Completed'];

export const TRADES = [
  ...['Alarm/Security', 'Appliances', 'Capital Improvements', 'Carpet/Flooring', 'Cleaning', 'Deck Repair'],
  ...['Doors/Windows', 'Drywall Repair', 'Electrical', 'Elevator Services', 'Fences/Gates', 'Fire/Water Damage'],
  ...['Fireplace/Chimney', 'Garage Doors', 'General Contractor', 'Gutter Cleaning', 'Handyperson', 'HVAC'],
  ...['Inspections', 'Keys/Locks', 'Landscaping', 'Other', 'Painting', 'Parking Lots/Driveways', 'Pest Control'],
  ...['Plumbing', 'Pool/Spa', 'Preventative Maintenance', 'Redevelopment', 'Repairs and Maintenance: Exterior'],
  ...['Repairs and Maintenance: Interior', 'Roofing', 'Septic System', 'Smoke/Carbon Monoxide Detectors'],
  ...['Snow Removal', 'Trash/Recycling', 'Turnover', 'Utilities'],
];

export type FilterType = 'id' | 'ids' | 'moment' | 'date' | 'flag' | 'word' | readonly string[];

export interface ListFacts {
  filters: Readonly<Record<string, FilterType>>;
  /** One of these has to be there, else 400. */
  needs?: readonly string[];
  unpaged?: true;
}

const SINCE = { LastUpdatedAtFrom: 'moment' } as const;
const ID_OR_SINCE = ['Id', 'LastUpdatedAtFrom'];
const ONLY_SINCE = ['LastUpdatedAtFrom'];

export const LISTS = {
  properties: { filters: { ...SINCE, Id: 'ids', IncludeHidden: 'flag' }, needs: ID_OR_SINCE },
  units: { filters: { ...SINCE, Id: 'ids', PropertyId: 'ids', IncludeHidden: 'flag' }, needs: ID_OR_SINCE },
  users: { filters: { ...SINCE, PropertyId: 'ids', Email: 'word' }, needs: ONLY_SINCE },
  tenants: {
    filters: {
      ...SINCE,
      ...{ Id: 'ids', OccupancyId: 'ids', PropertyId: 'ids', UnitId: 'ids' },
      ...{ IncludeHidden: 'flag', IncludeUnassigned: 'flag', Status: ['Current', 'Past', 'Future', 'Evict', 'Notice'] },
    },
    needs: ID_OR_SINCE,
  },
  leases: { filters: { ...SINCE, LeaseId: 'ids', OccupancyId: 'id' }, needs: ONLY_SINCE },
  'leases/renewal_pricings': { filters: { LeaseId: 'ids' }, needs: ['LeaseId'], unpaged: true },
  recurring_charges: { filters: { ...SINCE, OccupancyId: 'ids' }, needs: ONLY_SINCE },
  vendors: { filters: { ...SINCE, Id: 'ids', IncludeHidden: 'flag' }, needs: ID_OR_SINCE },
  work_orders: {
    filters: {
      ...SINCE,
      ...{ Id: 'ids', PropertyId: 'ids', UnitId: 'ids', VendorId: 'ids', ManagementCompanyAsVendor: 'flag' },
      ...{ CreatedAtFrom: 'moment', CreatedAtTo: 'moment' },
      Status: [...WORK_ORDER_STATUSES, 'Estimate Requested', 'Estimated'],
    },
    needs: ID_OR_SINCE,
  },
  leads: { filters: { ...SINCE, Id: 'ids', PropertyId: 'ids' }, needs: ID_OR_SINCE },
  'leads/notes': { filters: { ...SINCE, GuestCardId: 'id' }, needs: ONLY_SINCE },
  showings: { filters: { ...SINCE, Id: 'ids' }, needs: ID_OR_SINCE },
  charges: { filters: { Id: 'ids', PropertyId: 'id' }, needs: ['Id', 'PropertyId'], unpaged: true },
  gl_accounts: { filters: { ...SINCE, PropertyId: 'ids', IsCorporateAccount: 'flag' }, unpaged: true },
  bills: {
    filters: {
      ...SINCE,
      ...{ Id: 'ids', IncludeHidden: 'flag', ManagementCompanyAsPayee: 'flag' },
      ApprovalStatus: ['All', 'Pending Approval', 'On Hold', 'Approved'],
    },
    needs: ID_OR_SINCE,
  },
  journal_entries: { filters: { ...SINCE, Id: 'ids', PropertyId: 'ids' }, needs: ONLY_SINCE },
} as const satisfies Record<string, ListFacts>;
export type Resource = keyof typeof LISTS;

export type FieldType = string | readonly string[] | { items: BodyFacts; least?: number };
export type BodyFacts = Readonly<Record<string, FieldType>>;

const ESTIMATES = {
  items: {
    ...{ VendorId: 'uuid', ManagementCompanyAsVendor: 'flag', Amount: 'number', InternalNotes: 'text' },
    ...{ EstimateRequestedDate: 'date', EstimateReceivedDate: 'date', Status: ['Pending', 'Approved', 'Not Approved'] },
  },
};

const WORK_ORDER = {
  ...{ Description: 'text', Priority: ['Urgent', 'Normal', 'Low'], Status: WORK_ORDER_STATUSES, VendorId: 'uuid?' },
  ...{ ManagementCompanyAsVendor: 'flag', AssignedUsers: 'uuids?', PermissionToEnter: 'flag?', Estimates: ESTIMATES },
  ...{ ScheduledStart: 'moment?', ScheduledEnd: 'moment?' },
  ...{ CompletedOn: 'date', WorkCompletedOn: 'date', CanceledOn: 'date' },
};

const LEAD = {
  ...{ AdditionalOccupants: 'integer', AssignedUserId: 'uuid?', Bathrooms: 'text', Bedrooms: 'integer' },
  ...{ CreatedAt: 'moment', CreditScore: 'text', DesiredMoveIn: 'date', Email: 'text?', PhoneNumber: 'text?' },
  ...{ HasCats: 'flag', HasDogs: 'flag', HasOtherPet: 'flag', MaxRent: 'money', MonthlyIncome: 'money' },
  ...{ MiddleInitial: 'text', Source: 'text', Status: ['active', 'cold', 'inactive', 'waitlisted'], UnitIds: 'uuids?' },
};

const INACTIVE_REASONS = [
  ...['price', 'location', 'amenities', 'no_response', 'decided_not_to_move', 'leasing_criteria_not_met'],
  ...['looking_for_move_in_special', 'no_availability', 'duplicate', 'other'],
];

const BILL_LINES = {
  items: {
    ...{ Amount: 'money*', Description: 'text', GlAccountId: 'uuid*', PropertyId: 'uuid', UnitId: 'uuid' },
    ...{ ServiceFrom: 'date', ServiceTo: 'date' },
  },
  least: 1,
};

const JOURNAL_LINES = {
  items: { GlAccountId: 'uuid*', Debit: 'money?', Credit: 'money?', Description: 'text' },
  least: 2,
};

const RECURRING_CHARGE = {
  ...{ Amount: 'number', Frequency: 'text', StartDate: 'date', EndDate: 'date?', Description: 'text' },
  ...{ ProrateFirstMonth: 'flag', ProrateLastMonth: 'flag' },
};

export const BODIES = {
  'POST work_orders': {
    ...WORK_ORDER,
    ...{ JobDescription: 'text*', VendorTrade: TRADES, UnitTurnCategory: 'text' },
    ...{ PropertyId: 'uuid', UnitId: 'uuid', OccupancyId: 'uuid', InspectionId: 'uuid', ServiceRequestId: 'uuid' },
  },
  'PATCH work_orders': {
    ...WORK_ORDER,
    JobDescription: 'text',
    VendorTrade: ['', ...TRADES.filter((trade) => trade !== 'Appliances')],
  },
  'POST notes': { Body: 'note' },
  'POST leads': {
    ...LEAD,
    ...{ FirstName: 'text*', LastName: 'text*', PropertyId: 'uuid*' },
    Messages: {
      items: { PropertyId: 'uuid', UnitId: 'uuid', Message: 'text', Source: 'text', Timestamp: 'moment' },
    },
  },
  'PATCH leads': { ...LEAD, FirstName: 'text', LastName: 'text', InactiveReason: INACTIVE_REASONS },
  'POST showings': {
    ...{ LeadId: 'uuid*', UnitId: 'uuid*', StartAt: 'moment*', EndAt: 'moment*' },
    ...{ AssignedUserId: 'uuid', Notes: 'text' },
  },
  'PATCH showings': {
    ...{ AssignedUserId: 'uuid?', StartAt: 'moment', EndAt: 'moment', Notes: 'text' },
    Status: ['scheduled', 'canceled', 'no-show'],
  },
  'PATCH leases': { EndOn: 'date', IsMtm: 'flag', RenewedOn: 'date' },
  'POST recurring_charges': {
    ...RECURRING_CHARGE,
    ...{ Amount: 'number*', Frequency: 'text*', StartDate: 'date*', OccupancyId: 'uuid*', GlAccountId: 'uuid*' },
  },
  'PATCH recurring_charges': RECURRING_CHARGE,
  'POST charges': {
    ...{ AmountDue: 'money*', ChargedOn: 'date*', Description: 'text*' },
    ...{ GlAccountId: 'uuid*', OccupancyId: 'uuid*' },
  },
  'POST bills': {
    ...{ PropertyId: 'uuid*', InvoiceDate: 'date*', DueDate: 'date*', TotalAmount: 'money*' },
    ...{ LineItems: BILL_LINES, VendorId: 'uuid', ManagementCompanyAsPayee: 'flag', WorkOrderId: 'uuid' },
    ...{ AccountNumber: 'text', CashAccountId: 'uuid', CheckMemo: 'text', PostingDate: 'date' },
    ...{ Reference: 'text', Remarks: 'text' },
  },
  'POST journal_entries': {
    ...{ EntryDate: 'date*', PropertyId: 'uuid*', LineItems: JOURNAL_LINES, Remarks: 'text' },
  },
} satisfies Record<string, BodyFacts>;
export type BodyName = keyof typeof BODIES;
