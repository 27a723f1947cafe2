import type { ValueTables } from '../kit/value_tables.ts';

/**
 * AppFolio's trades (a closed list for `VendorTrade`), each with the canonical one that it is read as. What vendors are
 * sorted by in the vendor directory are the same words.
 */
const TRADE_OF = {
  'Alarm/Security': 'fire_safety',
  Appliances: 'appliance',
  'Capital Improvements': 'general',
  'Carpet/Flooring': 'flooring',
  Cleaning: 'cleaning',
  'Deck Repair': 'carpentry',
  'Doors/Windows': 'carpentry',
  'Drywall Repair': 'carpentry',
  Electrical: 'electrical',
  'Elevator Services': 'elevator',
  'Fences/Gates': 'carpentry',
  'Fire/Water Damage': 'restoration',
  'Fireplace/Chimney': 'hvac',
  'Garage Doors': 'general',
  'General Contractor': 'general',
  'Gutter Cleaning': 'grounds',
  Handyperson: 'general',
  HVAC: 'hvac',
  Inspections: 'general',
  'Keys/Locks': 'locksmith',
  Landscaping: 'grounds',
  Other: 'general',
  Painting: 'painting',
  'Parking Lots/Driveways': 'grounds',
  'Pest Control': 'pest',
  Plumbing: 'plumbing',
  'Pool/Spa': 'grounds',
  'Preventative Maintenance': 'general',
  Redevelopment: 'general',
  'Repairs and Maintenance: Exterior': 'carpentry',
  'Repairs and Maintenance: Interior': 'carpentry',
  Roofing: 'roofing',
  'Septic System': 'plumbing',
  'Smoke/Carbon Monoxide Detectors': 'fire_safety',
  'Snow Removal': 'grounds',
  'Trash/Recycling': 'cleaning',
  Turnover: 'general',
  Utilities: 'general',
} as const;

export const TRADE_WORDS: readonly string[] = Object.keys(TRADE_OF);

/** A work order takes this trade when it is made, and not in a change: the two lists differ in it. */
export const ONLY_WHEN_CREATED = 'Appliances';

const TRADES: ValueTables['trade'] = {
  to_pms: {
    plumbing: 'Plumbing',
    hvac: 'HVAC',
    electrical: 'Electrical',
    appliance: 'Appliances',
    locksmith: 'Keys/Locks',
    pest: 'Pest Control',
    roofing: 'Roofing',
    carpentry: 'Repairs and Maintenance: Interior',
    flooring: 'Carpet/Flooring',
    painting: 'Painting',
    cleaning: 'Cleaning',
    grounds: 'Landscaping',
    fire_safety: 'Smoke/Carbon Monoxide Detectors',
    elevator: 'Elevator Services',
    restoration: 'Fire/Water Damage',
    general: 'Handyperson',
  },
  from_pms: TRADE_OF,
};

/** Words that are the same for every AppFolio database. What they cannot tell apart is kept beside the record. */
export const TABLES: ValueTables = {
  work_order_status: {
    // They come about by estimates alone.
    refused: ['estimate_requested', 'estimated'],
    to_pms: {
      new: 'New',
      assigned: 'Assigned',
      scheduled: 'Scheduled',
      in_progress: 'Scheduled',
      on_hold: 'Waiting',
      work_done: 'Work Completed',
      ready_to_bill: 'Work Completed',
      closed: 'Completed',
      cancelled: 'Canceled',
    },
    from_pms: {
      New: 'new',
      'Estimate Requested': 'estimate_requested',
      Estimated: 'estimated',
      Assigned: 'assigned',
      Scheduled: 'scheduled',
      Waiting: 'on_hold',
      'Work Completed': 'work_done',
      Completed: 'closed',
      Canceled: 'cancelled',
    },
  },
  severity: {
    to_pms: { life_safety: 'Urgent', emergency: 'Urgent', urgent: 'Urgent', routine: 'Normal' },
    from_pms: { Urgent: 'urgent', Normal: 'routine', Low: 'routine' },
  },
  trade: TRADES,
  vendor_trade: TRADES,
  // PermissionToEnter is yes, no or not said; who wants to be called first has not given leave.
  entry: {
    to_pms: { yes: 'true', no: 'false', call_first: 'false', unknown: '' },
    from_pms: { true: 'yes', false: 'no', '': 'unknown' },
  },
  guest_card_status: {
    // They come about by the application and the lease.
    refused: ['approved', 'denied', 'leased'],
    to_pms: {
      new: 'active',
      contacted: 'active',
      qualified: 'active',
      tour_scheduled: 'active',
      toured: 'active',
      no_show: 'active',
      applied: 'active',
      lost: 'inactive',
    },
    from_pms: { active: 'new', cold: 'contacted', waitlisted: 'qualified', inactive: 'lost' },
  },
  lost_reason: {
    to_pms: {
      price: 'price',
      location: 'location',
      amenities: 'amenities',
      no_response: 'no_response',
      no_availability: 'no_availability',
      duplicate: 'duplicate',
      other: 'other',
    },
    from_pms: {
      price: 'price',
      location: 'location',
      amenities: 'amenities',
      no_response: 'no_response',
      no_availability: 'no_availability',
      duplicate: 'duplicate',
      other: 'other',
      decided_not_to_move: 'other',
      leasing_criteria_not_met: 'other',
      looking_for_move_in_special: 'price',
    },
  },
  // A showing has no kind: whatever it was made as, AppFolio shows a showing.
  tour_type: {
    to_pms: { agent_led: 'showing', self_guided: 'showing', virtual: 'showing' },
    from_pms: { showing: 'agent_led' },
  },
};
