import { jsonAnswer, type Answer, type SimRequest } from '../shared/message.ts';
import type { Entry, Table } from '../shared/table.ts';
import type { World } from '../shared/vendor.ts';
import { notFound, refuse } from './errors.ts';
import { FIRST_ID, type BuildiumTables, type NumberedKind } from './tables.ts';

/** A body that the contract has found in order; what was left out or is null is null. */
export type Body = Readonly<Record<string, unknown>>;

/** A request that is let in, of an operation that there is, with everything as the contract has it. */
export class Ask {
  readonly request: SimRequest;
  readonly world: World<BuildiumTables>;
  readonly body: Body;
  readonly #params: Readonly<Record<string, string>>;

  constructor(
    request: SimRequest,
    world: World<BuildiumTables>,
    params: Readonly<Record<string, string>>,
    body: Body = {},
  ) {
    this.request = request;
    this.world = world;
    this.body = body;
    this.#params = params;
  }

  get tables(): BuildiumTables {
    return this.world.tables;
  }

  /** Today in UTC, `YYYY-MM-DD`. */
  get today(): string {
    return new Date(this.world.now()).toISOString().slice(0, 10);
  }

  param(name: string): number {
    return Number(this.#params[name]);
  }

  nextId(kind: NumberedKind): number {
    return this.world.ids.next(kind, FIRST_ID[kind]);
  }

  /** The row that a part of the address names; a 404 where there is none. */
  one<R extends object>(table: Table<R>, param: string, what: string): R {
    return table.get(this.param(param)) ?? notFound(what);
  }

  /** The row that a field of the body names; a refusal where there is none. */
  named<R extends object>(table: Table<R>, field: string, id: unknown, what: string): R {
    return table.get(Number(id)) ?? refuse(field, `There is no such ${what}.`);
  }

  text(name: string): string | null {
    const value = this.body[name];
    return typeof value === 'string' ? value : null;
  }

  number(name: string): number | null {
    const value = this.body[name];
    return typeof value === 'number' ? value : null;
  }

  flag(name: string): boolean | null {
    const value = this.body[name];
    return typeof value === 'boolean' ? value : null;
  }

  list<T = Body>(name: string): readonly T[] {
    return (this.body[name] as readonly T[] | null | undefined) ?? [];
  }
}

export type Handler = (ask: Ask) => Answer;

/** One record. */
export const shown = (record: object): Answer => jsonAnswer(200, record);

/** 200 for a record that a write has changed. */
export function changed(record: string, id: string | number, body: unknown): Answer {
  return { ...jsonAnswer(200, body), wrote: [{ record, id: String(id) }] };
}

/** 201 for a record that a write has made, with its address. */
export function created(ask: Ask, record: string, id: string | number, body: unknown, location?: string): Answer {
  const address = location ?? `${ask.request.path}/${id}`;
  return { ...jsonAnswer(201, body, { location: address }), wrote: [{ record, id: String(id) }] };
}

/** 204 for a record that is no more. */
export function removed(record: string, id: string | number): Answer {
  return { status: 204, text: '', wrote: [{ record, id: String(id) }] };
}

/** One parameter of a list: given its values as they were sent, which rows it lets through. */
export type Filter<R extends object> = (values: readonly string[]) => (entry: Entry<R>) => boolean;
export type Filters<R extends object> = Readonly<Record<string, Filter<R>>>;

const DAY_MS = 86_400_000;
type Of<R extends object> = (row: R) => string | number | boolean | null;

/** Rows whose field is one of the values. */
export const isOneOf =
  <R extends object>(of: Of<R>): Filter<R> =>
  (values) =>
  ({ row }) =>
    values.includes(String(of(row)));

/** Rows whose text has the value in it, whatever the case of letters. */
export const has =
  <R extends object>(of: (row: R) => string): Filter<R> =>
  ([value = '']) =>
  ({ row }) =>
    of(row).toLowerCase().includes(value.toLowerCase());

/** Rows whose day is on or after the value. */
export const from =
  <R extends object>(of: (row: R) => string | null): Filter<R> =>
  ([value = '']) =>
  ({ row }) =>
    (of(row) ?? '') >= value;

/** Rows whose day is on or before the value. */
export const to =
  <R extends object>(of: (row: R) => string | null): Filter<R> =>
  ([value = '']) =>
  ({ row }) => {
    const day = of(row);
    return day !== null && day.slice(0, value.length) <= value;
  };

/** A moment, or the whole day of a date, as the milliseconds that it begins and ends with. */
function spanOf(value: string): [number, number] {
  const begin = Date.parse(value);
  return [begin, value.length === 10 ? begin + DAY_MS - 1 : begin];
}

/** The pair of parameters that ask for what was changed in a span of time. */
export const changedWithin = <R extends object>(of: (entry: Entry<R>) => number = ({ updated }) => updated) => ({
  lastupdatedfrom: (([value = '']) =>
    (entry) =>
      of(entry) >= spanOf(value)[0]) as Filter<R>,
  lastupdatedto: (([value = '']) =>
    (entry) =>
      of(entry) <= spanOf(value)[1]) as Filter<R>,
});
