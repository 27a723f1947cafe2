import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { isLoopback, isPrivateAddress, PrivateAddress, createGuardedFetch } from '../../src/approvals/guarded_fetch.ts';
import { enqueueNotification } from '../../src/approvals/notifications.ts';
import { createNotifier, RETRY_AFTER_MS, signatureOf, signingKey } from '../../src/approvals/notifier.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const NOW = Date.parse('2026-11-24T15:00:00.000Z');
const SECRET = `whsec_${Buffer.from('twenty-four random bytes').toString('base64')}`;
const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

type Respond = (response: ServerResponse, count: number) => void;

/** A receiver on loopback that keeps what it gets. */
async function receiver(respond: Respond = (response) => response.writeHead(204).end()) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      respond(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

/** An address on loopback at which nothing listens. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/hook`;
}

describeOnEveryEngine('notifier', (open) => {
  const time = { now: NOW };
  const reports: string[] = [];
  afterEach(() => {
    time.now = NOW;
    reports.length = 0;
  });

  async function outbox(
    url: string | undefined,
    options: { ids?: string[]; secret?: string; sandboxOnly?: boolean } = {},
  ) {
    const store = await open({ clock: () => time.now });
    const { ids = ['n_1'], secret = SECRET, sandboxOnly = true } = options;
    for (const id of ids) {
      const message = {
        id,
        kind: 'escalation.opened',
        now: time.now,
        body: { escalation_id: `ct_${id}`, summary: 'Gas' },
      } as const;
      await store.transaction((trx) => enqueueNotification(trx, keyring, message));
    }
    const notifier = () =>
      createNotifier({
        store,
        keyring,
        config: { policy: { notify: url === undefined ? undefined : { url, secret } }, sandboxOnly },
        clock: () => time.now,
        report: (error) => void reports.push(String(error)),
      });
    const rows = () => store.ledger.selectFrom('notifications').selectAll().orderBy('notification_id').execute();
    return { store, notifier: notifier(), another: notifier, rows };
  }

  it('delivers each message once, signed as the receiver expects', async () => {
    const { received, url } = await receiver();
    const { notifier, rows } = await outbox(url, { ids: ['n_1', 'n_2'] });
    expect(await notifier.deliverDue()).toEqual({ delivered: 2, postponed: 0, failed: 0, kept: 0 });
    expect(await notifier.deliverDue()).toMatchObject({ delivered: 0 });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['n_1', 'n_2']);
    for (const { headers, body } of received) {
      const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
      expect(timestamp).toBe(String(NOW / 1000));
      const expected = createHmac('sha256', 'twenty-four random bytes')
        .update(`${id}.${timestamp}.${body}`)
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
      expect(JSON.parse(body)).toEqual({
        type: 'escalation.opened',
        timestamp: '2026-11-24T15:00:00.000Z',
        data: { escalation_id: `ct_${id}`, summary: 'Gas' },
      });
    }
    expect(await rows()).toMatchObject([
      { state: 'delivered', attempts: 1, delivered_at: NOW },
      { state: 'delivered', attempts: 1 },
    ]);
    expect(reports).toEqual([]);
  });

  it('delivers the others where one cannot be read', async () => {
    const { received, url } = await receiver();
    const { notifier, store, rows } = await outbox(url, { ids: ['n_1', 'n_2'] });
    await store.transaction((trx) =>
      trx
        .updateTable('notifications')
        .set({ body_sealed: 'not what was sealed' })
        .where('notification_id', '=', 'n_1')
        .execute(),
    );
    expect(await notifier.deliverDue()).toMatchObject({ delivered: 1, postponed: 1 });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['n_2']);
    expect(await rows()).toMatchObject([{ state: 'pending', attempts: 1 }, { state: 'delivered' }]);
    expect(reports).toEqual([expect.stringContaining('n_1 was not delivered')]);
  });

  it('tries again, later each time, with the same id, and gives up in the end', async () => {
    const { received, url } = await receiver((response) => response.writeHead(500).end('no'));
    const { notifier, rows } = await outbox(url);
    for (const wait of RETRY_AFTER_MS) {
      expect(await notifier.deliverDue()).toMatchObject({ postponed: 1 });
      time.now += wait - 1;
      expect(await notifier.deliverDue()).toMatchObject({ postponed: 0, failed: 0 });
      time.now += 1;
    }
    expect(await notifier.deliverDue()).toMatchObject({ failed: 1 });
    time.now += 86_400_000;
    expect(await notifier.deliverDue()).toMatchObject({ postponed: 0, failed: 0 });
    expect(received).toHaveLength(RETRY_AFTER_MS.length + 1);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await rows()).toMatchObject([{ state: 'failed', delivered_at: null }]);
    expect(reports).toHaveLength(received.length);
    expect(reports.join()).not.toMatch(/Gas|whsec/);
  });

  it('waits as long as the receiver asks, within reason', async () => {
    const { url } = await receiver((response, count) =>
      response.writeHead(count === 1 ? 429 : 204, { 'retry-after': '90' }).end(),
    );
    const { notifier } = await outbox(url);
    expect(await notifier.deliverDue()).toMatchObject({ postponed: 1 });
    time.now += 89_999;
    expect(await notifier.deliverDue()).toMatchObject({ delivered: 0 });
    time.now += 1;
    expect(await notifier.deliverDue()).toMatchObject({ delivered: 1 });
  });

  it('delivers once where two processes take the same message', async () => {
    const { received, url } = await receiver();
    const { notifier, another } = await outbox(url, { ids: ['n_1', 'n_2', 'n_3'] });
    const rounds = await Promise.all([notifier.deliverDue(), another().deliverDue(), another().deliverDue()]);
    expect(rounds.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(3);
    expect(received).toHaveLength(3);
  });

  it('follows no redirect', async () => {
    const elsewhere = await receiver();
    const { url } = await receiver((response) => response.writeHead(307, { location: elsewhere.url }).end());
    const { notifier } = await outbox(url);
    expect(await notifier.deliverDue()).toMatchObject({ postponed: 1 });
    expect(elsewhere.received).toEqual([]);
  });

  it('does not wait on an endpoint that is gone for each message', async () => {
    const { notifier, rows } = await outbox(await closedUrl(), { ids: ['n_1', 'n_2'] });
    expect(await notifier.deliverDue()).toMatchObject({ postponed: 1 });
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([1, 0]);
    expect(reports.join()).toContain('ECONNREFUSED');
  });

  it('keeps what it cannot send anywhere, and says so once', async () => {
    const { notifier, rows } = await outbox(undefined, { ids: ['n_1', 'n_2'] });
    expect(await notifier.deliverDue()).toEqual({ delivered: 0, postponed: 0, failed: 0, kept: 2 });
    await notifier.deliverDue();
    expect(await rows()).toMatchObject([
      { state: 'pending', attempts: 0 },
      { state: 'pending', attempts: 0 },
    ]);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain('policy.notify is not configured');
  });

  it.each([
    ['this machine, beside a real PMS', 'http://127.0.0.1:9/hook', false],
    ['this machine by name, beside a real PMS', 'https://localhost/hook', false],
    ['plain HTTP', 'http://ops.example.com/hook', true],
  ])('sends nothing to %s, and keeps it', async (_name, url, sandboxOnly) => {
    const { notifier } = await outbox(url, { sandboxOnly });
    expect(await notifier.deliverDue()).toMatchObject({ kept: 1 });
    expect(reports.join()).toContain('has to be HTTPS');
  });

  it.each([
    ['a private address', 'https://10.0.0.7/hook'],
    ['the metadata address of clouds', 'https://169.254.169.254/latest'],
    ['a private address in IPv6', 'https://[::ffff:192.168.1.1]/hook'],
  ])('sends nothing to %s', async (_name, url) => {
    const { notifier, rows } = await outbox(url);
    expect(await notifier.deliverDue()).toMatchObject({ postponed: 1 });
    expect(await rows()).toMatchObject([{ state: 'pending' }]);
    expect(reports.join()).toContain('not public');
  });

  it('delivers by itself until it is stopped', async () => {
    let arrived: () => void;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const { received, url } = await receiver((response) => {
      response.writeHead(204).end();
      arrived();
    });
    const { notifier, rows } = await outbox(url);
    const stop = notifier.start(5);
    await first;
    await stop();
    expect(received).toHaveLength(1);
    expect((await rows())[0]?.attempts).toBe(1);
  });
});

it('signs as Standard Webhooks 1.0 does', () => {
  // The key and the message of the specification's own example.
  const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const signature = signatureOf(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  expect(signingKey('a raw secret of some length')).toEqual(Buffer.from('a raw secret of some length'));
});

it.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['100.64.0.1', true],
  ['169.254.169.254', true],
  ['0.0.0.0', true],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::a00:1', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['2606:4700::1111', false],
  ['not an address', true],
])('knows whether %s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});

it('tells this machine by name and address', () => {
  const hosts = [
    'http://localhost:1',
    'http://127.9.9.9',
    'http://[::1]:80',
    'https://localhost.example.com',
    'http://10.0.0.1',
  ];
  expect(hosts.map((host) => isLoopback(new URL(host)))).toEqual([true, true, true, false, false]);
});

it('refuses a name that stands for a private address where the connection is made', async () => {
  const { received, url } = await receiver();
  const guarded = createGuardedFetch();
  const byName = guarded(url.replace('127.0.0.1', 'localhost'));
  await expect(byName).rejects.toMatchObject({ cause: expect.any(PrivateAddress) });
  await expect(guarded(url)).rejects.toBeInstanceOf(PrivateAddress);
  expect(received).toEqual([]);
});
