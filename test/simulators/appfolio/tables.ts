import type { Desk } from '../shared/vendor.ts';

/** A record as the API shows it. Times of making and changing come from the table. */
export interface Row {
  Id: string;
  [field: string]: unknown;
}

/** What is particular to the account, and what a test may change of it. */
export interface Account {
  Id: number;
  /** Nightly maintenance: every request is answered with 533. */
  Maintenance: boolean;
  /** Resources that the agreement does not cover. */
  Denied: readonly string[];
  /** The largest page, whatever is asked for. */
  PageCap: number;
  /** Fields that the agreement does not cover, which are silently not there: `work_orders.Estimates`. */
  NotAgreed: readonly string[];
  /** Ids of records that another request is changing just now. */
  BeingChanged: readonly string[];
}

/** A request that was made under an idempotency key. */
export interface Key {
  Key: string;
  /** SHA-256 of the body. */
  Digest: string;
  Status: 'done' | 'in_flight';
  /** Epoch milliseconds. */
  At: number;
  Answer: string;
}

const own = ({ Id }: Row) => Id;
const by = (field: string) => (row: Row) => row[field] as string | null | undefined;

/** Fields of which rows are found without looking at all of them, by table. */
export const INDEXED: Readonly<Record<string, readonly string[]>> = {
  units: ['PropertyId'],
  tenants: ['OccupancyId', 'PropertyId', 'UnitId'],
  leases: ['OccupancyId'],
  renewal_pricings: ['LeaseId'],
  recurring_charges: ['OccupancyId'],
  work_orders: ['PropertyId', 'UnitId'],
  notes: ['About'],
  leads: ['PropertyId'],
  charges: ['PropertyId', 'OccupancyId'],
  journal_entries: ['PropertyId'],
};

/** Empty tables. */
export function makeTables({ table }: Desk) {
  const rows = (name: string) =>
    table<Row>({
      name,
      id: own,
      indexes: Object.fromEntries((INDEXED[name] ?? []).map((field) => [field, by(field)])),
    });
  return {
    account: table<Account>({ name: 'account', id: ({ Id }) => Id }),
    keys: table<Key>({ name: 'keys', id: ({ Key }) => Key }),
    properties: rows('properties'),
    units: rows('units'),
    users: rows('users'),
    tenants: rows('tenants'),
    leases: rows('leases'),
    renewal_pricings: rows('renewal_pricings'),
    recurring_charges: rows('recurring_charges'),
    vendors: rows('vendors'),
    /** What only the report about vendors shows, by the number of the vendor. */
    directory: rows('directory'),
    work_orders: rows('work_orders'),
    notes: rows('notes'),
    leads: rows('leads'),
    showings: rows('showings'),
    charges: rows('charges'),
    gl_accounts: rows('gl_accounts'),
    bills: rows('bills'),
    journal_entries: rows('journal_entries'),
  };
}

export type AppfolioTables = ReturnType<typeof makeTables>;
/** Tables of records, which lists are made of. */
export type RowTable = Exclude<keyof AppfolioTables, 'account' | 'keys'>;
