import { jsonAnswer, queryValue, queryValues, Refused, type Answer, type SimRequest } from '../shared/message.ts';
import type { Entry } from '../shared/table.ts';
import type { Ask, Filters } from './ask.ts';
import { errorAnswer } from './errors.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1_000;
const PAGING = ['limit', 'offset', 'orderby'];

/** A paging number; whatever is not one is refused. */
function windowNumber(request: SimRequest, name: string, least: number, most: number, otherwise: number): number {
  const given = queryValue(request, name);
  if (given === undefined) return otherwise;
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refused(errorAnswer(400, `The value of ${name} is not allowed.`, [{ Key: name, Value: 'out of range' }]));
}

type Shown = Readonly<Record<string, unknown>>;

/** Compares by one field of the answer, whose name may be in any case. */
function comparison(sample: Shown, term: string): (a: Shown, b: Shown) => number {
  const [name = '', direction = 'asc'] = term.trim().split(/\s+/);
  const key = Object.keys(sample).find((one) => one.toLowerCase() === name.toLowerCase());
  const sign = { asc: 1, desc: -1 }[direction.toLowerCase()];
  if (key === undefined || sign === undefined)
    throw new Refused(errorAnswer(400, 'The results cannot be sorted so.', [{ Key: 'orderby', Value: term }]));
  return (a, b) => {
    const [left, right] = [a[key], b[key]] as (string | number | null)[];
    if (left === right) return 0;
    if (left == null || right == null) return left == null ? -sign : sign;
    return left < right ? -sign : sign;
  };
}

function sorted(rows: readonly Shown[], orderby: string): readonly Shown[] {
  const [sample] = rows;
  if (sample === undefined) return rows;
  const compare = orderby.split(',').map((term) => comparison(sample, term));
  return rows.toSorted((a, b) => {
    for (const one of compare) {
      const order = one(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/**
 * A page of a list: filtered, sorted, cut, with the total in the header. `compose` makes the answer's record of a row.
 * Rows come in the order of their ids.
 */
export function listed<R extends object>(
  { request }: Ask,
  entries: readonly Entry<R>[],
  filters: Filters<R>,
  compose: (entry: Entry<R>) => object,
): Answer {
  const limit = windowNumber(request, 'limit', 1, LARGEST_LIMIT, DEFAULT_LIMIT);
  const offset = windowNumber(request, 'offset', 0, Number.MAX_SAFE_INTEGER, 0);
  let rows = entries;
  const names = new Set(request.query.map(([key]) => key));
  for (const name of [...names].filter((one) => !PAGING.includes(one))) {
    const filter = filters[name];
    if (filter === undefined) throw new RangeError(`the simulator does not filter ${request.path} by ${name}`);
    rows = rows.filter(filter(queryValues(request, name)));
  }
  const headers = { 'x-total-count': String(rows.length) };
  const orderby = queryValue(request, 'orderby');
  // Sorting by id is what the tables are in already, and needs no record made that is not shown.
  if (orderby === undefined || /^id( asc)?$/i.test(orderby.trim()))
    return jsonAnswer(200, rows.slice(offset, offset + limit).map(compose), headers);
  const all = sorted(rows.map(compose) as Shown[], orderby);
  return jsonAnswer(200, all.slice(offset, offset + limit), headers);
}
