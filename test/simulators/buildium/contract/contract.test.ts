import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONTRACT, problemsOf } from './check.ts';
import { differences, distil, type Schema } from './distil.ts';
import { OPERATIONS } from './operations.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** A schema as a full document has it: references by address, lengths in a sentence. */
function fullSchema({ ref, minLength, maxLength, items, properties, ...schema }: Schema): object {
  const says =
    maxLength === undefined ? 'A value.' : `The value cannot exceed ${maxLength.toLocaleString('en')} characters.`;
  return {
    ...schema,
    ...(ref !== undefined && { allOf: [{ $ref: `#/components/schemas/${ref}` }] }),
    description:
      minLength === undefined || minLength === 1 ? says : `Must be between ${minLength} and ${maxLength} characters.`,
    ...(minLength === 1 && { minLength }),
    ...(items !== undefined && { items: fullSchema(items) }),
    ...(properties !== undefined && { properties: fullSchemas(properties), additionalProperties: false }),
  };
}

function fullSchemas(schemas: Readonly<Record<string, Schema>>): Record<string, object> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, fullSchema(schema)]));
}

const content = (schema: Schema) => ({ content: { 'application/json': { schema: fullSchema(schema) } } });

/** A full OpenAPI document with the facts of the contract, and much besides. */
function fullDocument() {
  const paths: Record<string, Record<string, object>> = { '/v1/other': { get: { responses: {} } } };
  for (const [name, operation] of Object.entries(CONTRACT.operations)) {
    const [method = '', path = ''] = name.split(' ');
    const parameters = [
      ...Object.entries(operation.query).map(([key, { mandatory = false, ...schema }]) => ({
        ...{ name: key, in: 'query', required: mandatory, description: 'A filter.', schema: fullSchema(schema) },
      })),
      ...Object.entries(operation.path).map(([key, schema]) => ({ name: key, in: 'path', schema: fullSchema(schema) })),
    ];
    const headers = Object.fromEntries(operation.headers.map((header) => [header, {}]));
    const responses = Object.fromEntries(
      Object.entries(operation.answers).map(([status, schema]) => [
        status,
        { description: 'An answer.', ...(schema !== null && content(schema)), ...(status < '300' && { headers }) },
      ]),
    );
    (paths[path] ??= {})[method.toLowerCase()] = {
      ...{ summary: 'Does it.', parameters, responses },
      ...(operation.body !== undefined && { requestBody: content(operation.body) }),
    };
  }
  const { openapi, version } = CONTRACT;
  return {
    openapi,
    info: { version, description: 'Prose.' },
    paths,
    components: { schemas: fullSchemas(CONTRACT.schemas) },
  };
}

function compare(document: unknown): { status: number | null; said: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  const script = resolve(ROOT, 'scripts/compare-buildium-contract.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, file], { encoding: 'utf8', cwd: ROOT });
  return { status, said: stdout.split('\n').filter((line) => line !== '') };
}

describe('distilling', () => {
  it('keeps every fact of a full document and none of its sentences', () => {
    const document = fullDocument();
    expect(distil(document, OPERATIONS)).toEqual(CONTRACT);
    expect(JSON.stringify(distil(document, OPERATIONS))).not.toMatch(/description|summary|A filter|cannot exceed/);
  });

  it.each([
    ['The value cannot exceed 65,535 characters.', { maxLength: 65_535 }],
    ['The title can not exceed 127 characters.', { maxLength: 127 }],
    ['This value is restricted to a maximum of 255 characters.', { maxLength: 255 }],
    ['If provided, must be between 10 and 20 characters, such as 1', { minLength: 10, maxLength: 20 }],
    ['Must be 30 characters or less.', { maxLength: 30 }],
    ['Must be no longer than 240 characters.', { maxLength: 240 }],
    ['Has 4 characters of its own.', {}],
  ])('reads the length out of "%s"', (description, lengths) => {
    const schemas = { A: { type: 'object', properties: { Field: { type: 'string', description } } } };
    const post = { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/A' } } } } };
    const document = {
      openapi: '3',
      info: {},
      paths: { '/a': { post: { ...post, responses: {} } } },
      components: { schemas },
    };
    expect(distil(document, ['POST /a']).schemas['A']?.properties?.['Field']).toEqual({ type: 'string', ...lengths });
  });
});

describe('comparing', () => {
  it('finds nothing where nothing differs', () => {
    expect(compare(fullDocument())).toEqual({ status: 0, said: [] });
  });

  it('finds each difference that was planted, and names its place', () => {
    const document = JSON.parse(JSON.stringify(fullDocument())) as {
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: Record<string, { properties: Record<string, object>; required?: string[] }> };
    };
    const { schemas } = document.components;
    Object.assign(schemas['BillPostMessage']?.properties['Memo'] as object, {
      description: 'cannot exceed 300 characters',
    });
    schemas['WorkOrderPostMessage']?.required?.push('Title');
    Object.assign(schemas['AllTasksMessage']?.properties['Priority'] as object, {
      enum: ['Low', 'Normal', 'High', 'Urgent'],
    });
    delete document.paths['/v1/users'];
    const { status, said } = compare(document);
    expect(status).toBe(1);
    expect(said.map((line) => line.replace(/: [[{"\d].*/, ''))).toEqual([
      'operations / GET /v1/users',
      'schemas / AllTasksMessage / properties / Priority / enum',
      'schemas / BillPostMessage / properties / Memo / maxLength',
      'schemas / WorkOrderPostMessage / required',
    ]);
  });

  it('says so where the document cannot be read', () => {
    expect(compare('no JSON').status).toBe(2);
  });

  it('does not mind the order of fields', () => {
    expect(differences({ a: 1, b: { c: [1], d: 2 } }, { b: { d: 2, c: [1] }, a: 1 })).toEqual([]);
    expect(differences({ a: [1, 2] }, { a: [2, 1] })).toEqual(['a: [1,2] -> [2,1]']);
  });
});

describe('checking', () => {
  it('tells a wrong shape from a value that is missing or too long', () => {
    const of = (value: object) => problemsOf({ ref: 'LeaseChargePutMessage' }, value).map(({ at, is }) => [at, is]);
    expect(of({ Date: '2026-11-24', Lines: [{ Amount: 1, GLAccountId: 2 }] })).toEqual([]);
    expect(of({ Lines: [{ Amount: 1 }], Memo: 'x'.repeat(66) })).toEqual([
      ['Date', 'value'],
      ['Lines[0].GLAccountId', 'value'],
      ['Memo', 'value'],
    ]);
    expect(of({ Date: '24.11.2026', Lines: {}, memo: 'x' })).toEqual([
      ['Date', 'shape'],
      ['Lines', 'shape'],
      ['memo', 'shape'],
    ]);
  });
});
