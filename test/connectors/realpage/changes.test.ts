import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { serve } from '../../simulators/soap/serve.ts';
import { openRealpage, firstCard, services, contractWith, type Realpage } from './rig.ts';

const SECRET = 'simulated-webhook-secret';
const body = (told: object) => Buffer.from(JSON.stringify(told));
const sign = (bytes: Uint8Array, secret = SECRET) => createHmac('sha256', secret).update(bytes).digest('hex');

function receive({ connector }: Pick<Realpage, 'connector'>, bytes: Uint8Array, signature: string | undefined) {
  const headers = new Headers(signature === undefined ? {} : { signature });
  return connector.receive?.({ headers, body: bytes, received_at: 0 });
}

const CHANGED = body({
  id: 'd-1',
  topic: 'prospect.changed',
  createdAt: '2026-11-24T15:00:00Z',
  payload: { id: 1234, name: 'Ann' },
});

describe('webhooks', () => {
  it('are believed by the HMAC-SHA256 of the raw body, in hex of either case', async () => {
    const rig = await openRealpage();
    for (const signature of [sign(CHANGED), sign(CHANGED).toUpperCase()])
      expect(await receive(rig, CHANGED, signature)).toContainEqual({
        ...{ kind: 'guest_card', scope: rig.site, id: '1234', event: 'updated', dedupe_key: `d-1:${rig.site}` },
      });
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one with another secret', sign(CHANGED, 'another')],
    ['one of another body', sign(body({ id: 'x' }))],
    ['half of one', sign(CHANGED).slice(0, 32)],
    ['one that is no hex', 'z'.repeat(64)],
  ])('are refused with %s', async (_what, signature) => {
    const rig = await openRealpage();
    await expect(receive(rig, CHANGED, signature)).rejects.toMatchObject({ code: 'refused' });
  });

  it('ask every site for a card whose site is not told, and one where it is', async () => {
    const rig = await openRealpage();
    const sites = await rig.connector.scopes();
    expect((await receive(rig, CHANGED, sign(CHANGED)))?.map(({ scope }) => scope)).toEqual(sites);
    const named = body({ id: 'd-2', topic: 'prospect.changed', payload: { id: 1234, siteId: Number(sites[1]) } });
    expect((await receive(rig, named, sign(named)))?.map(({ scope }) => scope)).toEqual([sites[1]]);
  });

  it('of topics that are not known, and without an id that can be one, tell nothing', async () => {
    const rig = await openRealpage();
    for (const told of [
      { id: 'a', topic: 'test.event', payload: { id: 1 } },
      { id: 'b', topic: 'prospect.changed' },
      { id: 'c', topic: 'prospect.changed', payload: { id: '1/../2' } },
      { id: 'd', topic: '__proto__', payload: { id: 1 } },
    ]) {
      const bytes = body(told);
      expect(await receive(rig, bytes, sign(bytes))).toEqual([]);
    }
  });

  it('that are signed and are nothing are refused', async () => {
    const rig = await openRealpage();
    for (const bytes of [
      Buffer.from('not json'),
      Buffer.from([0xff, 0xfe]),
      body([]),
      body({ topic: 'prospect.changed' }),
    ])
      await expect(Promise.resolve().then(() => receive(rig, bytes, sign(bytes)))).rejects.toMatchObject({
        code: 'refused',
      });
  });

  it('are not received by a connection without a secret', async () => {
    const rig = await openRealpage();
    const { connector } = await rig.again({ webhook_secret: undefined });
    expect(connector.receive).toBeUndefined();
  });

  it('that the simulator sends name the card that somebody has changed', async () => {
    const rig = await openRealpage();
    const card = firstCard(rig);
    const got: { headers: Headers; bytes: Buffer }[] = [];
    const receiver = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got.push({ headers: new Headers(request.headers as Record<string, string>), bytes: Buffer.concat(chunks) });
        response.writeHead(204).end();
      });
    });
    try {
      await rig.simulator.webhooks({ url: receiver.url });
      await rig.simulator.staff({ change: { table: 'cards', id: card.id, set: { Occupants: '3' } } });
      await rig.simulator.webhooks();
    } finally {
      receiver.close();
    }
    const [told] = got;
    expect(got.length).toBe(1);
    const hints = await rig.connector.receive?.({
      headers: told?.headers as Headers,
      body: told?.bytes as Buffer,
      received_at: 0,
    });
    expect(hints?.find(({ scope }) => scope === rig.site)).toMatchObject({ kind: 'guest_card', id: card.id });
  });
});

describe('the check', () => {
  it('finds nothing wrong where nothing is', async () => {
    const rig = await openRealpage();
    const findings = (await rig.connector.check?.()) ?? [];
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ area }) => area)).toEqual(
      expect.arrayContaining([
        `credentials: site ${rig.site}`,
        'contract: Leasing.svc',
        'operation: getservicerequest',
      ]),
    );
    expect((await rig.simulator.requests()).writes).toBe(0);
  });

  it('asks for leases as they are read', async () => {
    const rig = await openRealpage();
    const asked = async () => {
      const { last } = await rig.simulator.requests();
      const body = last.findLast(({ operation }) => operation === 'getleaseinfo')?.body ?? '';
      return /<residentstatus>.*<\/residentwillhavethestatus>/.exec(body)?.[0];
    };
    await rig.connector.check?.();
    const probed = await asked();
    await rig.connector.list('lease', { scope: rig.site });
    expect(probed).toBeDefined();
    expect(await asked()).toBe(probed);
    const told = rig.connector.capabilities.assumptions?.map(({ about }) => about).join();
    expect(told).toContain('status of residents');
    expect(rig.connector.capabilities.records.lease?.evidence).toBe('inferred');
  });

  it('tells what the live contract has no longer, and what it has besides', async () => {
    const rig = await openRealpage();
    const { leasing, facilities } = services(rig);
    const gone = contractWith({ getservicerequest: [], getvendorlist: [] });
    const { connector } = await rig.again({
      services: [
        { url: leasing, operations: ['unitlist'] },
        { url: facilities, wsdl: gone },
      ],
    });
    const findings = (await connector.check?.()) ?? [];
    expect(findings.find(({ area }) => area === 'contract: Facilities.svc')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('getvendorlist'),
    });
    expect(findings.find(({ area }) => area === 'contract: Leasing.svc')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('getresidentlist'),
    });
  });

  it('tells which site is not let in, and which operation is not licensed', async () => {
    const rig = await openRealpage();
    const [, second = ''] = await rig.connector.scopes();
    const { connector } = await rig.again({
      services: [
        { url: services(rig).leasing, operations: ['unitlist'] },
        { url: services(rig).facilities, operations: ['getleaseinfo'] },
      ],
      sites: { [rig.site]: {}, [second]: { license_key: 'another-licence-key' } },
    });
    const wrong = ((await connector.check?.()) ?? []).filter(({ ok }) => !ok);
    expect(wrong.map(({ area }) => area)).toContain(`credentials: site ${second}`);
    expect(wrong.map(({ area }) => area)).toContain('operation: getleaseinfo');
    expect(JSON.stringify(wrong)).not.toContain('another-licence-key');
  });
});
