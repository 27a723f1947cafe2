import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ConnectionReport } from '../../src/main/connections_check_report.ts';
import type { Proposed } from '../../src/main/connections_check_mappings.ts';
import type { TestOutcome } from '../../src/main/connections_check_write_test.ts';
import { MappingFile } from '../../src/connectors/kit/value_tables.ts';
import type { SimulatorHandle } from '../simulators/shared/handle.ts';
import { openSimulator } from '../simulators/shared/open.ts';
import { newPlace, type Outcome, type Place } from './command_line.ts';

/* `caretaker connections check` on the real command line: what is found, what is written, and what a test proves. */

interface Checked {
  connections: ConnectionReport[];
  mappings?: Proposed[];
  write_test?: { connection: string; outcomes: TestOutcome[] };
}

const SECRET = 'a-secret-of-the-pms';

/* Every line of this is a process of its own, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

describe('a connection of which little was ever seen', () => {
  let place: Place;
  const keys: Record<'ada' | 'bea' | 'agent', string> = { ada: '', bea: '', agent: '' };
  let home: { unit_id: string; property_id: string };
  let account: string;

  const connection = {
    id: 'main',
    pms: 'guessed',
    mappings: 'main.mappings.json',
    bills: false,
    password: SECRET,
    workflows: { maintenance: 'shadow', accounting: 'live', leasing: 'read' },
  };

  beforeAll(async () => {
    place = newPlace(
      { connections: [connection], policy: {} },
      {
        main: resolve(import.meta.dirname, 'guessed_pms.ts'),
        variables: { CARETAKER_KEYRING: `test:${Buffer.alloc(32, 7).toString('base64')}` },
      },
    );
    const make = async (by: string | undefined, ...args: string[]) =>
      (await place.json<{ key: string }>(['keys', 'create', ...args], by)).key;
    keys.ada = await make(undefined, '--person', '--name', 'Ada', '--role', 'admin');
    keys.bea = await make(keys.ada, '--person', '--name', 'Bea', '--role', 'admin');
    keys.agent = await make(keys.ada, '--agent', '--name', 'Night', '--owner', 'Ada', '--role', 'admin');
    const { leases } = await place.json<{ leases: { unit_id: string; property_id: string; status: string }[] }>(
      ['call', 'list_leases', '{}'],
      keys.bea,
    );
    home = leases.find(({ status }) => status === 'current')!;
    const { accounts } = await place.json<{ accounts: { account_id: string }[] }>(
      ['call', 'list_gl_accounts', '{"usage":"resident_charge","query":"Damage"}'],
      keys.bea,
    );
    account = accounts[0]!.account_id;
  });
  afterAll(() => place.remove());

  const check = (key: string, ...args: string[]) => place.run(['connections', 'check', ...args], { key });
  const parsed = ({ out }: Outcome) => JSON.parse(out) as Checked;
  const reportIn = (outcome: Outcome) => parsed(outcome).connections[0]!;

  it('is refused to agents without the scope, and to anybody for a connection that is not there', async () => {
    expect(await check('ctk_wrong')).toMatchObject({ code: 1, out: '' });
    expect((await check(keys.ada, 'other')).errors).toContain('There is no connection "other". Nothing was checked.');
  });

  it('lists what stands in the way of going live, ends with 1, and tells no secret', async () => {
    const outcome = await check(keys.ada, 'main', '--json');
    expect(outcome.code).toBe(1);
    const report = reportIn(outcome);
    expect(report.findings).toContainEqual({ area: 'credentials', ok: true, detail: 'the PMS answers' });
    expect(report.in_shadow).toEqual(['update_lease', 'post_charge', 'reverse_charge']);
    const blocking = report.blocking.join('\n');
    for (const part of [
      'permission: Bills: the user needs the right to enter bills',
      'mapping of severity: nothing is mapped; --propose begins it',
      'update lease, post charge, reverse charge; caretaker connections check main --write-test UNIT',
    ])
      expect(blocking).toContain(part);
    expect(report.losses).toContainEqual(
      expect.objectContaining({ record: 'work_order', field: 'title', text: expect.stringContaining('over 127') }),
    );
    const told = await check(keys.ada);
    expect(told.out).toContain('In the way of going live:');
    expect(`${told.out}${told.errors}${outcome.out}${outcome.errors}`).not.toMatch(new RegExp(`${SECRET}|Byron|Grace`));
  });

  it('shows what has drifted, in this run and in those before', async () => {
    const before = reportIn(await check(keys.ada, '--json')).drift;
    expect(before).toMatchObject([{ what: 'missing_field', path: 'work_order.Task.Priority' }]);
    const report = reportIn(await check(keys.ada, '--json'));
    expect(report.drift).toMatchObject([{ first_at: before[0]!.first_at, count: before[0]!.count + 1 }]);
    expect(report.blocking.join()).toContain('1 place where the PMS answers otherwise than it used to');
  });

  it('proposes the mapping file that is not there yet, and never touches what a person wrote', async () => {
    const file = join(place.folder, connection.mappings);
    expect(existsSync(file)).toBe(false);
    const first = await check(keys.ada, '--propose', '--json');
    expect(first.code).toBe(1);
    const { mappings } = parsed(first);
    expect(mappings).toMatchObject([{ connection: 'main', file: 'main.mappings.json', unnamed: false }]);
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written).toEqual({
      severity: {
        to_pms: { emergency: '1', urgent: '2', routine: '3' },
        from_pms: { 1: 'emergency', 2: 'urgent', 3: 'routine' },
      },
      lead_source: { to_pms: { 'Apartment Guide': 'ls-7' }, from_pms: { 'ls-7': 'Apartment Guide' } },
    });
    expect(mappings![0]!.to_decide).toContainEqual({ table: 'severity', of: 'value', value: 'life_safety' });
    expect(mappings![0]!.to_decide).toContainEqual({ table: 'severity', of: 'word', value: '9', name: 'Someday' });
    // What was proposed counts at once.
    const table = reportIn(first).mappings.find((one) => one.table === 'severity');
    expect(table).toMatchObject({ no_word: ['life_safety'], not_read: [{ raw: '9' }], empty: false });

    const mine = { severity: { to_pms: { life_safety: '1', urgent: '1' }, from_pms: { 9: 'routine' } } };
    place.write(connection.mappings, JSON.stringify(mine));
    await check(keys.ada, '--propose');
    const merged = JSON.parse(readFileSync(file, 'utf8'));
    expect(merged.severity.to_pms).toEqual({ life_safety: '1', urgent: '1', emergency: '1', routine: '3' });
    expect(merged.severity.from_pms).toEqual({ 9: 'routine', 1: 'emergency', 2: 'urgent', 3: 'routine' });
    const before = readFileSync(file, 'utf8');
    const again = await check(keys.ada, '--propose');
    expect(again.out).toContain('main: nothing to add to main.mappings.json.');
    expect(readFileSync(file, 'utf8')).toBe(before);

    place.write(connection.mappings, '{"severity": "high"}');
    const spoilt = await check(keys.ada, '--propose');
    expect(spoilt.code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('{"severity": "high"}');
    place.write(connection.mappings, before);
  });

  it('takes a write test from a person alone, and refuses what it cannot test before anything is made', async () => {
    const by = (key: string, ...args: string[]) => check(key, 'main', '--write-test', home.unit_id, ...args);
    expect((await by(keys.agent)).errors).toContain("takes a person's key");
    expect((await by(keys.ada, '--commands', 'post_charge')).errors).toContain('takes an --account');
    expect((await by(keys.ada, '--commands', 'assign_work_order')).errors).toContain('takes a --vendor');
    expect((await by(keys.ada, '--commands', 'update_resident')).errors).toContain('is none of assign_work_order');
    expect((await check(keys.ada, '--commands', 'update_lease')).errors).toContain('belongs to --write-test');
    expect((await check(keys.ada, '--write-test', 'nowhere')).code).toBe(1);
    const { writes } = await place.json<{ writes: object[] }>(['writes', 'list'], keys.bea);
    expect(writes).toEqual([]);
  });

  it('creates a work order in a workflow that is in shadow, reads it back, cancels it, and keeps the proof', async () => {
    const outcome = await check(keys.ada, 'main', '--write-test', home.unit_id, '--json');
    expect(outcome.errors).toContain(
      'This creates a work order on the unit and cancels it, in the PMS of connection main.',
    );
    const { write_test: test } = parsed(outcome);
    expect(test!.outcomes.map(({ step, outcome: came }) => [step, came])).toEqual([
      ['create_work_order', 'proved'],
      ['update_work_order', 'proved'],
    ]);
    const { record_id, fields } = test!.outcomes[0]!;
    expect(fields).toMatchObject({ description: 'verified', severity: 'verified' });
    const { work_orders } = await place.json<{ work_orders: { work_order_id: string; status: string }[] }>(
      ['call', 'list_work_orders', JSON.stringify({ work_order_id: record_id })],
      keys.bea,
    );
    expect(work_orders).toMatchObject([{ work_order_id: record_id, status: 'cancelled' }]);
    expect(reportIn(outcome).proofs.map(({ kind, by }) => [kind, by])).toEqual([
      ['create_work_order', 'person:ada'],
      ['update_work_order', 'person:ada'],
    ]);
    // A second one is a test of its own, however alike.
    const again = parsed(await check(keys.ada, '--write-test', home.unit_id, '--json')).write_test!.outcomes;
    expect(again.map(({ outcome: came }) => came)).toEqual(['proved', 'proved']);
    expect(again[0]!.record_id).not.toBe(record_id);
  });

  it('moves no money before the proof, goes on after a second person decided, and takes the charge back', async () => {
    const charge = (request_id: string, amount: string) => {
      const args = { lease_id: lease, account_id: account, amount, charge_date: today, memo: 'Key lost', request_id };
      return place.json<{ write: { state: string; next: string } }>(
        ['call', 'post_gl_charge', JSON.stringify(args)],
        keys.bea,
      );
    };
    const { leases } = await place.json<{ leases: { lease_id: string; unit_id: string; status: string }[] }>(
      ['call', 'list_leases', '{}'],
      keys.bea,
    );
    const lease = leases.find(({ unit_id, status }) => unit_id === home.unit_id && status === 'current')!.lease_id;
    const today = new Date().toISOString().slice(0, 10);
    expect((await charge('before-the-proof-1', '35.00')).write).toMatchObject({
      state: 'shadowed',
      next: expect.stringContaining('connections check --write-test'),
    });

    const test = async () => {
      const outcome = await check(
        keys.ada,
        ...['main', '--write-test', home.unit_id, '--account', account],
        ...['--commands', 'post_charge,reverse_charge', '--json'],
      );
      return { ...outcome, money: parsed(outcome).write_test!.outcomes };
    };
    const approve = (one: TestOutcome | undefined) =>
      place.json<{ state: string }>(['approvals', 'approve', one!.write_id!], keys.bea);

    const first = await test();
    expect(first.errors).toContain(
      'posts a charge of 0.01 on the lease of the unit; its resident may see it and takes it back',
    );
    expect(first.money).toMatchObject([{ kind: 'post_charge', outcome: 'waits' }]);
    expect(first.money[0]!.detail).toContain('caretaker approvals approve');
    expect((await test()).money.map(({ write_id }) => write_id)).toEqual([first.money[0]!.write_id]);
    expect((await approve(first.money[0])).state).toBe('done');

    const second = await test();
    expect(second.money).toMatchObject([
      { kind: 'post_charge', outcome: 'proved', write_id: first.money[0]!.write_id },
      { kind: 'reverse_charge', outcome: 'waits' },
    ]);
    expect((await approve(second.money[1])).state).toBe('done');
    const third = await test();
    expect(third.money).toMatchObject([{ kind: 'reverse_charge', outcome: 'proved' }]);
    expect(reportIn(third).in_shadow).toEqual(['update_lease']);

    const ledger = await place.json<{ lines: { amount: string }[] }>(
      ['call', 'get_resident_ledger', JSON.stringify({ lease_id: lease })],
      keys.bea,
    );
    const cents = ledger.lines.filter(({ amount }) => amount === '0.01' || amount === '-0.01');
    expect(cents).toHaveLength(2);
    expect((await charge('after-the-proof-01', '36.00')).write.state).toBe('awaiting_approval');
    expect((await place.run(['audit', 'verify'], { key: keys.bea })).code).toBe(0);
  });

  it('leaves the lease as it was after notice was given and withdrawn, each decided by a second person', async () => {
    const test = async () =>
      parsed(await check(keys.ada, 'main', '--write-test', home.unit_id, '--commands', 'update_lease', '--json'))
        .write_test!.outcomes;
    const approve = (one: TestOutcome | undefined) => place.json(['approvals', 'approve', one!.write_id!], keys.bea);
    const given = await test();
    expect(given).toMatchObject([{ step: 'give_notice', outcome: 'waits' }]);
    await approve(given[0]);
    const withdrawn = await test();
    expect(withdrawn).toMatchObject([
      { step: 'give_notice', outcome: 'proved' },
      { step: 'withdraw_notice', outcome: 'waits' },
    ]);
    await approve(withdrawn[1]);
    expect(await test()).toMatchObject([{ step: 'withdraw_notice', outcome: 'proved' }]);
    const { leases } = await place.json<{ leases: { unit_id: string; status: string }[] }>(
      ['call', 'list_leases', '{}'],
      keys.bea,
    );
    expect(leases.filter(({ unit_id }) => unit_id === home.unit_id).map(({ status }) => status)).toContain('current');
  });

  it('accepts a renewal for good where that is asked for, and makes nothing else', async () => {
    const { leases } = await place.json<{ leases: { lease_id: string; unit_id: string; open_offers?: number }[] }>(
      ['call', 'list_leases', '{}'],
      keys.bea,
    );
    const { lease_id, unit_id } = leases.find(({ open_offers }) => open_offers !== undefined)!;
    const { detail } = await place.json<{
      detail: { renewal_offers: { renewal_offer_id: string; status: string }[] };
    }>(['call', 'list_leases', JSON.stringify({ lease_id })], keys.bea);
    const offer = detail.renewal_offers.find(({ status }) => status === 'offered')!.renewal_offer_id;
    const test = () =>
      check(keys.ada, ...['main', '--write-test', unit_id, '--commands', 'update_lease', '--renewal', offer, '--json']);
    const waits = await test();
    expect(waits.errors).toContain('which binds both sides and is not taken back');
    const [asked, ...more] = parsed(waits).write_test!.outcomes;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ step: 'accept_renewal', outcome: 'waits' });
    await place.json(['approvals', 'approve', asked!.write_id!], keys.bea);
    expect(parsed(await test()).write_test!.outcomes).toMatchObject([{ step: 'accept_renewal', outcome: 'proved' }]);
  });
});

it('finds nothing in the way on the embedded PMS, whose role is enough for a test', async () => {
  const place = newPlace();
  try {
    const { code, out } = await place.run(['connections', 'check']);
    expect(out).toContain('Nothing stands in the way of going live.');
    expect(code).toBe(0);
    const { candidates } = await place.json<{ candidates: { unit_id: string }[] }>([
      'call',
      'search_portfolio',
      '{"query":"2-B","kinds":["unit"]}',
    ]);
    const tested = await place.run(['connections', 'check', '--write-test', candidates[0]!.unit_id]);
    expect(tested.code).toBe(0);
    expect(tested.out).toMatch(/ok {2}create work order \d+: carried out, read back and compared/);
  } finally {
    place.remove();
  }
});

describe('a vendor that is reached over HTTP', () => {
  let pms: SimulatorHandle;
  let place: Place;
  let key: string;
  const file = () => join(place.folder, 'main.mappings.json');
  const check = (...args: string[]) => place.run(['connections', 'check', ...args], { key });

  beforeAll(async () => {
    pms = await openSimulator('rentmanager', { units: 24 });
    const variables = { CARETAKER_KEYRING: `test:${Buffer.alloc(32, 7).toString('base64')}` };
    const connection = { ...pms.connection, id: 'main', mappings: 'main.mappings.json' };
    place = newPlace({ connections: [connection], policy: {} }, { variables });
    key = (await place.json<{ key: string }>(['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin'])).key;
  });
  afterAll(async () => {
    place?.remove();
    await pms?.close();
  });

  it('stops every command without its mapping file but those for keys and the one that writes it, and is then ready', async () => {
    const before = await check();
    expect(before.code).toBe(1);
    expect(before.errors).toContain('"caretaker connections check --propose" writes it');
    const proposed = JSON.parse((await check('--propose', '--json')).out) as Checked;
    expect(proposed.connections[0]!.findings.filter(({ ok }) => !ok)).toEqual([]);
    const written = MappingFile.parse(JSON.parse(readFileSync(file(), 'utf8')));
    const right = (await pms.mappings()) as typeof written;
    for (const table of ['severity', 'work_order_status', 'trade'] as const)
      expect(written[table]!.to_pms, table).toEqual(right[table]!.to_pms);

    const [unit] = (await pms.state()).unit!;
    const tested = JSON.parse((await check('main', '--write-test', unit!.id, '--json')).out) as Checked;
    expect(tested.write_test!.outcomes.map(({ outcome }) => outcome)).toEqual(['proved', 'proved']);
    const made = (await pms.state()).work_order!;
    expect(made.find(({ id }) => id === tested.write_test!.outcomes[0]!.record_id)?.status).toBe('cancelled');
  });
});
