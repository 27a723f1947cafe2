import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RECORDS, RECORD_KINDS } from '../../../src/model/records.ts';
import { TRADES, WORK_ORDER_STATUSES } from '../../../src/model/values.ts';
import { createSandbox, type SandboxOptions, type SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { NOW, openSandbox, refusalOf } from './sandbox.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function stateOf(options: Partial<SandboxOptions> = {}): Promise<SandboxState> {
  const sandbox = createSandbox({ file: ':memory:', clock: () => NOW, ...options });
  const state = await sandbox.state();
  await sandbox.close();
  return state;
}

async function hashOf(options: Partial<SandboxOptions>): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify(await stateOf(options)))
    .digest('hex');
}

/** What does not hold in a portfolio although it must, whatever its seed and size. */
function faultsOf(state: SandboxState): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => holds || faults.push(fault);
  const ids = new Map(RECORD_KINDS.map((kind) => [kind, new Set(state[kind].map((r) => r.id))]));
  for (const kind of RECORD_KINDS) {
    must(ids.get(kind)?.size === state[kind].length, `${kind}: ids that are not unique`);
    for (const record of state[kind]) {
      const where = `${kind} ${record.id}`;
      must(isDeepStrictEqual(RECORDS[kind].parse(record), record), `${where}: not canonical`);
      for (const other of RECORD_KINDS) {
        const reference = (record as { [field: string]: unknown })[`${other}_id`];
        must(reference === undefined || ids.get(other)?.has(String(reference)) === true, `${where}: unknown ${other}`);
      }
    }
  }
  const names = new Set(state.unit.map((u) => `${u.property_id} ${u.name}`));
  must(names.size === state.unit.length, 'unit names that are not unique');
  for (const { id, lines } of state.journal_entry) must(sum(lines.map((l) => l.debit - l.credit)) === 0, `entry ${id}`);
  for (const { id, lines, total } of state.bill) must(sum(lines.map((l) => l.amount)) === total, `bill ${id}`);
  const entries = Map.groupBy(state.ledger_entry, (entry) => entry.household_id);
  for (const { id, household_id, status } of state.lease) {
    const balance = sum((entries.get(household_id) ?? []).map((entry) => entry.amount));
    must(status === 'past' || status === 'future' ? balance === 0 : balance >= 0, `lease ${id}: balance ${balance}`);
  }
  const booked = state.tour.filter((t) => t.status === 'scheduled').map((t) => `${t.agent_id} ${t.start}`);
  must(new Set(booked).size === booked.length, 'agents who are booked twice');
  return faults;
}

describe('a portfolio', () => {
  it('is the same for the same seed and size, and another for others', async () => {
    const options = { seed: 7, units: 90, properties: 3 };
    expect(await hashOf(options)).toBe(await hashOf(options));
    expect(await hashOf({ ...options, seed: 8 })).not.toBe(await hashOf(options));
    expect(await hashOf({ ...options, units: 91 })).not.toBe(await hashOf(options));
  });

  it('has its callers with the telephone that they share, whatever chance says', async () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const { resident } = await stateOf({ seed, units: 12, properties: 2 });
      const callers = resident.filter(({ phones }) => phones.some(({ number }) => number === '+15125550143'));
      expect(callers.map(({ first_name }) => first_name)).toEqual(expect.arrayContaining(['Maria', 'María']));
    }
  });

  it('holds together at any size', async () => {
    const sizes = fc.record({
      seed: fc.integer({ min: 0, max: 2 ** 31 }),
      units: fc.integer({ min: 1, max: 260 }),
      properties: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (options) => {
        const state = await stateOf(options);
        expect([state.unit.length, state.property.length]).toEqual([options.units, options.properties]);
        expect(faultsOf(state)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it('reports how far it is, and refuses sizes that make no sense', async () => {
    const seen: string[] = [];
    await stateOf({ units: 10, properties: 2, onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(['5/10', '10/10']);
    for (const units of [0, 1.5, 100_001]) {
      expect(await refusalOf(stateOf({ units }))).toEqual({ code: 'refused', field: 'units' });
    }
    expect(await refusalOf(stateOf({ properties: 0 }))).toEqual({ code: 'refused', field: 'properties' });
  });
});

describe('the default portfolio', () => {
  let state: SandboxState;
  beforeAll(async () => {
    state = await stateOf();
  });
  const has = <T>(values: readonly T[], fits: (value: T) => boolean) => expect(values.some(fits)).toBe(true);

  it('has six properties and four hundred units', () => {
    expect([state.property.length, state.unit.length]).toEqual([6, 400]);
    expect(faultsOf(state)).toEqual([]);
  });

  it('has properties with a zone, without one, and without one where the state has two', () => {
    const zones = state.property.map((p) => [p.address.state, p.time_zone]);
    expect(zones).toEqual([
      ['CO', 'America/Denver'],
      ['CA', 'America/Los_Angeles'],
      ['MA', undefined],
      ['TN', 'America/Chicago'],
      ['KY', undefined],
      ['GA', 'America/New_York'],
    ]);
    for (const p of state.property) expect(p.books_locked_through).toBe('2026-09-30');
  });

  it('has the unit names that trip matchers', () => {
    const names = new Set(state.unit.filter((u) => u.property_id === '11').map((u) => u.name));
    for (const name of ['2-B', '½', '#12', 'PH 3', 'A32', '1FL', '12-3', '123']) expect(names).toContain(name);
  });

  it('has three Marias above the ground floor of the blue building, two of them with one phone', () => {
    const blue = state.building.find((b) => b.nicknames.includes('the blue building') && b.property_id === '12');
    const upstairs = new Set(
      state.unit.filter((u) => u.building_id === blue?.id && (u.floor ?? 0) > 1).map((u) => u.id),
    );
    const marias = state.resident.filter(
      (r) => upstairs.has(r.unit_id ?? '') && r.status === 'current' && /^(Mar[ií]a|Мария)$/.test(r.first_name ?? ''),
    );
    expect(marias.length).toBeGreaterThanOrEqual(3);
    expect(marias.filter((r) => r.phones.some((p) => p.number === '+15125550143'))).toHaveLength(2);
  });

  it('has every occupancy, lease and work order status, and units with two active leases', () => {
    expect(new Set(state.unit.map((u) => u.occupancy))).toEqual(new Set(['occupied', 'vacant', 'notice', 'down']));
    for (const status of ['current', 'notice', 'eviction', 'future', 'past'])
      has(state.lease, (l) => l.status === status);
    expect(new Set(state.work_order.map((w) => w.status))).toEqual(new Set(WORK_ORDER_STATUSES));
    const active = Map.groupBy(
      state.lease.filter((l) => l.status === 'current'),
      (l) => l.unit_id,
    );
    has([...active.values()], (leases) => leases.length === 2);
    has(state.lease, (l) => l.term === 'month_to_month' && l.status === 'current');
    has(state.resident, (r) => r.role === 'guarantor');
    const namesakes = state.resident.filter((r) => r.name === 'Thomas Okafor');
    expect(new Set(namesakes.map((r) => r.unit_id)).size).toBeLessThan(namesakes.length);
  });

  it('has for every trade a vendor who may go, one whose insurance ends soon and one whose has ended', () => {
    for (const trade of TRADES) {
      const insured = state.vendor
        .filter((v) => v.trades.includes(trade) && v.is_active && !v.do_not_use)
        .map((v) => v.compliance.general_liability_expires ?? 'unknown');
      expect(insured.length, trade).toBeGreaterThanOrEqual(3);
      has(insured, (day) => day > '2026-12-31' && day !== 'unknown');
      has(insured, (day) => day === '2026-11-26');
      has(insured, (day) => day < '2026-11-24');
    }
    has(state.vendor, (v) => v.compliance.general_liability_expires === undefined && v.trades.length > 0);
    has(state.vendor, (v) => v.compliance.workers_comp_exemption !== undefined);
    has(state.vendor, (v) => v.do_not_use);
    has(state.vendor, (v) => !v.is_active);
    has(state.vendor, (v) => v.preferred.some((row) => row.property_id !== undefined));
    has(state.vendor, (v) => v.service_area.length > 0);
  });

  it('has a rota of three and agents for every property', () => {
    expect(
      state.staff
        .map((s) => s.on_call)
        .filter((n) => n !== undefined)
        .sort(),
    ).toEqual([1, 2, 3]);
    for (const { id } of state.property) {
      has(state.staff, (s) => s.is_active && s.roles.includes('leasing_agent') && s.property_ids.includes(id));
    }
  });

  it('has the paper of an ordinary month: unbilled work, a suspected duplicate, a vendor who does not answer', () => {
    has(state.work_order, (w) => w.status === 'work_done' && w.bill_ids.length === 0);
    has(state.work_order, (w) => w.vendor_reply === 'pending' && (w.reply_due_at ?? '9') < new Date(NOW).toISOString());
    const keys = state.bill.map(
      (b) => `${b.vendor_id} ${b.invoice_number.toLowerCase().replace(/\W/g, '')} ${b.total}`,
    );
    expect(keys.length - new Set(keys).size).toBe(1);
    has(state.bill, (b) => b.work_order_id === undefined);
    has(state.bill, (b) => b.paid_amount > 0);
  });

  it('reaches nobody: fictional numbers and example domains only', () => {
    const people = [...state.resident, ...state.guest_card, ...state.vendor];
    for (const { number } of people.flatMap((p) => p.phones)) expect(number).toMatch(/^\+1\d{3}55501\d{2}$/);
    for (const email of people.flatMap((p) => p.emails)) expect(email).toMatch(/[.@]example(\.(com|net|org))?$/);
  });
});

it('touches nothing before the first call', async () => {
  let opened = 0;
  const sandbox = openSandbox({
    open_database: () => {
      opened += 1;
      throw new Error('not now');
    },
  });
  expect(await sandbox.scopes()).toEqual(['']);
  expect(sandbox.compile({ kind: 'cancel_tour', property_id: '1', tour_id: '1' })).toEqual([
    { name: 'submit', retry: 'set_value' },
  ]);
  expect(opened).toBe(0);
  await expect(sandbox.list('unit', {})).rejects.toThrow('not now');
  expect(opened).toBe(1);
});
