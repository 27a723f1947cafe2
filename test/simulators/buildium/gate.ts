import type { Answer, SimRequest } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { operationOf, problemsOf, type Problem } from './contract/check.ts';
import type { Parameter } from './contract/distil.ts';
import type { OperationName } from './contract/operations.ts';
import { errorAnswer, type FieldError } from './errors.ts';
import type { BuildiumTables } from './tables.ts';

export const CLIENT_ID = 'simulated-client';
export const CLIENT_SECRET = 'simulated-secret';

const LONGEST_QUERY = 4_096;
const LONGEST_RANGE_MS = 365 * 86_400_000;
/** Names whose case counts: in another one there is no such address. */
const CASE_COUNTS = ['limit', 'offset', 'orderby'];
const PAGING: Readonly<Record<string, Parameter>> = {
  limit: { type: 'string' },
  offset: { type: 'string' },
  orderby: { type: 'string' },
};

/** Who may not come in at all: a query that is too long, keys that are not right, an area that is not granted. */
export function turnedAway(request: SimRequest, { tables }: World<BuildiumTables>): Answer | undefined {
  if (request.raw_query.length > LONGEST_QUERY) return errorAnswer(500, 'The server failed.');
  const { headers, method, path } = request;
  if (headers['x-buildium-client-id'] !== CLIENT_ID || headers['x-buildium-client-secret'] !== CLIENT_SECRET)
    return errorAnswer(401, 'The API key could not be authorized.');
  const { DeniedPaths = [], IsReadOnly = false } = tables.account.get(1) ?? {};
  const isDenied = DeniedPaths.some((prefix) => path.startsWith(prefix));
  if (isDenied || (IsReadOnly && method !== 'GET')) return errorAnswer(403, 'The API key has no permission for this.');
  return undefined;
}

/** An address that is not there because of a parameter's name. */
export function misnamed({ query }: SimRequest): Answer | undefined {
  const wrong = query.some(([name]) => !CASE_COUNTS.includes(name) && CASE_COUNTS.includes(name.toLowerCase()));
  return wrong ? errorAnswer(404, 'There is no such resource.') : undefined;
}

function refusal(status: number, problems: readonly FieldError[]): Answer | undefined {
  return problems.length === 0 ? undefined : errorAnswer(status, 'The request is not valid.', problems);
}

const asFieldErrors = (problems: readonly Problem[]) => problems.map(({ at, what }) => ({ Key: at, Value: what }));

/** The value of a parameter as its type has it; text that is no number stays text, and is then refused as one. */
function valueOf({ type, items }: Parameter, values: readonly string[]): unknown {
  const single = (text: string, as: string | undefined): unknown => {
    if (as === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
    if (as !== 'integer' && as !== 'number') return text;
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  };
  return type === 'array' ? values.map((text) => single(text, items?.type)) : single(values[0] ?? '', type);
}

/** Whatever in the query is not as the contract has it, and ranges of dates that are too long. */
export function badQuery({ query }: SimRequest, name: OperationName): Answer | undefined {
  const operation = operationOf(name);
  const isList = Object.values(operation.answers)[0]?.type === 'array';
  const known: Readonly<Record<string, Parameter>> = {
    ...(isList && PAGING),
    ...operation.query,
    ...(isList && PAGING),
  };
  const given = new Map<string, string[]>();
  for (const [key, value] of query) given.set(key, [...(given.get(key) ?? []), value]);
  const problems: FieldError[] = [];
  for (const [key, parameter] of Object.entries(known))
    if (parameter.mandatory && !given.has(key)) problems.push({ Key: key, Value: 'is required' });
  for (const [key, values] of given) {
    const parameter = known[key];
    if (parameter === undefined) problems.push({ Key: key, Value: 'is not a parameter of this request' });
    else problems.push(...asFieldErrors(problemsOf(parameter, valueOf(parameter, values), key)));
  }
  return refusal(400, problems) ?? refusal(422, longRanges(given));
}

/** Pairs of parameters that begin and end a range of dates and lie more than 365 days apart. */
function longRanges(given: ReadonlyMap<string, readonly string[]>): FieldError[] {
  return [...given].flatMap(([key, [begin = '']]) => {
    const others = [
      key.replace(/from(date)?$|^from/, (found) => found.replace('from', 'to')),
      key.replace('start', 'end'),
    ];
    const end = others.filter((other) => other !== key).map((other) => given.get(other)?.[0])[0];
    const isTooLong = end !== undefined && Date.parse(end) - Date.parse(begin) > LONGEST_RANGE_MS;
    return isTooLong ? [{ Key: key, Value: 'The range of dates may not be longer than 365 days.' }] : [];
  });
}

/** The body of a request that has one: read and in order, or the refusal. */
export function bodyOf(
  request: SimRequest,
  name: OperationName,
): { body: Record<string, unknown> } | { refused: Answer } {
  const { body: schema } = operationOf(name);
  if (schema === undefined) return { body: {} };
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return { refused: errorAnswer(415, 'The content type has to be application/json.') };
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch {
    return { refused: errorAnswer(400, 'The body is not JSON.') };
  }
  const problems = problemsOf(schema, body);
  const shape = problems.filter(({ is }) => is === 'shape');
  const refused = refusal(400, asFieldErrors(shape)) ?? refusal(422, asFieldErrors(problems));
  return refused === undefined ? { body: body as Record<string, unknown> } : { refused };
}

/** What in an answer is not as the contract has it: the simulator's own fault, and told as such. */
export function checkAnswer(answer: Answer, name: OperationName): void {
  const schema = operationOf(name).answers[answer.status];
  if (schema === undefined) throw new Error(`${name} has no answer ${answer.status} in its contract`);
  if (schema === null) return;
  const [first] = problemsOf(schema, JSON.parse(answer.text));
  if (first !== undefined)
    throw new Error(`${name} was to be answered with ${first.at || 'a body'} that ${first.what}`);
}
