import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, expectClear, first, requestId } from './agent.ts';
import { Stage } from './stage.ts';

/** A Tuesday morning in California, where the portfolio's second property is. */
const MORNING = '2026-11-24T18:00:00.000Z';

let stage: Stage;
/** Holds every scope. */
let agent: Agent;
let books: SandboxState;
let before: number;

beforeAll(async () => {
  stage = await Stage.open({ at: MORNING });
  agent = await stage.agent('admin', 'everything');
  await agent.ok('search_portfolio', { query: 'Juniper Terrace' });
  books = await stage.pms.state();
  before = await stage.taken();
});
afterAll(() => stage.close());

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
