import { jsonAnswer, queryValue, type Answer, type SimRequest } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { EMBEDS } from './embeds.ts';
import { badField, MISSING } from './errors.ts';
import { instantOf, LOCATION_ZONE } from './moments.ts';
import type { FieldType, RentManagerTables, Resource, Row } from './tables.ts';

/** Rows on a page where the request does not say. */
const AUTO_PAGE = 1_000;
const LARGEST_PAGE = 5_000;

/** Names of parameters are compared without regard to case. */
function parameter(request: SimRequest, name: string): string | undefined {
  return request.query.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

type Test = (row: Row) => boolean;

const OPERATORS: Readonly<Record<string, (order: number, has: string, value: string) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  ct: (_order, has, value) => has.toLowerCase().includes(value.toLowerCase()),
  sw: (_order, has, value) => has.toLowerCase().startsWith(value.toLowerCase()),
  ew: (_order, has, value) => has.toLowerCase().endsWith(value.toLowerCase()),
};

/** A value in a form that can be compared: numbers, moments in milliseconds, text. */
function comparable(value: unknown, type: FieldType): number | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (type === 'integer' || type === 'decimal') return Number(value);
  if (type === 'flag') return String(value === true || String(value).toLowerCase() === 'true');
  if (type === 'date')
    return String(value)
      .slice(0, 19)
      .padEnd(19, 'T00:00:00'.slice(String(value).length - 10));
  if (type === 'audit') {
    const text = String(value);
    const whole = text.length === 10 ? `${text}T00:00:00` : text;
    return Date.parse(/[+-]\d{2}:\d{2}$/.test(whole) ? whole : (instantOf(whole, LOCATION_ZONE) ?? ''));
  }
  return String(value);
}

/** One condition, `Field,op,value` or `Field,in,(1,2)`. */
function testOf(condition: string, resource: Resource): Test {
  const match = /^([A-Za-z]+),([a-z]+),([^]*)$/.exec(condition);
  const [, field = '', is = '', value = ''] = match ?? [];
  const type = Object.hasOwn(resource.fields, field) ? resource.fields[field] : undefined;
  if (match === null || type === undefined || type === 'list')
    badField('filters', `"${field}" is no field of ${resource.name}.`);
  if (is === 'in') {
    const values = new Set(
      (/^\((.*)\)$/.exec(value)?.[1] ?? badField('filters', 'A list stands in parentheses.')).split(','),
    );
    return (row) => values.has(String(row[field]));
  }
  const operator = OPERATORS[is] ?? badField('filters', `There is no operator "${is}".`);
  const wanted = comparable(value, type) as number | string;
  return (row) => {
    const has = comparable(row[field], type);
    if (has === undefined) return false;
    return operator(has < wanted ? -1 : has > wanted ? 1 : 0, String(row[field]), value);
  };
}

/** The rows that fit, by key or an index where a condition allows it. */
function found({ tables }: World<RentManagerTables>, resource: Resource, filters: string | undefined): Row[] {
  const table = tables[resource.name];
  if (table === undefined) return [];
  const conditions = (filters ?? '').split(';').filter(Boolean);
  const tests = conditions.map((condition) => testOf(condition, resource));
  const [, field = '', id = ''] =
    conditions.map((one) => /^(\w+),eq,(\d+)$/.exec(one)).find((one) => one !== null) ?? [];
  const rows =
    field === resource.key
      ? [table.get(id)].filter((row) => row !== undefined)
      : resource.indexes?.includes(field)
        ? table.where(field, id).map(({ row }) => row)
        : table.rows();
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)));
}

/** A row as it goes over the wire, with the linked records that are asked for. */
export function shown(
  world: World<RentManagerTables>,
  resource: Resource,
  row: Row,
  embeds: readonly string[] = [],
): Row {
  const fields = Object.entries(row).filter(
    ([name, value]) =>
      value !== null && value !== undefined && !name.startsWith('$') && resource.fields[name] !== 'list',
  );
  const linked = Map.groupBy(embeds, (name) => name.split('.')[0] as string);
  const own = EMBEDS[resource.name] ?? {};
  const more = [...linked].flatMap(([name, names]) => {
    const embed = Object.hasOwn(own, name) ? own[name] : undefined;
    if (embed === undefined) return badField('embeds', `${resource.name} has no "${name}".`);
    const inner = names.map((one) => one.slice(name.length + 1)).filter(Boolean);
    const value = embed(row, world, inner);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries([...fields, ...more]);
}

function embedsOf(request: SimRequest): string[] {
  return (parameter(request, 'embeds') ?? '').split(',').filter(Boolean);
}

/** Fields that are wanted; linked records have to be among them. */
function narrowed(row: Row, fields: string | undefined): Row {
  if (fields === undefined) return row;
  const wanted = new Set(fields.split(','));
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)));
}

export function list(request: SimRequest, world: World<RentManagerTables>, resource: Resource): Answer {
  // In the singular it is taken for granted, and answered with nothing.
  if (queryValue(request, 'embed') !== undefined) return jsonAnswer(200, []);
  if (parameter(request, 'orderingOptions') !== undefined) return MISSING;
  const rows = found(world, resource, parameter(request, 'filters'));
  const size = Math.min(Number(parameter(request, 'pageSize') ?? AUTO_PAGE), LARGEST_PAGE);
  const page = Number(parameter(request, 'pageNumber') ?? 1);
  if (!(size > 0) || !(page > 0)) badField('pageSize', 'Pages have a number and a size.');
  const some = rows.slice((page - 1) * size, page * size);
  const embeds = embedsOf(request);
  const body = some.map((row) => narrowed(shown(world, resource, row, embeds), parameter(request, 'fields')));
  if (body.length === 0) return { status: 204, text: '', headers: { 'x-total-results': String(rows.length) } };
  const more = page * size < rows.length;
  return jsonAnswer(more || page > 1 ? 206 : 200, body, {
    'x-total-results': String(rows.length),
    'x-results': String(body.length),
    ...(more && { link: `<${request.path}?pageNumber=${page + 1}&pageSize=${size}>; rel="next"` }),
  });
}

export function one(request: SimRequest, world: World<RentManagerTables>, resource: Resource, id: string): Answer {
  const row = /^\d{1,10}$/.test(id) ? world.tables[resource.name]?.get(Number(id)) : undefined;
  if (row === undefined) return MISSING;
  const body = shown(world, resource, row, embedsOf(request));
  return jsonAnswer(200, narrowed(body, parameter(request, 'fields')));
}
