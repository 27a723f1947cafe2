/*
 * From a full OpenAPI document to its facts: names, types, enumerations, what is required, lengths. No sentence of the
 * document is kept. Lengths stand only in its sentences, so the number is read out of those.
 */

/** The facts of one schema. */
export interface Schema {
  type?: string;
  format?: string;
  nullable?: true;
  enum?: readonly string[];
  /** The name of another schema, whose facts are these. */
  ref?: string;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  minLength?: number;
  maxLength?: number;
}

export interface Parameter extends Schema {
  /** The vendor refuses a request without it. */
  mandatory?: true;
}

export interface Operation {
  query: Readonly<Record<string, Parameter>>;
  path: Readonly<Record<string, Schema>>;
  body?: Schema;
  /** By status; null where there is no body. */
  answers: Readonly<Record<string, Schema | null>>;
  /** Headers of the answers that the document names. */
  headers: readonly string[];
}

export interface Contract {
  openapi: string;
  version: string;
  operations: Readonly<Record<string, Operation>>;
  schemas: Readonly<Record<string, Schema>>;
}

/** As much of a full document as is read; everything else in it is passed over. */
type Json = { readonly [key: string]: unknown };

const MOST = /(?:exceed|restricted to a maximum of|no longer than|between \d+ and) ([\d,]+) characters/;
const MOST_OTHER = /must be ([\d,]+) characters or less/i;
const LEAST = /between (\d+) and [\d,]+ characters/;

function numberIn(text: string, ...patterns: readonly RegExp[]): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return Number(found.replaceAll(',', ''));
  }
  return undefined;
}

function schemaOf(given: unknown): Schema {
  const {
    type,
    format,
    nullable,
    enum: values,
    $ref,
    allOf,
    items,
    properties,
    required,
    minLength,
    description,
  } = given as Json;
  const of = (Array.isArray(allOf) ? allOf[0] : undefined) as Json | undefined;
  const ref = ($ref ?? of?.['$ref']) as string | undefined;
  const text = type === 'string' && typeof description === 'string' ? description : '';
  const most = numberIn(text, MOST, MOST_OTHER);
  const least = numberIn(text, LEAST) ?? minLength;
  return {
    ...(ref !== undefined && { ref: ref.slice(ref.lastIndexOf('/') + 1) }),
    ...(typeof type === 'string' && { type }),
    ...(typeof format === 'string' && { format }),
    ...(nullable === true && { nullable: true }),
    ...(Array.isArray(values) && { enum: values as string[] }),
    ...(typeof least === 'number' && { minLength: least }),
    ...(most !== undefined && { maxLength: most }),
    ...(items !== undefined && { items: schemaOf(items) }),
    ...(properties !== undefined && { properties: mapped(properties as Json, schemaOf) }),
    ...(Array.isArray(required) && { required: (required as string[]).toSorted() }),
  };
}

function mapped<T>(object: Json, map: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function contentOf(holder: unknown): Schema | undefined {
  const content = (holder as Json | undefined)?.['content'] as Json | undefined;
  const media = content && (Object.values(content)[0] as Json | undefined);
  return media?.['schema'] === undefined ? undefined : schemaOf(media['schema']);
}

function operationOf(given: Json): Operation {
  const parameters = (given['parameters'] ?? []) as Json[];
  const within = (place: string) =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter['in'] === place)
        .map((parameter) => {
          const mandatory = place === 'query' && parameter['required'] === true;
          return [String(parameter['name']), { ...schemaOf(parameter['schema']), ...(mandatory && { mandatory }) }];
        }),
    ) as Record<string, Parameter>;
  const responses = given['responses'] as Json;
  const body = contentOf(given['requestBody']);
  const headers = Object.values(responses).flatMap((response) => Object.keys((response as Json)['headers'] ?? {}));
  return {
    query: within('query'),
    path: within('path'),
    ...(body !== undefined && { body }),
    answers: mapped(responses, (response) => contentOf(response) ?? null),
    headers: [...new Set(headers)].toSorted(),
  };
}

/** Every schema name that a piece of the contract refers to. */
function refsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const ref = (value as Json)['ref'];
  return [...(typeof ref === 'string' ? [ref] : []), ...Object.values(value).flatMap(refsIn)];
}

/** The facts of the named operations (`GET /v1/leases`), as far as the document has them, and of all schemas they use. */
export function distil(document: unknown, names: readonly string[]): Contract {
  const { openapi, info, paths, components } = document as Record<string, Json>;
  const operations = Object.fromEntries(
    names.flatMap((name) => {
      const [method = '', path = ''] = name.split(' ');
      const found = (paths?.[path] as Json | undefined)?.[method.toLowerCase()];
      return found === undefined ? [] : [[name, operationOf(found as Json)]];
    }),
  );
  const all = components?.['schemas'] as Json;
  const schemas: Record<string, Schema> = {};
  const waiting = refsIn(operations);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (schemas[name] !== undefined) continue;
    schemas[name] = schemaOf(all[name]);
    waiting.push(...refsIn(schemas[name]));
  }
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { openapi: String(openapi), version: String(info?.['version']), operations, schemas: sorted };
}

/** Every place where two contracts differ, as `place: ours -> theirs`. */
export function differences(ours: unknown, theirs: unknown, place = ''): string[] {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return [];
  const objects = [ours, theirs].every((value) => value !== null && typeof value === 'object' && !Array.isArray(value));
  if (!objects) return [`${place}: ${shown(ours)} -> ${shown(theirs)}`];
  const [mine, other] = [ours as Json, theirs as Json];
  const keys = new Set([...Object.keys(mine), ...Object.keys(other)]);
  return [...keys].flatMap((key) => differences(mine[key], other[key], place === '' ? key : `${place} / ${key}`));
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
