import type { RecordKind, RecordOf } from '../../../model/records.ts';
import { Bookings } from '../bookings.ts';
import type { Database } from '../database.ts';
import { Invoices } from '../invoices.ts';
import { Records } from '../records.ts';
import { FIRST_ID } from '../schema.ts';
import { Days } from './days.ts';
import { People } from './people.ts';
import { Random } from './random.ts';

/** What a portfolio is laid out with: chance, calendar, people, and the books it is entered in. */
export class Layout {
  readonly random: Random;
  readonly days: Days;
  readonly people: People;
  readonly bookings: Bookings;
  readonly invoices: Invoices;
  readonly #records: Records;
  readonly #next = new Map<RecordKind, number>(Object.entries(FIRST_ID) as [RecordKind, number][]);

  constructor(db: Database, seed: number, now: number) {
    this.random = new Random(seed);
    this.days = new Days(now);
    this.people = new People(this.random);
    this.bookings = new Bookings(db);
    this.invoices = new Invoices(db);
    this.#records = new Records(db, () => now);
  }

  /** The id that the next record of a kind will get, for records that name each other. */
  nextId(kind: RecordKind): string {
    return String(this.#next.get(kind));
  }

  /** Enters a record under the next id of its kind. */
  add<K extends RecordKind>(kind: K, fields: Omit<RecordOf<K>, 'id'>): RecordOf<K> {
    const id = this.#next.get(kind) ?? 1;
    this.#next.set(kind, id + 1);
    const record = { id: String(id), ...fields } as RecordOf<K>;
    this.#records.insertAs(kind, id, record, this.days.now);
    return record;
  }
}
