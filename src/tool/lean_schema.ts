import * as z from 'zod/v4';

type Json = { [key: string]: unknown };

/** Keywords that cost tokens and help no model; the same conditions are checked inside. */
const DROPPED = new Set([
  '$schema',
  'pattern',
  'default',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'exclusiveMinimum',
  'minimum',
  'maximum',
  'id',
]);

function lean(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(lean);
  if (node === null || typeof node !== 'object') return node;
  const source = node as Json;
  const kept: Json = {};
  for (const [key, value] of Object.entries(source)) {
    if (DROPPED.has(key) && typeof value !== 'object') continue;
    if (key === 'format' && value !== 'date') continue;
    kept[key] = key === 'properties' ? leanProperties(value as Json) : lean(value);
  }
  return kept;
}

function leanProperties(properties: Json): Json {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, lean(schema)]));
}

/** The JSON Schema of a tool's input as `tools/list` shows it, without the arguments that a pin takes away. */
export function leanInputSchema(schema: z.ZodObject, without: readonly string[] = []): object {
  const json = lean(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) as Json;
  const properties = { ...(json['properties'] as Json) };
  for (const name of without) delete properties[name];
  const required = ((json['required'] as string[] | undefined) ?? []).filter((name) => !without.includes(name));
  const { properties: _all, required: _required, additionalProperties: _extra, ...rest } = json;
  return { ...rest, properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

/** The JSON Schema of a tool's structured result. */
export function leanOutputSchema(schema: z.ZodObject): object {
  return lean(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })) as object;
}
