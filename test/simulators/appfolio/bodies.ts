import type { SimRequest } from '../shared/message.ts';
import { BODIES, type BodyFacts, type BodyName, type FieldType } from './contract.ts';
import { refuse } from './errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const LONGEST_NOTE = 65_535;

export const isUuid = (value: unknown) => typeof value === 'string' && UUID.test(value);
const isRealDate = (value: unknown) =>
  typeof value === 'string' && DATE.test(value) && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  note: (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NOTE,
  uuid: isUuid,
  uuids: (value) => Array.isArray(value) && value.every(isUuid),
  flag: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  money: (value) => typeof value === 'string' && /^-?\d+\.\d{2}$/.test(value),
  date: isRealDate,
  moment: (value) => typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value)),
};

/** The body of a request, as the contract has it. Whatever is not known or not as it should be is refused. */
export function bodyOf<T extends object>(request: SimRequest, name: BodyName): T {
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  if (type !== 'application/json') refuse('The content type has to be application/json.', 400);
  const text = new TextDecoder('utf-8').decode(request.body);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse('The body is not JSON.', 400);
  }
  checkFields(BODIES[name], body, '');
  return body as T;
}

function checkFields(facts: BodyFacts, body: unknown, at: string): void {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) refuse(`${at || 'The body'} is no object`);
  const given = body as Record<string, unknown>;
  for (const field of Object.keys(given))
    if (!Object.hasOwn(facts, field)) refuse(`${at}${field} is not a known parameter`);
  for (const [field, type] of Object.entries(facts)) checkField(type, given[field], `${at}${field}`);
}

function checkField(type: FieldType, value: unknown, at: string): void {
  if (typeof type === 'object' && 'items' in type) {
    if (value === undefined && type.least === undefined) return;
    if (!Array.isArray(value) || value.length < (type.least ?? 0)) refuse(`${at} is invalid`);
    (value as unknown[]).forEach((item, index) => checkFields(type.items, item, `${at}[${index}].`));
    return;
  }
  if (Array.isArray(type)) {
    if (value !== undefined && !type.includes(value as string)) refuse(`${at} is not one of the allowed values`);
    return;
  }
  const [, word = '', mark = ''] = /^(\w+)([*?]?)$/.exec(type as string) ?? [];
  if (value === undefined) return mark === '*' ? refuse(`${at} is missing`) : undefined;
  if (value === null && mark === '?') return;
  if (IS[word]?.(value) !== true) refuse(`${at} is invalid`);
}
