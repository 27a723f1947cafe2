import { jsonAnswer, queryValue, type Answer, type SimRequest } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { badField, refuse } from './errors.ts';
import { auditDate } from './moments.ts';
import { shown } from './query.ts';
import { RULES } from './rules.ts';
import { numberIn, type RentManagerTables, type Resource, type Row } from './tables.ts';

type SaveWorld = World<RentManagerTables>;

/** What is sent. A collection takes a list, also of one; a record takes itself or a list of one. */
export function bodyOf(request: SimRequest, form: 'list' | 'either'): Row[] {
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch {
    badField('models', 'The body is not JSON.');
  }
  const rows = Array.isArray(body)
    ? body
    : form === 'either'
      ? [body]
      : badField('models', 'A list of records is expected.');
  if (rows.length === 0 || rows.some((row) => row === null || typeof row !== 'object'))
    badField('models', 'No records were sent.');
  return rows as Row[];
}

/** Makes or changes records; a primary key that is there says which. `own` is what Rent Manager adds to new ones. */
export function save(
  request: SimRequest,
  world: SaveWorld,
  resource: Resource,
  given: readonly Row[],
  own: Row = {},
): Answer {
  const options = queryValue(request, 'saveOptions')?.split(';') ?? [];
  const rows = given.map((row) => {
    checkFields(resource, row, world);
    const id = numberIn(row, resource.key) ?? 0;
    return id > 0 ? update(world, resource, id, row, options) : create(world, resource, { ...row, ...own }, options);
  });
  const [first] = rows;
  const isNew = given.every((row) => (numberIn(row, resource.key) ?? 0) === 0);
  const body = rows.map((row) => shown(world, resource, row));
  return {
    ...jsonAnswer(
      isNew ? 201 : 200,
      body,
      isNew ? { location: `/${resource.name}/${first?.[resource.key]}` } : undefined,
    ),
    wrote: rows.map((row) => ({ record: resource.name, id: String(row[resource.key]) })),
  };
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  integer: Number.isInteger,
  decimal: (value) => typeof value === 'number' && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6,
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(value),
  audit: (value) => typeof value === 'string',
  list: Array.isArray,
  object: (value) => typeof value === 'object',
};

/** What may always come back with a change, though nobody writes it. */
const CONCURRENCY = ['UpdateDate', 'ConcurrencyID'];

function checkFields({ fields, read_only = [], refers = {}, key }: Resource, row: Row, { tables }: SaveWorld): void {
  for (const [field, value] of Object.entries(row)) {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (type === undefined) badField(field, 'There is no such field.');
    const isOwn = read_only.includes(field) || (type === 'audit' && !CONCURRENCY.includes(field));
    if (isOwn && field !== key) badField(field, 'The field is read-only.');
    if (value !== null && TYPES[type as string]?.(value) !== true) badField(field, 'The value is of the wrong type.');
    const target = refers[field];
    const isNamed =
      target === undefined || value === null || value === 0 || tables[target]?.get(value as number) !== undefined;
    if (!isNamed) badField(field, 'No such record.');
  }
}

function update(world: SaveWorld, resource: Resource, id: number, given: Row, options: readonly string[]): Row {
  const table = world.tables[resource.name];
  const before = table?.get(id);
  if (table === undefined || before === undefined)
    return refuse(404, 'EntityNotFoundException', 'The record was not found.');
  const mark = resource.counted ? 'ConcurrencyID' : 'UpdateDate';
  if (before[mark] !== undefined && given[mark] !== before[mark])
    refuse(409, 'ConcurrencyException', 'The record has been changed by another user.');
  // Everything that is asked of a new issue is asked again.
  if (resource.name === 'ServiceManagerIssues' && !given['Title'])
    refuse(400, 'ValidationException', 'Issue cannot be blank.');
  return finished(world, resource, { ...before, ...given }, given, options);
}

function create(world: SaveWorld, resource: Resource, given: Row, options: readonly string[]): Row {
  for (const field of resource.required ?? []) {
    const value = given[field];
    const isThere = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
    if (!isThere) badField(field, 'The field is required.');
  }
  const id = world.ids.next(resource.name);
  return finished(world, resource, { ...given, [resource.key]: id }, given, options);
}

function finished(world: SaveWorld, resource: Resource, merged: Row, given: Row, options: readonly string[]): Row {
  const table = world.tables[resource.name] as NonNullable<RentManagerTables[string]>;
  const before = table.get(merged[resource.key] as number);
  const rule = RULES[resource.name];
  const ruled = rule === undefined ? merged : rule({ world, merged, given, before, options });
  const now = auditDate(world.now(), world.ids.next('change'));
  const dated: Row = {
    ...ruled,
    ...('UpdateDate' in resource.fields && { UpdateDate: now, CreateDate: before?.['CreateDate'] ?? now }),
    ...(resource.counted && { ConcurrencyID: (numberIn(before ?? {}, 'ConcurrencyID') ?? 0) + 1 }),
  };
  return before === undefined ? table.insert(dated) : table.replace(dated);
}
