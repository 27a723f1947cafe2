/** A row and when it was entered and last changed, epoch milliseconds of the simulator's clock. */
export interface Entry<R extends object> {
  readonly row: R;
  readonly created: number;
  readonly updated: number;
}

/** One change of a committed write, in order; a row is never changed in place, so both are as they were. */
export interface Change {
  table: string;
  id: string;
  event: 'created' | 'updated' | 'deleted';
  before?: object;
  after?: object;
}

/** Tells tables the time, and takes back what a refused write has done. */
export class Journal {
  readonly now: () => number;
  #open: { change: Change; undo: () => void }[] | undefined;

  constructor(now: () => number) {
    this.now = now;
  }

  note(change: Change, undo: () => void): void {
    this.#open?.push({ change, undo });
  }

  /** Runs one write. Where it throws, or `keep` is false, nothing of it stays. */
  run<A>(write: () => A, keep: (result: A) => boolean): { result: A; changes: Change[] } {
    const noted = (this.#open = []) as { change: Change; undo: () => void }[];
    try {
      const result = write();
      this.#open = undefined;
      if (keep(result)) return { result, changes: noted.map(({ change }) => change) };
      takeBack(noted);
      return { result, changes: [] };
    } catch (error) {
      this.#open = undefined;
      takeBack(noted);
      throw error;
    }
  }
}

function takeBack(noted: readonly { undo: () => void }[]): void {
  for (const { undo } of noted.toReversed()) undo();
}

/** A field of a row. Written as a method so that a table of some rows passes for a table of rows. */
type FieldOf<R extends object> = { of(row: R): string | number | undefined | null }['of'];

export interface TableSpec<R extends object> {
  name: string;
  /** The row's own id; unique. */
  id(row: R): string | number;
  /** Rows that are asked for by another field, which is then found without looking at all of them. */
  indexes?: Readonly<Record<string, FieldOf<R>>>;
}

/** Rows in the order in which they were entered. A row is replaced, never changed in place. */
export class Table<R extends object> {
  readonly name: string;
  readonly #spec: TableSpec<R>;
  readonly #journal: Journal;
  #entries: Entry<R>[] = [];
  #places = new Map<string, number>();
  #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(spec: TableSpec<R>, journal: Journal) {
    this.name = spec.name;
    this.#spec = spec;
    this.#journal = journal;
    for (const name of Object.keys(spec.indexes ?? {})) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#entries.length;
  }

  get(id: string | number): R | undefined {
    return this.entry(id)?.row;
  }

  entry(id: string | number): Entry<R> | undefined {
    const place = this.#places.get(String(id));
    return place === undefined ? undefined : this.#entries[place];
  }

  /** All rows, with their times, in the order of entry. Not to be changed. */
  entries(): readonly Entry<R>[] {
    return this.#entries;
  }

  rows(): R[] {
    return this.#entries.map(({ row }) => row);
  }

  /** The rows whose indexed field has a value, in the order of entry. */
  where(index: string, value: string | number): Entry<R>[] {
    const ids = this.#indexes.get(index);
    if (ids === undefined) throw new RangeError(`table ${this.name} has no index ${index}`);
    const places = [...(ids.get(String(value)) ?? [])].map((id) => this.#places.get(id) as number);
    return places.sort((a, b) => a - b).map((place) => this.#entries[place] as Entry<R>);
  }

  /** Enters a row; `at` is when it was entered and last changed, default now. Throws where its id is taken. */
  insert(row: R, at: { created?: number; updated?: number } = {}): R {
    const id = this.#idOf(row);
    if (this.#places.has(id)) throw new RangeError(`table ${this.name} has a row ${id} already`);
    const created = at.created ?? this.#journal.now();
    this.#put(id, { row, created, updated: at.updated ?? created });
    this.#journal.note({ table: this.name, id, event: 'created', after: row }, () => this.#take(id));
    return row;
  }

  /** Puts a row in the place of the one with its id. Throws where there is none. */
  replace(row: R): R {
    const id = this.#idOf(row);
    const before = this.entry(id);
    if (before === undefined) throw new RangeError(`table ${this.name} has no row ${id}`);
    this.#put(id, { row, created: before.created, updated: this.#journal.now() });
    const change: Change = { table: this.name, id, event: 'updated', before: before.row, after: row };
    this.#journal.note(change, () => this.#put(id, before));
    return row;
  }

  /** Changes some fields of a row. Throws where there is none. */
  change(id: string | number, fields: Partial<R>): R {
    const row = this.get(id);
    if (row === undefined) throw new RangeError(`table ${this.name} has no row ${id}`);
    return this.replace({ ...row, ...fields });
  }

  remove(id: string | number): void {
    const before = this.entry(id);
    if (before === undefined) throw new RangeError(`table ${this.name} has no row ${id}`);
    const key = String(id);
    this.#take(key);
    this.#journal.note({ table: this.name, id: key, event: 'deleted', before: before.row }, () =>
      this.#put(key, before),
    );
  }

  /** The table as it is now, which later changes leave alone. */
  copy(): Table<R> {
    const copy = new Table(this.#spec, this.#journal);
    copy.#entries = [...this.#entries];
    copy.#places = new Map(this.#places);
    copy.#indexes = new Map(
      [...this.#indexes].map(([name, ids]) => [name, new Map([...ids].map(([value, set]) => [value, new Set(set)]))]),
    );
    return copy;
  }

  #idOf(row: R): string {
    return String(this.#spec.id(row));
  }

  #put(id: string, entry: Entry<R>): void {
    const place = this.#places.get(id);
    if (place !== undefined) {
      this.#unlist(id, this.#entries[place] as Entry<R>);
      this.#entries[place] = entry;
    } else {
      this.#places.set(id, this.#entries.length);
      this.#entries.push(entry);
    }
    this.#eachIndex(entry.row, (ids, value) => {
      const set = ids.get(value);
      if (set === undefined) ids.set(value, new Set([id]));
      else set.add(id);
    });
  }

  #take(id: string): void {
    const place = this.#places.get(id) as number;
    this.#unlist(id, this.#entries[place] as Entry<R>);
    this.#entries.splice(place, 1);
    this.#places.delete(id);
    for (let at = place; at < this.#entries.length; at += 1)
      this.#places.set(this.#idOf((this.#entries[at] as Entry<R>).row), at);
  }

  #unlist(id: string, { row }: Entry<R>): void {
    this.#eachIndex(row, (ids, value) => ids.get(value)?.delete(id));
  }

  #eachIndex(row: R, visit: (ids: Map<string, Set<string>>, value: string) => void): void {
    for (const [name, of] of Object.entries(this.#spec.indexes ?? {})) {
      const value = of(row);
      if (value !== undefined && value !== null) visit(this.#indexes.get(name) as Map<string, Set<string>>, `${value}`);
    }
  }
}

/** The tables of one vendor, by name. */
export type Tables = { readonly [name: string]: Table<object> };

/** All tables as they are now. */
export function copyOf<T extends Tables>(tables: T): T {
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.copy()])) as T;
}
