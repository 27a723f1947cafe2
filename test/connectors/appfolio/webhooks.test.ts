import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChangeHint } from '../../../src/connectors/connector.ts';
import { jwsOf } from '../../simulators/appfolio/webhooks.ts';
import { NOW } from '../rig.ts';
import { first, openAppfolio, type Appfolio } from './rig.ts';

const ID = '0a1b2c3d-0000-4000-8000-000000000001';
const OURS = 'simulated-client';
const EVENT = {
  ...{ topic: 'work_orders', event_id: 'e1', client_id: OURS, event_type: 'update', resource_id: ID },
  ...{ event_timestamp: '2026-11-24T15:00:00Z', message_sent_at: '2026-11-24T15:00:00Z' },
};
const HINT = { kind: 'work_order', scope: '', id: ID, event: 'updated', dedupe_key: 'e1' };

function receive({ connector }: Appfolio, body: string, signature: string | undefined): Promise<readonly ChangeHint[]> {
  const headers = new Headers(signature === undefined ? {} : { 'x-jws-signature': signature });
  const delivery = { headers, body: new TextEncoder().encode(body), received_at: NOW };
  return connector.receive?.(delivery) ?? Promise.reject(new Error('it receives nothing'));
}

const signed = (rig: Appfolio, payload: unknown, header?: object) => {
  const body = JSON.stringify(payload);
  return receive(rig, body, jwsOf(body, header));
};

const REFUSED = { code: 'refused', message: 'This delivery does not come from AppFolio for this connection.' };

describe('deliveries', () => {
  it.each([{}, { b64: true }, { b64: false, crit: ['b64'] }, { b64: false }])(
    'are taken with their signature over the body in either form: %o',
    async (header) => {
      const rig = await openAppfolio();
      expect(await signed(rig, EVENT, header)).toEqual([HINT]);
    },
  );

  it.each([
    [
      { ...EVENT, event_type: 'create' },
      { ...HINT, event: 'created' },
    ],
    [
      { ...EVENT, event_type: 'work_order.destroy' },
      { ...HINT, event: 'deleted' },
    ],
    [
      { ...EVENT, event_type: 'delete' },
      { ...HINT, event: 'deleted' },
    ],
    [
      { ...EVENT, topic: 'leads', event_id: 'e2' },
      { ...HINT, kind: 'guest_card', dedupe_key: 'e2' },
    ],
    [
      { ...EVENT, topic: 'charges' },
      { ...HINT, kind: 'ledger_entry' },
    ],
    [
      { client_id: OURS, id: 'e3', topic: 'work_order_updates', entity_id: ID, update_timestamp: 'x' },
      { ...HINT, dedupe_key: 'e3' },
    ],
  ])('are read in every form that was seen: %o', async (payload, hint) => {
    const rig = await openAppfolio();
    expect(await signed(rig, payload)).toEqual([hint]);
  });

  it('may be batches, and topics that mean nothing here mean nothing', async () => {
    const rig = await openAppfolio();
    const other = { ...EVENT, topic: 'unit_turns' };
    const hostile = { ...EVENT, resource_id: '../leads' };
    expect(await signed(rig, [EVENT, other, hostile, { ...EVENT, topic: '__proto__' }])).toEqual([HINT]);
  });

  it('about the database of another customer are refused, though AppFolio has signed them', async () => {
    const rig = await openAppfolio();
    await expect(signed(rig, { ...EVENT, client_id: 'somebody-else' })).rejects.toMatchObject(REFUSED);
    await expect(signed(rig, [EVENT, { ...EVENT, client_id: undefined }])).rejects.toMatchObject(REFUSED);
    const named = await openAppfolio({}, { webhook_client_id: 'somebody-else' });
    expect(await signed(named, { ...EVENT, client_id: 'somebody-else' })).toEqual([HINT]);
  });

  it('are refused without a signature, with another one, and with one over another body', async () => {
    const rig = await openAppfolio();
    const body = JSON.stringify(EVENT);
    const right = jwsOf(body);
    const [head = '', , signature = ''] = right.split('.');
    const forged = Buffer.from(JSON.stringify({ alg: 'PS256', kid: 'simulated-key-1', b64: false })).toString(
      'base64url',
    );
    for (const wrong of [undefined, '', '..', head, `${head}.${signature}`, `${head}.x.${signature}`, `${right}.x`])
      await expect(receive(rig, body, wrong)).rejects.toMatchObject(REFUSED);
    await expect(receive(rig, body, `${forged}..${signature}`)).rejects.toMatchObject(REFUSED);
    await expect(receive(rig, `${body} `, right)).rejects.toMatchObject(REFUSED);
    await expect(receive(rig, body, `${'a'.repeat(5_000)}..b`)).rejects.toMatchObject(REFUSED);
  });

  it.each([
    { alg: 'none' },
    { alg: 'RS256' },
    { alg: 'HS256' },
    { kid: 'no-such-key' },
    { kid: undefined },
    { crit: ['exp'] },
    { crit: 'b64' },
    { b64: 'false' },
  ])('are refused where their header says %o', async (header) => {
    const rig = await openAppfolio();
    await expect(signed(rig, EVENT, header)).rejects.toMatchObject(REFUSED);
  });

  it('are refused with a key that they bring along or say where to find', async () => {
    const rig = await openAppfolio();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = {
      alg: 'PS256',
      kid: 'simulated-key-1',
      jwk: publicKey.export({ format: 'jwk' }),
      jku: 'https://evil.example',
    };
    const head = Buffer.from(JSON.stringify(header)).toString('base64url');
    const body = JSON.stringify(EVENT);
    const text = Buffer.from(`${head}.${Buffer.from(body).toString('base64url')}`);
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signature = sign('sha256', text, { key: privateKey, ...padding }).toString('base64url');
    await expect(receive(rig, body, `${head}..${signature}`)).rejects.toMatchObject(REFUSED);
  });

  it('are refused whatever is in them, and nothing else is thrown', async () => {
    const rig = await openAppfolio();
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string({ unit: 'binary' }), async (signature, body) => {
        fc.pre(!/[^\x20-\x7e]/.test(signature));
        await expect(receive(rig, body, signature)).rejects.toMatchObject(REFUSED);
      }),
      { numRuns: 50 },
    );
    const body = JSON.stringify('no object');
    await expect(receive(rig, body, jwsOf(body))).rejects.toMatchObject(REFUSED);
    await expect(receive(rig, '{', jwsOf('{'))).rejects.toMatchObject(REFUSED);
  });
});

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

describe('the keys', () => {
  async function keysAt(answer: () => { status: number; body: string }) {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    open.push(() => (server.close(), server.closeAllConnections()));
    const jwks_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return { rig: await openAppfolio({}, { jwks_url }), times: () => asked };
  }

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = (kid: string) => JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] });

  function signedBy(kid: string): string {
    const head = Buffer.from(JSON.stringify({ alg: 'PS256', kid })).toString('base64url');
    const text = Buffer.from(`${head}.${Buffer.from(JSON.stringify(EVENT)).toString('base64url')}`);
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return `${head}..${sign('sha256', text, { key: privateKey, ...padding }).toString('base64url')}`;
  }

  it('are asked for once, and once more where an unknown one has signed', async () => {
    let kid = 'old';
    const { rig, times } = await keysAt(() => ({ status: 200, body: jwks(kid) }));
    const body = JSON.stringify(EVENT);
    await receive(rig, body, signedBy('old'));
    await receive(rig, body, signedBy('old'));
    expect(times()).toBe(1);
    kid = 'new';
    expect(await receive(rig, body, signedBy('new'))).toEqual([HINT]);
    expect(await receive(rig, body, signedBy('new'))).toEqual([HINT]);
    expect(times()).toBe(2);
    rig.time.now += 120_000;
    expect(await receive(rig, body, signedBy('new'))).toEqual([HINT]);
    expect(times()).toBe(2);
    for (const number of [1, 2, 3, 4, 5])
      await expect(receive(rig, body, signedBy(`made-up-${number}`))).rejects.toMatchObject(REFUSED);
    expect(times()).toBe(3);
  });

  it('that cannot be had leave a delivery for later, and are asked for again then', async () => {
    let status = 500;
    const { rig } = await keysAt(() => ({ status, body: jwks('old') }));
    const body = JSON.stringify(EVENT);
    await expect(receive(rig, body, signedBy('old'))).rejects.toMatchObject({ code: 'unavailable' });
    status = 200;
    expect(await receive(rig, body, signedBy('old'))).toEqual([HINT]);
  });

  it.each(['', '[]', '{"keys":[null,{"kid":"old"}]}', '{"keys":[{"kid":"old","kty":"RSA","n":"x","e":"!"}]}'])(
    'that are none let nothing in: %s',
    async (body) => {
      const { rig } = await keysAt(() => ({ status: 200, body }));
      await expect(receive(rig, JSON.stringify(EVENT), signedBy('old'))).rejects.toMatchObject(REFUSED);
    },
  );
});

describe('the simulator', () => {
  it('tells of a change as AppFolio does, and the connector understands', async () => {
    const got: { headers: Headers; body: Uint8Array }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          got.push({ headers: new Headers(request.headers as Record<string, string>), body: Buffer.concat(chunks) });
          response.end();
        });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    open.push(() => (server.close(), server.closeAllConnections()));
    const rig = await openAppfolio();
    await rig.simulator.webhooks({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, duplicates: 1 });
    const order = first(await rig.held('work_order'));
    await rig.simulator.staff({ change: { table: 'work_orders', id: order.id, set: { Priority: 'Low' } } });
    await rig.simulator.webhooks();
    const hints = await Promise.all(
      got.map(({ headers, body }) => rig.connector.receive?.({ headers, body, received_at: NOW })),
    );
    expect(hints).toHaveLength(2);
    expect(hints[0]).toEqual([{ ...HINT, id: order.id, dedupe_key: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(hints[1]).toEqual(hints[0]);
  });
});
