import type { Severity, Trade, WorkOrderStatus } from '../../../../src/model/values.ts';
import type { PhoneNumber, Task } from '../wire.ts';

/*
 * The simulator's own words for canonical values, in both directions. They are made without a look at the connector's, so
 * that a round trip shows something.
 */

/** The account's own categories, of tasks and of vendors alike. */
export const CATEGORY_OF_TRADE: Readonly<Record<Trade, string>> = {
  plumbing: 'Plumbing',
  hvac: 'Heating & Cooling',
  electrical: 'Electrical',
  appliance: 'Appliances',
  locksmith: 'Keys & Locks',
  pest: 'Pest Control',
  roofing: 'Roof & Gutters',
  carpentry: 'Doors & Carpentry',
  flooring: 'Flooring',
  painting: 'Painting',
  cleaning: 'Cleaning',
  grounds: 'Landscaping',
  fire_safety: 'Fire & Life Safety',
  elevator: 'Elevator',
  restoration: 'Water & Fire Restoration',
  general: 'General Maintenance',
};

const TRADE_OF_CATEGORY = new Map(Object.entries(CATEGORY_OF_TRADE).map(([trade, name]) => [name, trade as Trade]));

export const tradeOf = (category: string | undefined): Trade | undefined => TRADE_OF_CATEGORY.get(category ?? '');

export const TASK_STATUS: Readonly<Record<WorkOrderStatus, Task['TaskStatus']>> = {
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
};

/** What a status is taken for where only the task shows it. */
export const STATUS_OF_TASK: Readonly<Record<Task['TaskStatus'], WorkOrderStatus>> = {
  New: 'new',
  InProgress: 'in_progress',
  Deferred: 'on_hold',
  Completed: 'work_done',
  Closed: 'closed',
};

export const PRIORITY: Readonly<Record<Severity, Task['Priority']>> = {
  life_safety: 'High',
  emergency: 'High',
  urgent: 'High',
  routine: 'Normal',
};

export const SEVERITY_OF_PRIORITY: Readonly<Record<Task['Priority'], Severity>> = {
  High: 'urgent',
  Normal: 'routine',
  Low: 'routine',
};

/** Bedrooms and bathrooms as the enumerations have them; the last one stands for itself and more. */
export const BEDROOMS = 'Studio OneBed TwoBed ThreeBed FourBed FiveBed SixBed SevenBed EightBed NineBedPlus'.split(' ');
export const BATHROOMS: ReadonlyMap<number, string> = new Map([
  [1, 'OneBath'],
  [1.5, 'OnePointFiveBath'],
  [2, 'TwoBath'],
  [2.5, 'TwoPointFiveBath'],
  [3, 'ThreeBath'],
  [3.5, 'ThreePointFiveBath'],
  [4, 'FourBath'],
  [4.5, 'FourPointFiveBath'],
  [5, 'FiveBath'],
  [5.5, 'FivePlusBath'],
]);

export const PHONE_TYPE = {
  mobile: 'Cell',
  home: 'Home',
  work: 'Office',
  after_hours: 'Other',
  other: 'Other',
} as const;

const TYPE_OF_PHONE = { Cell: 'mobile', Home: 'home', Office: 'work', Fax: 'other', Other: 'other' } as const;

/** US numbers as people write them: `(512) 555-0143`. */
export function usNumber(number: string): string {
  const digits = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return digits === null ? number : `(${digits[1]}) ${digits[2]}-${digits[3]}`;
}

/** The canonical form of a number that is one of the US, else the number as it is. */
export function canonicalPhone({ Number, Type }: PhoneNumber) {
  const digits = Number.replaceAll(/\D/g, '').replace(/^1(?=\d{10}$)/, '');
  return { number: digits.length === 10 ? `+1${digits}` : Number, type: TYPE_OF_PHONE[Type] };
}

export const dollars = (cents: number): number => cents / 100;
export const centsOf = (amount: number): number => Math.round(amount * 100);
