import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { fieldsSetBy } from '../../src/depth/set_fields.ts';
import { type Command, COMMAND_KINDS, COMMANDS } from '../../src/model/commands.ts';
import { RECORDS } from '../../src/model/records.ts';
import { expectedFields } from '../../src/writeback/expectations.ts';

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  format?: string;
}

/** Some value of a schema, with every property that it may have. */
function some({ type, const: only, enum: values, anyOf, oneOf, items, properties, format }: Schema): unknown {
  if (only !== undefined) return only;
  if (values !== undefined) return values[0];
  const choice = anyOf?.[0] ?? oneOf?.[0];
  if (choice !== undefined) return some(choice);
  if (type === 'array') return [some(items ?? {}), some(items ?? {})];
  if (type === 'object')
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, one]) => [name, some(one)]));
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return 1;
  return format === 'date' ? '2026-11-24' : format === 'date-time' ? '2026-11-24T15:00:00.000Z' : 'text';
}

const LEASE = { renewal_offers: [{ id: 'text', end_date: '2027-11-30', rent: 1 }], parties: [{ resident_id: 'text' }] };

/** Every form of a command, complete. */
function formsOf(kind: (typeof COMMAND_KINDS)[number]): Command[] {
  const whole = some(
    z.toJSONSchema(COMMANDS[kind].schema, { io: 'input', unrepresentable: 'any' }) as Schema,
  ) as Command;
  if (whole.kind !== 'update_lease') return [whole];
  const { shape } = COMMANDS.update_lease.schema;
  const { oneOf = [] } = z.toJSONSchema(shape.change, { io: 'input' }) as Schema;
  return oneOf.map((change) => ({ ...whole, change: some(change) }) as Command);
}

describe('the fields that a command sets', () => {
  it.each(COMMAND_KINDS)('are for %s those that the read-back looks at, as far as the record has them', (kind) => {
    const record = Object.keys(RECORDS[COMMANDS[kind].record].shape);
    const compared = formsOf(kind).flatMap((command) => Object.keys(expectedFields(command, LEASE)));
    expect(compared.length).toBeGreaterThan(0);
    const inRecord = [...new Set(compared)].filter((field) => record.includes(field) && field !== 'property_id');
    expect(fieldsSetBy(kind)).toEqual(expect.arrayContaining(inRecord));
  });

  it.each(COMMAND_KINDS)('are for %s fields of its record', (kind) => {
    const record = Object.keys(RECORDS[COMMANDS[kind].record].shape);
    expect(fieldsSetBy(kind).length).toBeGreaterThan(0);
    expect(record).toEqual(expect.arrayContaining(fieldsSetBy(kind)));
  });
});
