import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorHandle } from '../shared/handle.ts';
import { openSimulator } from '../shared/open.ts';
import type { GivenOptions } from '../shared/options.ts';

/** A moment at which the clocks of these tests stand. */
const NOW = Date.parse('2026-11-24T15:00:00.000Z');

interface Told {
  status: number;
  headers: Headers;
  text: string;
  body: never;
}

interface Api extends SimulatorHandle {
  signIn(password?: string): Promise<Told>;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function openApi(options: GivenOptions = {}): Promise<Api> {
  const simulator = await openSimulator('rentmanager', { now: NOW, limits: {}, units: 24, ...options });
  open.push(() => simulator.close());
  const { username, password, location_id } = simulator.connection as unknown as Record<string, string>;
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Told> => {
    const init = {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const response = await fetch(`${simulator.url}${path}`, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text.replace(/^\uFEFF/, '')) : undefined) as never,
    };
  };
  const signIn = (given = password) =>
    ask('POST', '/Authentication/AuthorizeUser', {
      Username: username,
      Password: given,
      LocationID: Number(location_id),
    });
  const token = (await signIn()).body as unknown as string;
  const signed = { 'x-rm12api-apitoken': token, 'x-rm12api-locationid': location_id as string };
  return {
    ...simulator,
    signIn,
    ask: (method, path, body, headers) => ask(method, path, body, { ...signed, ...headers }),
  };
}

const messageOf = ({ body }: Told) =>
  (body as { DeveloperMessage?: string; Message?: string } | undefined)?.DeveloperMessage;
const fieldOf = ({ body }: Told) => Object.keys((body as { ModelState?: object } | undefined)?.ModelState ?? {})[0];

describe('the simulated Rent Manager', () => {
  it('signs in with a bare string after a byte order mark, ten times at most', async () => {
    const api = await openApi();
    const first = await api.signIn();
    expect([first.status, first.text.charCodeAt(0), typeof first.body]).toEqual([200, 0xfeff, 'string']);
    for (let at = 2; at < 10; at += 1) expect((await api.signIn()).status).toBe(200);
    const eleventh = await api.signIn();
    expect([eleventh.status, messageOf(eleventh)]).toEqual([
      401,
      'The user has signed in the maximum number of times.',
    ]);
    const given_up = await api.ask('POST', `/Authentication/DeAuthorize?token=${encodeURIComponent(first.body)}`);
    expect([given_up.status, (await api.signIn()).status]).toEqual([204, 200]);
    expect((await api.signIn('wrong')).status).toBe(401);
  });

  it('lets a token go after fifteen idle minutes, and after a day', async () => {
    const api = await openApi();
    for (let minute = 0; minute < 24 * 60 - 14; minute += 14) {
      expect((await api.ask('GET', '/Units?pageSize=1')).status).toBe(206);
      await api.clock({ advance_ms: 14 * 60_000 });
    }
    await api.clock({ advance_ms: 14 * 60_000 });
    expect((await api.ask('GET', '/Units?pageSize=1')).status).toBe(401);
    const idle = await openApi();
    await idle.clock({ advance_ms: 15 * 60_000 });
    expect((await idle.ask('GET', '/Units')).status).toBe(401);
  });

  it('answers for the location that is asked for, and for another one without a word', async () => {
    const api = await openApi();
    expect((await api.ask('GET', '/Units')).status).toBe(200);
    const elsewhere = await api.ask('GET', '/Units', undefined, { 'x-rm12api-locationid': '1' });
    expect([elsewhere.status, elsewhere.text]).toEqual([204, '']);
  });

  it('pages with a total and a link, and has no body where there is nothing', async () => {
    const api = await openApi();
    const page = await api.ask('GET', '/Units?PAGESIZE=10&pagenumber=2');
    expect([page.status, (page.body as unknown[]).length]).toEqual([206, 10]);
    expect(page.headers.get('x-total-results')).toBe('24');
    expect(page.headers.get('link')).toContain('rel="next"');
    const beyond = await api.ask('GET', '/Units?pageSize=10&pageNumber=4');
    expect([beyond.status, beyond.text]).toEqual([204, '']);
    const missing = await api.ask('GET', '/Units/999999');
    expect([missing.status, missing.text]).toEqual([404, '']);
  });

  it('filters by what there is, embeds in the plural alone, and never sorts', async () => {
    const api = await openApi();
    expect(fieldOf(await api.ask('GET', '/Units?filters=Colour,eq,red'))).toBe('filters');
    expect(fieldOf(await api.ask('GET', '/Units?filters=Name,like,a'))).toBe('filters');
    expect(fieldOf(await api.ask('GET', '/Units?embeds=Balconies'))).toBe('embeds');
    expect(fieldOf(await api.ask('GET', '/Tenants?embeds=Contacts.Shoes'))).toBe('embeds');
    const [first, second] = (await api.ask('GET', '/Tenants?embeds=Contacts.PhoneNumbers')).body as {
      TenantID: number;
      Contacts: object[];
    }[];
    expect(first?.Contacts.length).toBeGreaterThan(0);
    const both = await api.ask(
      'GET',
      `/Tenants?filters=TenantID,in,(${first?.TenantID},${second?.TenantID});PropertyID,gt,0`,
    );
    expect(both.body).toHaveLength(2);
    expect((await api.ask('GET', '/Tenants?embed=Contacts')).body).toEqual([]);
    expect((await api.ask('GET', '/Tenants?orderingOptions=Name')).status).toBe(404);
    const unordered = (await api.ask('GET', '/Units?orderby=Name')).body as { UnitID: number }[];
    expect(unordered.map(({ UnitID }) => UnitID)).toEqual(
      unordered.map(({ UnitID }) => UnitID).toSorted((a, b) => a - b),
    );
    const narrow = (await api.ask('GET', '/Tenants?embeds=Contacts&fields=TenantID')).body as object[];
    expect(Object.keys(narrow[0] ?? {})).toEqual(['TenantID']);
  });

  it('takes lists alone at a collection, and a title with every change of an issue', async () => {
    const api = await openApi();
    const [issue] = (await api.ask('GET', '/ServiceManagerIssues?pageSize=1')).body as Record<string, unknown>[];
    const { ServiceManagerIssueID, UpdateDate, Title } = issue ?? {};
    const change = { ServiceManagerIssueID, UpdateDate, StatusID: 37 };
    expect(fieldOf(await api.ask('POST', '/ServiceManagerIssues', { Title: 'x' }))).toBe('models');
    expect(fieldOf(await api.ask('POST', '/ServiceManagerIssues', [{ Description: 'x' }]))).toBe('Title');
    const untitled = await api.ask('POST', '/ServiceManagerIssues', [change]);
    expect([untitled.status, messageOf(untitled)]).toEqual([400, 'Issue cannot be blank.']);
    expect((await api.ask('POST', '/ServiceManagerIssues', [{ ...change, Title }])).status).toBe(200);
    const late = await api.ask('POST', '/ServiceManagerIssues', [{ ...change, Title }]);
    expect(late.status).toBe(409);
    expect((await api.ask('POST', '/ServiceManagerIssues', [{ ServiceManagerIssueID, Title }])).status).toBe(409);
    expect(await api.effects()).toHaveLength(1);
  });

  it('refuses what is no field, cannot be written, is of the wrong type or names nobody', async () => {
    const api = await openApi();
    for (const wrong of [{ Colour: 'red' }, { CloseDate: '2026-11-24' }, { DueDate: 7 }, { VendorID: 999_999 }])
      expect(fieldOf(await api.ask('POST', '/ServiceManagerIssues', [{ Title: 'x', ...wrong }]))).toBe(
        Object.keys(wrong)[0],
      );
    expect((await api.ask('PUT', '/ServiceManagerIssues/1', [])).status).toBe(405);
    expect((await api.ask('GET', '/Nothing')).status).toBe(404);
    expect(await api.effects()).toEqual([]);
  });

  it('wants a closed period to be overridden by name', async () => {
    const api = await openApi();
    const [unit] = (await api.ask('GET', '/Units?pageSize=1')).body as Record<string, unknown>[];
    const [tenant] = (await api.ask('GET', '/Tenants?pageSize=1')).body as Record<string, unknown>[];
    const charge = { AccountID: tenant?.['TenantID'], ChargeTypeID: 1, Amount: 1.5, PropertyID: unit?.['PropertyID'] };
    const old = [{ ...charge, TransactionDate: '2026-09-30' }];
    expect((await api.ask('POST', '/Charges', old)).status).toBe(412);
    expect((await api.ask('POST', '/Charges?saveOptions=IgnoreHardClose', old)).status).toBe(201);
    const made = await api.ask('POST', '/Charges', [{ ...charge, TransactionDate: '2026-11-24' }]);
    expect([made.status, made.headers.get('location')]).toEqual([
      201,
      `/Charges/${(made.body as { ID: number }[])[0]?.ID}`,
    ]);
    expect(fieldOf(await api.ask('POST', '/Charges', [{ ...old[0], AccountType: 'Tenant' }]))).toBe('AccountType');
  });

  it('says how much of the minute is used up, and counts who asks too much', async () => {
    const api = await openApi({ limits: { windows: [{ requests: 3, per_ms: 60_000 }] } });
    const told = await api.ask('GET', '/Units');
    expect([told.headers.get('x-ratelimit-limit'), told.headers.get('x-ratelimit-remaining')]).toEqual(['3', '1']);
    await api.ask('GET', '/Units');
    const over = await api.ask('GET', '/Units');
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, null]);
    expect(Number(over.headers.get('x-ratelimit-reset'))).toBe(NOW / 1_000 + 60);
    expect((await api.requests()).violations).toBe(1);
  });
});
