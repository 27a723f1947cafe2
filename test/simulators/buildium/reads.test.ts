import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePortfolio } from '../shared/portfolio.ts';
import { Options } from '../shared/options.ts';
import { CONTRACT } from './contract/check.ts';
import { HANDLERS } from './operations/all.ts';
import { NOW, openBuildium, placesOf } from './rig.ts';

describe('a list', () => {
  it('has every record once, however it is cut into pages, and the total on each', async () => {
    const account = await openBuildium();
    const all = await account.get<{ Id: number }[]>('/v1/vendors?limit=1000');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: all.length + 3 }), async (limit) => {
        const seen = [];
        for (let offset = 0; offset < all.length; offset += limit) {
          const page = await account.ask('GET', `/v1/vendors?offset=${offset}&limit=${limit}&orderby=Id%20asc`);
          expect(page.headers.get('x-total-count')).toBe(String(all.length));
          seen.push(...(page.body as { Id: number }[]));
        }
        expect(seen).toEqual(all);
      }),
      { numRuns: 8 },
    );
    expect(await account.get('/v1/vendors')).toEqual(all.slice(0, 50));
  });

  it('is sorted by several fields, whose names may be in any case', async () => {
    const account = await openBuildium();
    const units = await account.get<{ Id: number; MarketRent: number }[]>(
      '/v1/rentals/units?orderby=MARKETRENT desc,id asc',
    );
    const sorted = units.toSorted((a, b) => b.MarketRent - a.MarketRent || a.Id - b.Id);
    expect(units.length).toBeGreaterThan(2);
    expect(units).toEqual(sorted);
  });

  it('is filtered by what was changed, to the moment or to the day', async () => {
    const account = await openBuildium();
    const at = await placesOf(account);
    await account.clock({ advance_ms: 86_400_000 });
    await account.staff({ change: { table: 'leases', id: at.lease, set: { PaymentDueDay: 5 } } });
    const since = new Date(NOW + 86_400_000).toISOString();
    const leases = await account.get<{ Id: number }[]>(`/v1/leases?lastupdatedfrom=${since}`);
    expect(leases.map(({ Id }) => Id)).toEqual([at.lease]);
    expect(await account.get(`/v1/leases?lastupdatedfrom=${since.replace('25T', '26T')}`)).toEqual([]);
    const [task] = (await account.state()).work_order ?? [];
    await account.staff({ change: { table: 'tasks', id: task?.id ?? '', set: { Title: 'Changed' } } });
    const tasks = await account.get<{ Id: number }[]>('/v1/tasks?lastupdatedfrom=2026-11-25&lastupdatedto=2026-11-25');
    expect(tasks.map(({ Id }) => String(Id))).toEqual([task?.id]);
  });

  it('does not fill the tenants of its leases, which a lease alone does', async () => {
    const account = await openBuildium();
    const { lease } = await placesOf(account);
    const [listed] = await account.get<{ CurrentTenants: unknown }[]>('/v1/leases?limit=1');
    expect(listed?.CurrentTenants).toBeNull();
    const alone = await account.get<{ CurrentTenants: { Leases: null }[] }>(`/v1/leases/${lease}`);
    expect(alone.CurrentTenants.length).toBeGreaterThan(0);
    expect(alone.CurrentTenants[0]?.Leases).toBeNull();
  });
});

describe('an account', () => {
  it('is the portfolio it was made from, as far as it has a place for it', async () => {
    const account = await openBuildium({ units: 40, seed: 3 });
    const portfolio = await makePortfolio(Options.parse({ units: 40, seed: 3 }), () => NOW);
    const state = await account.state();
    const told = <T, U>(records: readonly T[] | undefined, by: (record: T) => U) => records?.map(by);
    expect(told(state.property, ({ name, address }) => [name, address])).toEqual(
      told(portfolio.property, ({ name, address }) => [name, address]),
    );
    const home = ['name', 'bedrooms', 'bathrooms', 'square_feet', 'market_rent', 'is_listed'] as const;
    expect(told(state.unit, (unit) => home.map((field) => unit[field]))).toEqual(
      told(portfolio.unit, (unit) => home.map((field) => unit[field])),
    );
    const terms = ['status', 'term', 'start_date', 'end_date', 'rent', 'deposit'] as const;
    // Guarantors sign a lease as well, and are no tenants here.
    const guarantors = new Set(portfolio.resident.filter(({ role }) => role === 'guarantor').map(({ id }) => id));
    const lease = (one: (typeof portfolio.lease)[number]) => [
      ...terms.map((field) => one[field]),
      one.parties.filter(({ resident_id }) => !guarantors.has(resident_id)).length,
    ];
    expect(told(state.lease, lease)).toEqual(told(portfolio.lease, lease));
    expect(told(state.work_order, ({ title, description, trade }) => [title, description, trade])).toEqual(
      told(portfolio.work_order, ({ title, description, trade }) => [title, description, trade]),
    );
    expect(told(state.bill, ({ total, invoice_number }) => [total, invoice_number])).toEqual(
      told(portfolio.bill, ({ total, invoice_number }) => [total, invoice_number]),
    );
    expect(told(state.ledger_entry, ({ kind, amount, date }) => [kind, amount, date])).toEqual(
      told(portfolio.ledger_entry, ({ kind, amount, date }) => [kind, amount, date]),
    );
  });

  it('is the same for the same seed, and another for another one', async () => {
    const [one, two, other] = await Promise.all([1, 1, 2].map((seed) => openBuildium({ seed })));
    const [a, b, c] = await Promise.all([one, two, other].map((account) => account?.state()));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });
});

describe('the contract', () => {
  it('has an answer for every operation that it names, and none besides', () => {
    expect(Object.keys(HANDLERS).toSorted()).toEqual(Object.keys(CONTRACT.operations).toSorted());
  });

  it('fails the simulator loudly where an answer is not as it says', async () => {
    const account = await openBuildium();
    const { tenant } = await placesOf(account);
    await account.staff({ change: { table: 'tenants', id: tenant, set: { DateOfBirth: 'in spring' } } });
    expect((await account.ask('GET', `/v1/leases/tenants/${tenant}`)).status).toBe(500);
  });
});
