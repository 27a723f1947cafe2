import type { RecordKind } from '../../model/records.ts';
import type { RecordRef, StepResult } from '../connector.ts';
import type { Records } from './records.ts';
import type { Bookings } from './bookings.ts';
import type { Invoices } from './invoices.ts';

/** What a command is carried out on: the records and registers of the PMS, inside one transaction. */
export interface Pms {
  records: Records;
  bookings: Bookings;
  invoices: Invoices;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Who is at work, as it stands beside notes. */
  actor: string;
}

/** The answer that names a record of this PMS. */
export function resultFor(kind: RecordKind, id: string, more: Omit<StepResult, 'record'> = {}): StepResult {
  const record: RecordRef = { kind, scope: '', id };
  return { record, ...more };
}
