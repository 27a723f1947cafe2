import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Phone } from '../../../../src/model/values.ts';
import type { Desk } from '../../shared/vendor.ts';
import { auditDate, LOCATION_ZONE, wallClock } from '../moments.ts';
import { resourceNamed, type RentManagerTables, type Row } from '../tables.ts';
import { PHONE_TYPES } from '../words.ts';

/** Where numbers begin, so that those of one kind are not those of another. */
const FIRST: Readonly<Record<string, number>> = {
  Properties: 3,
  Units: 200,
  Tenants: 1_000,
  Contacts: 5_000,
  Leases: 3_000,
  ServiceManagerIssues: 700,
  Prospects: 400,
  Appointments: 900,
  HistoryNotes: 10_000,
  Users: 11,
  Vendors: 150,
};

/** Lays a portfolio out in Rent Manager's tables. */
export class Loading {
  readonly portfolio: SandboxState;
  readonly desk: Desk;
  readonly tables: RentManagerTables;

  constructor(portfolio: SandboxState, desk: Desk, tables: RentManagerTables) {
    this.portfolio = portfolio;
    this.desk = desk;
    this.tables = tables;
  }

  /** The number under which a record of the portfolio is known here. */
  id(table: string, canonicalId: string): number {
    return this.desk.ids.int(table, canonicalId, FIRST[table] ?? 1);
  }

  next(table: string): number {
    return this.desk.ids.next(table, FIRST[table] ?? 1);
  }

  /** Enters a row, with the dates that Rent Manager keeps; `at` is when it was made. */
  put(table: string, row: Row, at?: string): void {
    const { fields, counted } = resourceNamed(table);
    const made = auditDate(at === undefined ? this.desk.now() : Date.parse(at), this.desk.ids.next('change'));
    this.tables[table]?.insert({
      ...row,
      ...('UpdateDate' in fields && { CreateDate: made, UpdateDate: made }),
      ...(counted && { ConcurrencyID: 1 }),
    });
  }

  zone(property_id: string | undefined): string {
    const property = this.portfolio.property.find(({ id }) => id === property_id);
    return property?.time_zone ?? LOCATION_ZONE;
  }

  /** A moment as the clock at a property shows it. */
  wall(instant: string, property_id: string | undefined): string {
    return wallClock(Date.parse(instant), this.zone(property_id));
  }

  phones(phones: readonly Phone[]): Row[] {
    return phones.map(({ number, type }, at) => ({
      ...{ PhoneNumberID: this.next('PhoneNumber'), PhoneNumber: number, IsPrimary: at === 0 },
      PhoneNumberType: { Name: PHONE_TYPES[type] },
    }));
  }
}

/** A day as Rent Manager gives it. */
export const midnight = (day: string | undefined): string | undefined =>
  day === undefined ? undefined : `${day}T00:00:00`;

export const dollars = (cents: number): number => cents / 100;
