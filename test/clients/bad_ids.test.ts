import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, expectClear, first, requestId } from './agent.ts';
import { Stage } from './stage.ts';

let stage: Stage;
/** Holds every scope. */
let agent: Agent;
/** Confined to one property, and to two. */
let pinned: Agent, between: Agent;
let books: SandboxState;
let before: number;

beforeAll(async () => {
  stage = await Stage.open();
  const pin = (id: string) => ['--pin', `sandbox:${id}`];
  [agent, pinned, between] = await Promise.all([
    stage.agent('admin', 'everything'),
    stage.agent('property_manager', 'one property', ...pin('11')),
    stage.agent('property_manager', 'two properties', ...pin('11'), ...pin('12')),
  ]);
  await agent.ok('search_portfolio', { query: 'Juniper Terrace' });
  books = await stage.pms.state();
  expect(books.property.map(({ id }) => id)).toEqual(['11', '12', '13']);
  before = await stage.taken();
});
afterAll(() => stage.close());

const nothingChanged = async () => expect(await stage.taken()).toBe(before);

describe('ids', () => {
  const hostile = [
    '../12',
    '..%2f12',
    '..%2F..%2Fetc%2Fpasswd',
    '%2e%2e%2f12',
    '/etc/passwd',
    '12/../11',
    '12;',
    '12;drop table records',
    "12' or '1'='1",
    '12"',
    '`12`',
    '12%00',
    '12\u0000',
    ' 12',
    '12 ',
    '+12',
    '-12',
    '012',
    '12.0',
    '1.2e1',
    '0xC',
    '１２',
    '１１',
    '12\u200b',
    '\u202e21',
    'sandbox/12',
    'sandbox:12',
    'sandbox|12',
    'other:12',
    '%',
    '_',
    '*',
    '__proto__',
    'constructor',
    'null',
    'ct_',
    'w_0000000000000000000000',
    '💥',
    '\ud800',
    'x'.repeat(200),
  ];
  const asked: [tool: string, field: string, more?: Record<string, unknown>][] = [
    ['list_work_orders', 'property_id'],
    ['get_unit', 'unit_id'],
    ['get_resident', 'resident_id'],
    ['list_leases', 'lease_id'],
    ['list_work_orders', 'work_order_id'],
    ['list_work_orders', 'vendor_id'],
    ['search_guest_cards', 'guest_card_id'],
    ['get_resident_ledger', 'lease_id'],
    ['list_postings', 'posting_id', { kind: 'bill' }],
    ['find_tour_slots', 'unit_id'],
  ];

  it.each(asked)('%s: no %s is anything but a whole id', async (tool, field, more = {}) => {
    for (const id of hostile) {
      const result = await agent.call(tool, { ...more, [field]: id });
      const error = expectClear(result, `${tool} ${field}=${JSON.stringify(id)}`);
      expect(['not_found', 'invalid_input'], JSON.stringify([id, error])).toContain(error.code);
      expect(error.field, JSON.stringify([id, error])).toBe(field);
      expect(error.message).not.toContain(id.length > 3 ? id : '\0');
    }
    const long = await agent.refused(tool, { ...more, [field]: 'x'.repeat(201) });
    expect(long).toMatchObject({ code: 'invalid_input', field });
    expect(await agent.refused(tool, { ...more, [field]: '' })).toMatchObject({ code: 'invalid_input', field });
  });

  it('are refused in writes before anything is recorded', async () => {
    for (const id of hostile)
      for (const field of ['property_id', 'unit_id', 'resident_id']) {
        const args = { property_id: '12', description: 'x', entry: 'yes', [field]: id };
        const error = await agent.refused('create_work_order', { request_id: requestId('bad'), ...args });
        expect(['not_found', 'invalid_input']).toContain(error.code);
        expect(error.field, JSON.stringify(id)).toBe(field);
      }
    await nothingChanged();
    const { writes } = await agent.ok('list_writes', { states: ['done', 'under_way', 'needs_attention'] });
    expect(writes).toEqual([]);
  });

  it('are refused in addresses of resources', async () => {
    for (const id of hostile.filter((one) => one !== '\ud800'))
      for (const uri of [`caretaker://sandbox/unit/${id}`, `caretaker://sandbox/unit/${encodeURIComponent(id)}`])
        await expect(agent.client.readResource({ uri }), uri).rejects.toMatchObject({ code: -32602 });
  });
});

describe('a key for one property', () => {
  const elsewhere = <K extends keyof SandboxState>(kind: K) =>
    first<SandboxState[K][number]>(books[kind], (one) => (one as { property_id?: string }).property_id === '12').id;
  const here = <K extends keyof SandboxState>(kind: K) =>
    first<SandboxState[K][number]>(books[kind], (one) => (one as { property_id?: string }).property_id === '11').id;

  it('has no property_id to give, and is told so', async () => {
    const { tools } = await pinned.client.listTools();
    for (const { name, inputSchema } of tools)
      expect(Object.keys(inputSchema.properties ?? {}), name).not.toContain('property_id');
    for (const property_id of ['11', '12'])
      expect(await pinned.refused('list_work_orders', { property_id })).toMatchObject({
        code: 'invalid_input',
        field: 'property_id',
      });
  });

  it.each([
    ['get_unit', 'unit_id', 'unit'],
    ['get_resident', 'resident_id', 'resident'],
    ['list_leases', 'lease_id', 'lease'],
    ['list_work_orders', 'work_order_id', 'work_order'],
    ['list_work_orders', 'unit_id', 'unit'],
    ['search_guest_cards', 'guest_card_id', 'guest_card'],
    ['get_resident_ledger', 'lease_id', 'lease'],
    ['find_vendors', 'work_order_id', 'work_order'],
  ] as const)('%s: %s of another property is as unknown as any', async (tool, field, kind) => {
    const error = await pinned.refused(tool, { [field]: elsewhere(kind) });
    const unknown = await pinned.refused(tool, { [field]: '99999999' });
    expect(error).toEqual(unknown);
    expect(error).toMatchObject({ code: 'not_found', field });
    await pinned.ok(tool, { [field]: here(kind) });
  });

  it('sees nothing of the others in lists, searches, resources and completions', async () => {
    for (const [tool, list] of [
      ['list_work_orders', 'work_orders'],
      ['list_leases', 'leases'],
      ['search_guest_cards', 'guest_cards'],
      ['find_available_units', 'units'],
    ] as const) {
      const answer = await pinned.ok(tool, {});
      expect(answer[list].length, tool).toBeGreaterThan(0);
      for (const one of answer[list]) expect(one.property_id, tool).toBe('11');
    }
    const bills = await pinned.ok('list_postings', { kind: 'bill' });
    for (const one of bills.postings) expect(one.property_id).toBe('11');
    expect((await pinned.ok('search_portfolio', { query: 'Maria, blue building' })).candidates).not.toContainEqual(
      expect.objectContaining({ property_id: '12' }),
    );
    for (const kind of ['unit', 'resident', 'work_order', 'lease'] as const)
      await expect(
        pinned.client.readResource({ uri: `caretaker://sandbox/${kind}/${elsewhere(kind)}` }),
      ).rejects.toMatchObject({ code: -32602 });
    const { prompts } = await pinned.client.listPrompts();
    const { name } = first(prompts, (one) => one.arguments?.some((argument) => argument.name === 'property') === true);
    const argument = { name: 'property', value: '' };
    const { completion } = await pinned.client.complete({ ref: { type: 'ref/prompt', name }, argument });
    expect(completion.values).toEqual([books.property[0]?.name]);
  });

  it('changes nothing of the others, and cannot follow their writes', async () => {
    const job = { description: 'A door squeaks', entry: 'yes' };
    const refused = await pinned.refused('create_work_order', {
      request_id: requestId('pin'),
      unit_id: elsewhere('unit'),
      ...job,
    });
    expect(refused).toMatchObject({ code: 'not_found', field: 'unit_id' });
    await nothingChanged();
    const made = await agent.done('create_work_order', { request_id: requestId('pin'), property_id: '12', ...job });
    before += 1;
    for (const work_order_id of [made.write.write_id, made.work_order.work_order_id])
      expect(await pinned.refused('list_work_orders', { work_order_id })).toMatchObject({ code: 'not_found' });
    const { writes } = await pinned.ok('list_writes', { by: 'agents', write_id: made.write.write_id });
    expect(writes).toEqual([]);
    const { changes } = await pinned.ok('list_changes', {});
    expect(changes).not.toContainEqual(expect.objectContaining({ property_id: '12' }));
  });

  it('names ids that do not belong together, where the key holds for both', async () => {
    const error = await between.refused('create_work_order', {
      request_id: requestId('pin'),
      property_id: '11',
      unit_id: elsewhere('unit'),
      description: 'A door squeaks',
      entry: 'yes',
    });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'unit_id' });
    expect(await between.refused('list_work_orders', { property_id: '13' })).toMatchObject({ code: 'not_found' });
    await nothingChanged();
  });
});
