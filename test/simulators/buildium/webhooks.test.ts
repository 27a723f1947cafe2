import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bodies, NOW, openBuildium, placesOf } from './rig.ts';

interface Delivered {
  headers: IncomingHttpHeaders;
  text: string;
}

async function subscriber(): Promise<{ url: string; delivered: Delivered[] }> {
  const delivered: Delivered[] = [];
  const server = createServer(async (request, response) => {
    delivered.push({ headers: request.headers, text: (await buffer(request)).toString('utf8') });
    response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, delivered };
}

describe('webhooks', () => {
  it('are thin, compact and signed over the time of sending and the body', async () => {
    const account = await openBuildium({ webhook_secret: 'a secret with spaces' });
    const { url, delivered } = await subscriber();
    await account.webhooks({ url });
    const { todo } = bodies(await placesOf(account));
    const { Id } = await account.write('POST', '/v1/tasks/todorequests', todo);
    await account.webhooks();
    const [first] = delivered as [Delivered];
    expect(first.text).toBe(
      `{"EventName":"Task.Created","EventDateTime":"2026-11-24T15:00:00.0000000Z","AccountId":90001,` +
        `"TaskId":${Id},"TaskType":"Todo"}`,
    );
    const timestamp = String(first.headers['buildium-webhook-timestamp']);
    expect(timestamp).toBe(String(NOW / 1000));
    expect(first.headers['buildium-webhook-signature']).toBe(
      createHmac('sha256', 'a secret with spaces').update(`${timestamp}.${first.text}`).digest('base64'),
    );
  });

  it('name what was changed, by the API and by people, and leave out what the vendor leaves out', async () => {
    const account = await openBuildium();
    const { url, delivered } = await subscriber();
    await account.webhooks({ url });
    const at = await placesOf(account);
    const ok = bodies(at);
    await account.write('POST', `/v1/leases/${at.lease}/charges`, ok.charge);
    await account.write('POST', `/v1/leases/${at.lease}/moveouts`, ok.moveOut);
    await account.write('POST', '/v1/generalledger/journalentries', ok.journal);
    await account.ask('POST', '/v1/bills', { ...ok.bill, VendorId: 7 });
    await account.staff({ change: { table: 'vendors', id: at.vendor, set: { IsActive: false } } });
    await account.webhooks();
    const told = delivered.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(told.map(({ EventName, EventDateTime: _at, AccountId: _id, ...ids }) => [EventName, ids])).toEqual([
      ['LeaseTransaction.Created', { TransactionId: expect.any(Number) as number, TransactionType: 'Charge' }],
      ['Lease.MoveOut.Created', { LeaseId: at.lease, TenantId: at.tenant }],
      ['Lease.Updated', { LeaseId: at.lease }],
      ['Vendor.Updated', { VendorId: at.vendor }],
    ]);
  });
});
