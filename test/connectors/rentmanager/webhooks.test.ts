import * as fc from 'fast-check';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Connector, Delivery } from '../../../src/connectors/connector.ts';
import { done, failureOf, openCompany } from './rig.ts';

const SECRET = 'simulated-webhook-secret';
const NOW = 1_764_000_000_000;

function delivery(body: unknown, token: string | undefined = SECRET): Delivery {
  const headers = new Headers(token === undefined ? {} : { 'x-caretaker-hook-token': token });
  return {
    headers,
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    received_at: NOW,
  };
}

const receive = (connector: Connector, given: Delivery) =>
  connector.receive?.(given) ?? Promise.reject(new Error('no webhooks'));

describe('webhooks of Rent Manager', () => {
  it('come to an address that nobody else knows, or are refused', async () => {
    const connector = (await openCompany()).process();
    const body = { EventType: 'Tenant_Edit', IDParentIDDict: { '12': 12 }, LocationID: 2 };
    for (const token of ['', 'simulated-webhook-secreT', `${SECRET}x`]) {
      const error = await failureOf(receive(connector, delivery(body, token)));
      expect([error.code, error.message.includes(SECRET)]).toEqual(['refused', false]);
    }
    expect((await failureOf(receive(connector, { ...delivery(body), headers: new Headers() }))).code).toBe('refused');
    const unset = (await openCompany()).process({ webhook_secret: undefined });
    expect((await failureOf(receive(unset, delivery(body, '')))).code).toBe('refused');
  });

  it('name what changed by the keys of a map, and whom it belongs to by its values', async () => {
    const connector = (await openCompany()).process();
    const hints = async (EventType: string, IDParentIDDict: object, LocationID: unknown = 2) =>
      (await receive(connector, delivery({ EventType, IDParentIDDict, LocationID }))).map(
        ({ kind, id, event }) => `${kind} ${id} ${event}`,
      );
    expect(await hints('Tenant_Edit', { '12': 12 })).toEqual(['household 12 updated', 'resident 12 updated']);
    expect(await hints('Tenant_Delete', { '12': 12 })).toEqual(['household 12 deleted', 'resident 12 deleted']);
    expect(await hints('TenantContact_Add', { '55': 12 })).toEqual([
      'household 12 updated',
      'resident 12 updated',
      'resident 12-55 updated',
    ]);
    expect(await hints('ProspectHistory_Add', { '582': 177 })).toEqual(['guest_card 177 updated']);
    expect(await hints('Service Issue_Add', { '9': null, '10': null })).toEqual([
      'work_order 9 created',
      'work_order 10 created',
    ]);
    expect(await hints('ServiceIssueTechTimes_Edit', { '9': 700 })).toEqual(['work_order 700 updated']);
    expect(await hints('Owner_Edit', { '9': 9 })).toEqual([]);
    expect(await hints('__proto___Edit', { '9': 9 })).toEqual([]);
    expect(await hints('Tenant_Edit', { '12; x': 1, '../1': 1 })).toEqual([]);
  });

  it('of another location are about other records under the same numbers', async () => {
    const connector = (await openCompany()).process();
    const body = { EventType: 'Tenant_Edit', IDParentIDDict: { '12': 12 } };
    expect(await receive(connector, delivery({ ...body, LocationID: 1 }))).toEqual([]);
    expect(await receive(connector, delivery({ ...body, LocationID: '2' }))).toHaveLength(2);
  });

  it('take two equal bodies for two changes: the vendor numbers no delivery', async () => {
    const connector = (await openCompany()).process();
    const body = { EventType: 'Vendor_Edit', IDParentIDDict: { '12': 12 }, LocationID: 2 };
    const [one] = await receive(connector, delivery(body));
    const [later] = await receive(connector, { ...delivery(body), received_at: NOW + 1 });
    expect(one?.dedupe_key).not.toBe(later?.dedupe_key);
  });

  it('never bring anything down, whatever their body', async () => {
    const connector = (await openCompany()).process();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"EventType":"Tenant_Edit","IDParentIDDict":${json}}`),
        ),
        async (body) => {
          const hints = await receive(connector, delivery(body)).catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'VendorError', code: 'refused' });
            return [];
          });
          for (const { id } of hints) expect(id).toMatch(/^[1-9]\d*(-[1-9]\d*)?$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lead to the record that was changed', async () => {
    const company = await openCompany();
    const connector = company.process();
    const seen: string[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then(async (body) => {
        // What the HTTP layer does: the end of the address goes along in a header.
        const headers = new Headers({ 'x-caretaker-hook-token': request.url?.split('/').at(-1) ?? '' });
        const hints = await receive(connector, { headers, body, received_at: NOW });
        seen.push(...hints.map(({ kind, id }) => `${kind} ${id}`));
        response.writeHead(204).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await company.simulator.webhooks({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/${SECRET}`,
      });
      const [order] = (await connector.list('work_order', {})).records;
      const { id: work_order_id = '', property_id = '' } = order ?? {};
      await done(connector, {
        kind: 'add_work_order_note',
        work_order_id,
        property_id,
        note: { text: 'Hi', is_public: false },
      });
      await company.simulator.webhooks();
      expect(seen).toEqual([`work_order ${work_order_id}`]);
    } finally {
      server.close();
      await once(server, 'close');
    }
  });
});
