import { describe, expect, it } from 'vitest';
import { openBuildium, placesOf, refusalIn } from './rig.ts';

const LONG = 'x'.repeat(4_090);
const A_YEAR_AND_A_DAY = 'duedatefrom=2025-01-01&duedateto=2026-01-02';
const PAID = 'frompaiddate=2025-01-01&topaiddate=2026-01-02';
const LEDGER = '/v1/generalledger/transactions?startdate=2025-01-01&enddate';

/** What is wrong, the address, and the refusal: its status and the parameter at fault. */
const CASES: readonly (readonly [what: string, path: string, status: number, field?: string])[] = [
  ['no version', '/rentals', 404],
  ['another case in the path', '/v1/Rentals', 404],
  ['a slash at the end', '/v1/rentals/', 404],
  ['another case of a paging name', '/v1/rentals?Limit=5', 404],
  ['another case of sorting', '/v1/rentals?orderBy=Id', 404],
  ['more than 1,000 at once', '/v1/rentals?limit=1001', 400, 'limit'],
  ['none at once', '/v1/rentals?limit=0', 400, 'limit'],
  ['a place before the first', '/v1/rentals?offset=-1', 400, 'offset'],
  ['sorting by what there is not', '/v1/rentals?orderby=Colour', 400, 'orderby'],
  ['sorting in no direction', '/v1/rentals?orderby=Name%20up', 400, 'orderby'],
  ['a parameter that there is not', '/v1/rentals?colour=red', 400, 'colour'],
  ['ids with commas', '/v1/rentals?propertyids=1,2', 400, 'propertyids[0]'],
  ['a word that is none', '/v1/leases?leasestatuses=Current', 400, 'leasestatuses[0]'],
  ['a moment without its zone', '/v1/leases?lastupdatedfrom=2026-11-01T00:00:00', 400, 'lastupdatedfrom'],
  ['a moment for a day', '/v1/tasks?lastupdatedfrom=2026-11-01T00:00:00Z', 400, 'lastupdatedfrom'],
  ['a day for a moment', '/v1/leases?lastupdatedfrom=2026-11-01', 400, 'lastupdatedfrom'],
  ['a day that there is not', '/v1/tasks?lastupdatedfrom=2026-02-30', 400, 'lastupdatedfrom'],
  ['a query that is too long', `/v1/rentals?location=${LONG}`, 500],
  ['an id that is no number', '/v1/leases/abc', 404],
  ['an id that there is not', '/v1/leases/7', 404],
  ['a range of more than a year', `/v1/tasks?${A_YEAR_AND_A_DAY}`, 422, 'duedatefrom'],
  ['a paid range of more than a year', `/v1/bills?${PAID}`, 422, 'frompaiddate'],
  ['a ledger of more than a year', `${LEDGER}=2026-01-02&glaccountids=1`, 422, 'startdate'],
  ['bills without a word of payment', '/v1/bills', 422, 'FromPaidDate'],
  ['bills with half of a range', '/v1/bills?frompaiddate=2026-01-01', 422, 'FromPaidDate'],
  ['the ledger without accounts', `${LEDGER}=2025-06-30`, 400, 'glaccountids'],
  ['renewals without a status', '/v1/leases/renewals', 400, 'esignaturestatuses'],
];

describe('a read is refused', () => {
  it('for what the vendor takes no part in', async () => {
    const account = await openBuildium();
    const seen: (readonly [string, string, number, string?])[] = [];
    for (const [what, path] of CASES) {
      const [status, field] = refusalIn(await account.ask('GET', path));
      seen.push(field === undefined ? [what, path, status] : [what, path, status, field]);
    }
    expect(seen).toEqual(CASES);
  });

  it('without the right keys, whatever it is for', async () => {
    const account = await openBuildium();
    for (const name of ['x-buildium-client-id', 'x-buildium-client-secret'])
      for (const path of ['/v1/rentals', '/v1/nothing'])
        expect((await account.ask('GET', path, undefined, { [name]: 'wrong' })).status).toBe(401);
  });

  it('where the key has no permission, and only there', async () => {
    const account = await openBuildium();
    await account.staff({ change: { table: 'account', id: 1, set: { DeniedPaths: ['/v1/bills'] } } });
    expect((await account.ask('GET', '/v1/bills?paidstatus=Paid')).status).toBe(403);
    expect((await account.ask('GET', '/v1/vendors')).status).toBe(200);
  });

  it('after ten in a second, without a word of when to come again', async () => {
    const account = await openBuildium({ limits: undefined });
    const statuses = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await account.ask('GET', '/v1/users')).status);
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
    expect((await account.ask('GET', '/v1/users')).headers.get('retry-after')).toBeNull();
    await account.clock({ advance_ms: 1_000 });
    expect((await account.ask('GET', '/v1/users')).status).toBe(200);
  });

  it('for an id of another kind', async () => {
    const account = await openBuildium();
    const { unit, lease } = await placesOf(account);
    expect((await account.ask('GET', `/v1/leases/${unit}`)).status).toBe(404);
    expect((await account.ask('GET', `/v1/leases/${lease}`)).status).toBe(200);
  });
});
