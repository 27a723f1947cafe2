import type { GlAccount, Lease, Resident, Staff } from '../../../../src/model/records.ts';
import type { Severity, Trade, WorkOrderStatus } from '../../../../src/model/values.ts';

/*
 * The simulator's own words for canonical values, in both directions. They are made without a look at the connector's, so
 * that a round trip shows something.
 */

export const TRADE_WORD: Readonly<Record<Trade, string>> = {
  plumbing: 'Plumbing',
  hvac: 'HVAC',
  electrical: 'Electrical',
  appliance: 'Appliances',
  locksmith: 'Keys/Locks',
  pest: 'Pest Control',
  roofing: 'Roofing',
  carpentry: 'Doors/Windows',
  flooring: 'Carpet/Flooring',
  painting: 'Painting',
  cleaning: 'Cleaning',
  grounds: 'Landscaping',
  fire_safety: 'Alarm/Security',
  elevator: 'Elevator Services',
  restoration: 'Fire/Water Damage',
  general: 'Handyperson',
};

const TRADE_OF = new Map(Object.entries(TRADE_WORD).map(([trade, word]) => [word, trade as Trade]));
/** Words that come from outside and stand for the same. */
const MORE_TRADES: Readonly<Record<string, Trade>> = {
  'Repairs and Maintenance: Interior': 'carpentry',
  'Smoke/Carbon Monoxide Detectors': 'fire_safety',
};

export const tradeOf = (word: unknown): Trade => TRADE_OF.get(String(word)) ?? MORE_TRADES[String(word)] ?? 'general';

export const ORDER_STATUS: Readonly<Record<WorkOrderStatus, string>> = {
  new: 'New',
  estimate_requested: 'Estimate Requested',
  estimated: 'Estimated',
  assigned: 'Assigned',
  scheduled: 'Scheduled',
  in_progress: 'Scheduled',
  on_hold: 'Waiting',
  work_done: 'Work Completed',
  ready_to_bill: 'Work Completed',
  closed: 'Completed',
  cancelled: 'Canceled',
};

export const STATUS_OF_ORDER: Readonly<Record<string, WorkOrderStatus>> = {
  New: 'new',
  'Estimate Requested': 'estimate_requested',
  Estimated: 'estimated',
  Assigned: 'assigned',
  Scheduled: 'scheduled',
  Waiting: 'on_hold',
  'Work Completed': 'work_done',
  Completed: 'closed',
  Canceled: 'cancelled',
};

export const PRIORITY: Readonly<Record<Severity, string>> = {
  life_safety: 'Urgent',
  emergency: 'Urgent',
  urgent: 'Urgent',
  routine: 'Normal',
};

export const TENANT_STATUS: Readonly<Record<Lease['status'], string>> = {
  current: 'Current',
  notice: 'Notice',
  eviction: 'Evict',
  past: 'Past',
  cancelled: 'Past',
  future: 'Future',
};

export const STATUS_OF_TENANT: Readonly<Record<string, Resident['status']>> = {
  Current: 'current',
  Notice: 'notice',
  Evict: 'eviction',
  Past: 'past',
  Future: 'future',
};

export const TENANT_TYPE: Readonly<Record<Resident['role'], string>> = {
  primary: 'Financially Responsible',
  roommate: 'Financially Responsible',
  occupant: 'Other Occupant',
  guarantor: 'Co-signer',
};

export const ROLE_NAME: Readonly<Record<Staff['roles'][number], string>> = {
  technician: 'Maintenance Tech',
  leasing_agent: 'Leasing Agent',
  manager: 'Property Manager',
  bookkeeper: 'Bookkeeper',
};

/** The words of answers, which are not those of requests. */
export function accountType({ type, role }: GlAccount): string {
  if (role === 'bank') return 'CashGlAccount';
  return (
    { asset: 'Asset', liability: 'Liability', equity: 'Capital', income: 'Income', expense: 'Expense' }[type] +
    'GlAccount'
  );
}

export const TYPE_OF_ACCOUNT: Readonly<Record<string, GlAccount['type']>> = {
  CashGlAccount: 'asset',
  AssetGlAccount: 'asset',
  LiabilityGlAccount: 'liability',
  CapitalGlAccount: 'equity',
  IncomeGlAccount: 'income',
  ExpenseGlAccount: 'expense',
};

export const dollars = (cents: number): string => (cents / 100).toFixed(2);
export const centsOf = (text: unknown): number => Math.round(Number(text ?? 0) * 100);

/** First and last name of a person of whom only the whole name is known. */
export function namesOf(name: string): { FirstName: string; LastName: string } {
  const at = name.lastIndexOf(' ');
  return at < 0 ? { FirstName: name, LastName: name } : { FirstName: name.slice(0, at), LastName: name.slice(at + 1) };
}

const PHONE_LABEL = {
  mobile: 'Mobile',
  home: 'Home',
  work: 'Work',
  after_hours: 'After hours',
  other: 'Other',
} as const;
type PhoneType = keyof typeof PHONE_LABEL;
const TYPE_OF_LABEL = new Map(Object.entries(PHONE_LABEL).map(([type, label]) => [label as string, type as PhoneType]));

/** A number as people in the United States write it. */
export function phoneRows(phones: readonly { number: string; type: PhoneType }[]): object[] {
  return phones.map(({ number, type }, index) => ({
    Number: number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3'),
    ...{ Label: PHONE_LABEL[type], IsPrimary: index === 0 },
  }));
}

export function phonesOf(rows: unknown): { number: string; type: PhoneType }[] {
  return ((rows ?? []) as { Number: string; Label: string }[]).map(({ Number: text, Label }) => ({
    number: text.replace(/^\((\d{3})\) (\d{3})-(\d{4})$/, '+1$1$2$3'),
    type: TYPE_OF_LABEL.get(Label) ?? 'other',
  }));
}

export function emailRows(emails: readonly string[]): object[] {
  return emails.map((EmailAddress, index) => ({ EmailAddress, IsPrimary: index === 0 }));
}
