/** As much of JSON Schema as the tools use. */
export interface JsonSchema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  description?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  anyOf?: readonly JsonSchema[];
}

/** One field of an object, however deep: `lines[].amount`. */
export interface Field {
  path: string;
  type: string;
  required: boolean;
  description: string;
}

/** Limits past which no caller comes are left out. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

function range(from: number | undefined, to: number | undefined, unit: string): string {
  const low = from === undefined || from <= -UNLIMITED ? undefined : from;
  const high = to === undefined || to >= UNLIMITED ? undefined : to;
  if (low === undefined && high === undefined) return '';
  if (low === undefined || (low <= 1 && unit !== '')) return high === undefined ? '' : `, at most ${high}${unit}`;
  return high === undefined ? `, at least ${low}${unit}` : `, ${low} to ${high}${unit}`;
}

/** A schema in a few words: "text, 16 to 64 characters". */
export function typeText(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return `one of ${schema.enum.map((one) => `\`${String(one)}\``).join(', ')}`;
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date') return 'date';
      return `text${range(schema.minLength, schema.maxLength, ' characters')}`;
    case 'integer':
    case 'number':
      return `${schema.type}${range(schema.minimum, schema.maximum, '')}`;
    case 'array':
      return `list of ${schema.items === undefined ? 'anything' : typeText(schema.items)}${range(schema.minItems, schema.maxItems, ' items')}`;
    case undefined:
      return 'anything';
    default:
      return String(schema.type);
  }
}

/** The object that a list of objects, or an object that may be absent, holds. */
function inner(schema: JsonSchema): { schema: JsonSchema; suffix: string } | undefined {
  if (schema.properties !== undefined) return { schema, suffix: '' };
  if (schema.items?.properties !== undefined) return { schema: schema.items, suffix: '[]' };
  return undefined;
}

/** All fields of an object schema, outer ones first, in their order. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const own: Field = {
      path,
      type: typeText(field),
      required: schema.required?.includes(name) ?? false,
      description: field.description ?? '',
    };
    const nested = inner(field);
    return nested === undefined ? [own] : [own, ...fieldsOf(nested.schema, `${path}${nested.suffix}.`)];
  });
}
