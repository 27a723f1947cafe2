import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { ERROR_CODES } from '../../src/model/errors.ts';
import { type Agent, errorOf, first, requestId, type Result } from './agent.ts';
import { Stage } from './stage.ts';

/** A Tuesday morning in California, where the portfolio's second property is. */
const MORNING = '2026-11-24T18:00:00.000Z';

let stage: Stage;
/** Holds every scope. */
let agent: Agent;
/** Confined to one property, and to two. */
let pinned: Agent, between: Agent;
let books: SandboxState;
let before: number;

beforeAll(async () => {
  stage = await Stage.open({ at: MORNING });
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

/** What every refusal has to be: one of the closed set, in words, with the field and what to do next. */
function expectClear(result: Result, what: string): NonNullable<ReturnType<typeof errorOf>> {
  const error = errorOf(result);
  if (error === undefined) throw new Error(`${what} was not refused: ${JSON.stringify(result).slice(0, 500)}`);
  expect(ERROR_CODES, what).toContain(error.code);
  expect(error.message.length, what).toBeGreaterThan(15);
  expect(error.message + (error.next ?? ''), what).not.toMatch(
    /\bat .*\.ts|SQLITE|node_modules|Error:|undefined|\[object/,
  );
  expect(result.content[0]?.text, what).toContain(error.code);
  return error;
}

const nothingChanged = async () => expect(await stage.taken()).toBe(before);

describe('the shape of arguments', () => {
  interface Schema {
    properties?: Record<string, { type?: string; enum?: string[] }>;
    required?: string[];
  }

  it('refuses a tool that there is none of', async () => {
    for (const name of [
      '',
      'create-work-order',
      '../create_work_order',
      'CREATE_WORK_ORDER',
      '__proto__',
      'x'.repeat(10_000),
    ])
      await expect(agent.call(name), name.slice(0, 40)).rejects.toMatchObject({ code: -32602 });
    await nothingChanged();
  });

  it('names the argument that is missing, unknown or of the wrong type, for every argument of every tool', async () => {
    const { tools } = await agent.client.listTools();
    const wrong: Record<string, unknown[]> = {
      string: [7, true, null, {}, ['x']],
      integer: ['7', 1.5, null, {}, 1e300],
      number: ['7', null, {}],
      boolean: ['true', 1, null],
      array: ['x', 7, {}],
    };
    let tried = 0;
    for (const tool of tools) {
      const { properties = {}, required = [] } = tool.inputSchema as Schema;
      const unknown = expectClear(await agent.call(tool.name, { surprise: 1 }), `${tool.name} surprise`);
      expect(unknown.code).toBe('invalid_input');
      if (required.length === 0) expect(unknown.field).toBe('surprise');
      else expect(required.concat('surprise')).toContain(unknown.field);
      if (required.length > 0) {
        const missing = expectClear(await agent.call(tool.name, {}), `${tool.name} {}`);
        expect([missing.code, required.includes(String(missing.field))]).toEqual(['invalid_input', true]);
      }
      for (const [name, { type = 'string' }] of Object.entries(properties)) {
        for (const value of wrong[type] ?? []) {
          const what = `${tool.name} ${name}=${JSON.stringify(value)}`;
          const error = expectClear(await agent.call(tool.name, { [name]: value }), what);
          expect(error.code, what).toBe('invalid_input');
          expect(error.field, what).toBeTruthy();
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(500);
    await nothingChanged();
  });
});

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

describe('amounts', () => {
  const bad = [
    '1e3',
    '-5',
    '350.001',
    '1,000',
    '',
    ' ',
    '350 ',
    '$350',
    '0x10',
    'NaN',
    'Infinity',
    '.5',
    '5.',
    '1_000',
    '00350',
    '3.5.0',
    '１００',
    '10000000.01',
    '9'.repeat(400),
  ];

  it.each([
    [
      'post_gl_charge',
      'amount',
      (): object => ({ lease_id: '5002', account_id: '24', charge_date: '2026-11-24', memo: 'x' }),
    ],
    ['update_work_order', 'estimate', (): object => ({ work_order_id: '900', version: 'x' })],
    [
      'dispatch_vendor',
      'not_to_exceed',
      (): object => ({ work_order_id: '900', vendor_id: '501', visit_start: '2026-11-25T09:00' }),
    ],
    ['reverse_posting', 'amount', (): object => ({ kind: 'charge', posting_id: '10000', reason: 'x' })],
    [
      'post_vendor_bill',
      'total',
      (): object => ({
        vendor_id: '501',
        invoice_number: '1',
        invoice_date: '2026-11-24',
        due_date: '2026-11-24',
        lines: [{ account_id: '24', amount: '1.00', property_id: '12' }],
      }),
    ],
    ['create_guest_card', 'rent_max', (): object => ({ property_id: '12', source: 'Phone', name: 'A' })],
  ] as const)('%s takes no %s that is not a plain decimal', async (tool, field, rest) => {
    for (const amount of [...bad, 350, 3.5, null, ['350']]) {
      const error = await agent.refused(tool, { request_id: requestId('amount'), ...rest(), [field]: amount });
      expect(error, JSON.stringify(amount)).toMatchObject({ code: 'invalid_input', field });
    }
    await nothingChanged();
  });

  it('names the line that is wrong', async () => {
    const entry = { property_id: '12', entry_date: '2026-11-24', memo: 'x' };
    for (const debit of bad) {
      const lines = [
        { account_id: '24', credit: '5.00' },
        { account_id: '25', debit },
      ];
      const error = await agent.refused('post_journal_entry', { request_id: requestId('amount'), ...entry, lines });
      expect(error).toMatchObject({ code: 'invalid_input', field: 'lines.1.debit' });
    }
    await nothingChanged();
  });

  it('takes no charge of nothing', async () => {
    const lease = first(books.lease, ({ status }) => status === 'current');
    const { accounts } = await agent.ok('list_gl_accounts', { usage: 'resident_charge' });
    const error = await agent.refused('post_gl_charge', {
      request_id: requestId('amount'),
      lease_id: lease.id,
      account_id: accounts[0].account_id,
      amount: '0.00',
      charge_date: '2026-11-24',
      memo: 'Nothing',
    });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'amount' });
    await nothingChanged();
  });
});

describe('days and times', () => {
  it.each([
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-31',
    '26-11-24',
    '2026-1-1',
    '2026-11-24T00:00',
    '24.11.2026',
    'tomorrow',
    '',
    '２０２６-11-24',
  ])('no day is %j', async (day) => {
    for (const [tool, field, rest] of [
      ['find_vendors', 'visit_date', { work_order_id: books.work_order[0]?.id }],
      ['find_available_units', 'move_in_date', {}],
      ['list_leases', 'ends_from', {}],
      [
        'post_gl_charge',
        'charge_date',
        { request_id: requestId('day'), lease_id: '5002', account_id: '24', amount: '1.00', memo: 'x' },
      ],
    ] as const)
      expect(await agent.refused(tool, { ...rest, [field]: day })).toMatchObject({ code: 'invalid_input', field });
    await nothingChanged();
  });

  it.each([
    '2026-02-30T09:00',
    '2026-11-25T25:00',
    '2026-11-25T24:00',
    '2026-11-25T09:60',
    '2026-11-25 09:00',
    '2026-11-25T9:00',
    '2026-11-25T09:00+99:00',
    'now',
  ])('no visit begins at %j', async (visit_start) => {
    const job = first(books.work_order, ({ status }) => status === 'new');
    const error = await agent.refused('dispatch_vendor', {
      request_id: requestId('day'),
      work_order_id: job.id,
      technician_id: first(books.staff, ({ roles }) => roles.includes('technician')).id,
      visit_start,
    });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'visit_start' });
    await nothingChanged();
  });

  it('refuses the hour that a clock change skips, and says which one it takes of the hour that comes twice', async () => {
    const job = first(books.work_order, ({ status }) => status === 'new');
    const technician_id = first(
      books.staff,
      ({ roles, trades }) => roles.includes('technician') && trades.includes(job.trade),
    ).id;
    const visit = { work_order_id: job.id, technician_id };
    const gap = await agent.refused('dispatch_vendor', {
      request_id: requestId('day'),
      ...visit,
      visit_start: '2027-03-14T02:30',
    });
    expect(gap).toMatchObject({ code: 'invalid_input', field: 'visit_start' });
    expect(gap.message).toMatch(/does not exist|skip/i);
    await nothingChanged();
    const twice = await agent.done('dispatch_vendor', {
      request_id: requestId('day'),
      ...visit,
      visit_start: '2027-11-07T01:30',
    });
    before += 1;
    expect(twice.note).toMatch(/twice|earlier|first/);
    expect((await stage.pms.get('work_order', '', job.id))?.visit?.start).toBe('2027-11-07T07:30:00.000Z');
  });
});

describe('request ids and versions', () => {
  const job = { property_id: '12', description: 'The gate does not close', entry: 'yes' };

  it.each(['', 'short', 'x'.repeat(15), 'x'.repeat(65)])('no request id is %j', async (request_id) => {
    expect(await agent.refused('create_work_order', { request_id, ...job })).toMatchObject({
      code: 'invalid_input',
      field: 'request_id',
    });
    await nothingChanged();
  });

  it('names a version that is not from a read', async () => {
    const { id } = first(books.work_order, ({ status }) => status === 'in_progress');
    for (const version of ['x', '0', '*', 'null']) {
      const error = await agent.refused('update_work_order', {
        request_id: requestId('version'),
        work_order_id: id,
        version,
        status: 'on_hold',
      });
      expect(['conflict', 'invalid_input']).toContain(error.code);
      expect(error).toMatchObject({ field: 'version', next: expect.any(String) });
    }
    await nothingChanged();
  });

  it('takes cursors only from its own answers', async () => {
    for (const cursor of ['x', '../', Buffer.from('changes 9e9').toString('base64url'), '{"id":1}'])
      for (const tool of [
        'list_changes',
        'list_writes',
        'list_work_orders',
        'list_leases',
        'search_guest_cards',
        'find_available_units',
      ])
        expect(await agent.refused(tool, { cursor }), `${tool} ${cursor}`).toMatchObject({
          code: 'invalid_input',
          field: 'cursor',
        });
  });
});

describe('very long text', () => {
  const job = { property_id: '12', location: 'Roof', entry: 'yes' };

  it('is kept whole up to the limit', async () => {
    const description = `The roof leaks. ${'It drips — and drips. 水漏れ 🏠 '.repeat(5_000)}`.slice(0, 60_000).trim();
    const made = await agent.done('create_work_order', { request_id: requestId('long'), ...job, description });
    before += 1;
    const kept = await stage.pms.get('work_order', '', made.work_order.work_order_id);
    expect(kept?.description).toBe(description.toWellFormed());
    const { detail } = await agent.ok('list_work_orders', { work_order_id: made.work_order.work_order_id });
    expect(detail.description).toBe(description.toWellFormed());
  });

  it('is refused beyond it, with the limit', async () => {
    const error = await agent.refused('create_work_order', {
      request_id: requestId('long'),
      ...job,
      description: 'x'.repeat(100_000),
    });
    expect(error).toMatchObject({ code: 'invalid_input', field: 'description' });
    expect(error.message).toContain('60000');
    expect(JSON.stringify(error).length).toBeLessThan(1_000);
    await nothingChanged();
  });
});
