import contractJson from './buildium.json' with { type: 'json' };
import type { Contract, Operation, Schema } from './distil.ts';
import type { OperationName } from './operations.ts';

export const CONTRACT = contractJson as unknown as Contract;

/** One thing that is not as the contract has it. */
export interface Problem {
  /** `Lines[0].Amount`; empty for the value as a whole. */
  at: string;
  /** `shape` is a wrong type, an unknown word or an unknown field; `value` is missing, too long or too short. */
  is: 'shape' | 'value';
  what: string;
}

export function operationOf(name: OperationName): Operation {
  return CONTRACT.operations[name] as Operation;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/;
const INT32 = 2 ** 31;

const FORMATS: Readonly<Record<string, (value: never) => boolean>> = {
  date: (value: string) => DATE.test(value) && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value),
  'date-time': (value: string) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  int32: (value: number) => value >= -INT32 && value < INT32,
};

function isFormat(format: string | undefined, value: unknown): boolean {
  const test = format === undefined ? undefined : FORMATS[format];
  try {
    return test === undefined || test(value as never);
  } catch {
    return false;
  }
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  array: Array.isArray,
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
};

const schemaOf = (schema: Schema): Schema =>
  schema.ref === undefined ? schema : (CONTRACT.schemas[schema.ref] as Schema);

/**
 * Everything in which a value is not as its schema has it. A field that the schema does not name is a problem, as every
 * schema of the document is closed.
 */
export function problemsOf(given: Schema, value: unknown, at = '', found: Problem[] = []): Problem[] {
  if (value === null || value === undefined) {
    if (given.nullable !== true) found.push({ at, is: 'shape', what: 'may not be null' });
    return found;
  }
  const schema = schemaOf(given);
  const type = schema.type ?? 'object';
  if (TYPES[type]?.(value) !== true || !isFormat(schema.format, value)) {
    found.push({ at, is: 'shape', what: `is no ${schema.format ?? type}` });
    return found;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    found.push({ at, is: 'shape', what: 'is not one of the words that are allowed' });
  if (typeof value === 'string') checkLength(schema, value, at, found);
  else if (Array.isArray(value))
    value.forEach((item, index) => problemsOf(schema.items ?? {}, item, `${at}[${index}]`, found));
  else if (type === 'object') checkFields(schema, value as Record<string, unknown>, at, found);
  return found;
}

function checkLength({ minLength, maxLength }: Schema, value: string, at: string, found: Problem[]): void {
  if (maxLength !== undefined && value.length > maxLength)
    found.push({ at, is: 'value', what: `has more than ${maxLength} characters` });
  if (minLength !== undefined && value.trim().length < minLength)
    found.push({ at, is: 'value', what: minLength === 1 ? 'is required' : `has fewer than ${minLength} characters` });
}

function checkFields(schema: Schema, value: Record<string, unknown>, at: string, found: Problem[]): void {
  const place = (name: string) => (at === '' ? name : `${at}.${name}`);
  for (const name of schema.required ?? [])
    if (value[name] === undefined || value[name] === null)
      found.push({ at: place(name), is: 'value', what: 'is required' });
  for (const name in value) {
    const field = schema.properties?.[name];
    const inner = value[name];
    if (field === undefined) found.push({ at: place(name), is: 'shape', what: 'is not a field of this request' });
    else if (inner !== undefined && !(inner === null && schema.required?.includes(name)))
      problemsOf(field, inner, place(name), found);
  }
}
