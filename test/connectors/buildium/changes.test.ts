import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeHint, Connector, Delivery } from '../../../src/connectors/connector.ts';
import { connectTo, NOW } from '../rig.ts';
import { openAccount, received, subscribe } from './account.ts';

const SECRET = 'simulated-webhook-secret';
const MINUTE = 60_000;

interface Sending {
  secret?: string;
  sent_at?: number;
  /** Digits of the header; default seconds. */
  timestamp?: string;
  /** How the message is laid out on the way. */
  indent?: number;
}

/** A message as Buildium would send it. */
function message(fields: object, { secret = SECRET, sent_at = NOW, timestamp, indent }: Sending = {}): Delivery {
  const time = timestamp ?? String(Math.floor(sent_at / 1_000));
  const whole = { EventName: 'Vendor.Updated', EventDateTime: '2026-11-24T15:00:00.1234567Z', AccountId: 1, ...fields };
  const signature = createHmac('sha256', secret)
    .update(`${time}.${JSON.stringify(whole)}`)
    .digest('base64');
  return {
    headers: new Headers({ 'buildium-webhook-timestamp': time, 'buildium-webhook-signature': signature }),
    body: new TextEncoder().encode(JSON.stringify(whole, undefined, indent)),
    received_at: NOW,
  };
}

async function hints(connector: Connector, deliveries: readonly Delivery[]) {
  return (await Promise.all(deliveries.map((one) => received(connector, one)))).flat();
}

const short = (all: readonly ChangeHint[]) => all.map(({ kind, id, event }) => `${kind} ${id} ${event}`);

describe('what Buildium tells of changes', () => {
  it('names the records of this connection, whoever changed them', async () => {
    const { account, connector, at, ok, drift } = await openAccount();
    const deliveries = await subscribe(account);
    const { Id: task } = await account.write('POST', '/v1/tasks/residentrequests', ok.resident);
    const { Id: bill } = await account.write('POST', '/v1/bills', ok.bill);
    await account.write('POST', `/v1/leases/${at.lease}/moveouts`, ok.moveOut);
    await account.write('POST', '/v1/communications/phonelogs', ok.phoneLog);
    await account.staff({ change: { table: 'units', id: at.unit, set: { MarketRent: 1_999 } } });
    await account.staff({ change: { table: 'vendors', id: at.vendor, set: { IsActive: false } } });
    await account.staff({ change: { table: 'glAccounts', id: at.expense, set: { IsActive: false } } });
    await account.webhooks();
    expect(short(await hints(connector, deliveries))).toEqual([
      `work_order ${task} created`,
      `work_order ${task} updated`,
      `bill ${bill} created`,
      `lease ${at.lease} updated`,
      `resident ${at.tenant} updated`,
      `lease ${at.lease} updated`,
      `household ${at.lease} updated`,
      `unit ${at.unit} updated`,
      `vendor ${at.vendor} updated`,
      `gl_account ${at.expense} updated`,
      `charge_code ${at.expense} updated`,
    ]);
    expect(drift).toEqual([]);
  });

  it('is looked up where it does not name what the record is known by', async () => {
    const { account, connector, at, ok } = await openAccount();
    const deliveries = await subscribe(account);
    const request = { ...ok.resident, CategoryId: 151 };
    const { Id: TaskId } = await account.write('POST', '/v1/tasks/residentrequests', request);
    await account.write('POST', '/v1/workorders', { VendorId: at.vendor, EntryAllowed: 'Yes', TaskId });
    const charges = (await account.write('POST', `/v1/leases/${at.lease}/charges`, ok.charge)) as unknown as {
      Id: number;
    }[];
    await account.webhooks();
    const asked = (await account.requests()).total;
    const told = await hints(
      connector,
      deliveries.filter(({ body }) => /"(WorkOrder|LeaseTransaction)\./.test(new TextDecoder().decode(body))),
    );
    expect((await account.requests()).total - asked).toBe(2);
    expect(short(told)).toEqual([`work_order ${TaskId} updated`, `ledger_entry ${at.lease}.${charges[0]?.Id} created`]);
    // Both are ids that the connector reads the record by.
    expect(await connector.get('work_order', '', told[0]?.id ?? '')).toMatchObject({ vendor_id: String(at.vendor) });
    expect(await connector.get('ledger_entry', '', told[1]?.id ?? '')).toMatchObject({ kind: 'charge', amount: 4_550 });
  });

  it('has one key for duplicates of an event and another for the next event, in whatever order they come', async () => {
    const { account, connector, at } = await openAccount();
    const deliveries = await subscribe(account);
    await account.webhooks({ duplicates: 2, reorder: true });
    await account.staff({ change: { table: 'vendors', id: at.vendor, set: { Comments: 'One' } } });
    await account.clock({ advance_ms: 1_000 });
    await account.staff({ change: { table: 'vendors', id: at.vendor, set: { Comments: 'Two' } } });
    await account.webhooks({ flush: true });
    expect(deliveries).toHaveLength(6);
    const keys = (await hints(connector, deliveries)).map(({ dedupe_key }) => dedupe_key);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).not.toBe(keys[3]);
    // A retry is signed anew; the order of fields does not make it another event.
    const again = [
      message({ VendorId: at.vendor, Note: 1 }),
      message({ Note: 1, VendorId: at.vendor }, { sent_at: NOW - 71 * MINUTE }),
    ];
    expect(new Set((await hints(connector, again)).map(({ dedupe_key }) => dedupe_key)).size).toBe(1);
  });

  it('is about guest cards only in the form that the settings give them', async () => {
    const tell = async (guest_card_as: string) => {
      const { connector, drift } = await openAccount({ guest_card_as });
      const told = await hints(connector, [
        message({ EventName: 'Applicant.Created', ApplicantId: 7 }),
        message({ EventName: 'ApplicantApplication.Created', ApplicantId: 7, ApplicationId: 8 }),
        message({ EventName: 'Task.Created', TaskId: 9, TaskType: 'ContactRequest' }),
      ]);
      expect(drift).toEqual([]);
      return short(told);
    };
    expect(await tell('sidecar')).toEqual([]);
    expect(await tell('applicant')).toEqual(['guest_card 7 created', 'guest_card 7 updated']);
    expect(await tell('contact_request')).toEqual(['guest_card 9 created']);
  });

  it('says nothing for what is gone, not to be seen, or unknown, and tells only the unknown as drift', async () => {
    const { account, connector, drift } = await openAccount();
    const none = [
      message({ EventName: 'WorkOrder.Deleted', WorkOrderId: 4_711 }),
      message({ EventName: 'Task.History.Created', TaskId: 4_711, TaskHistoryId: 1 }),
      message({ EventName: 'AssociationOwner.Updated', OwnerId: 12 }),
      message({ EventName: 'Budget.Updated', BudgetId: 12 }),
    ];
    expect(await hints(connector, none)).toEqual([]);
    await account.staff({ change: { table: 'account', id: 1, set: { DeniedPaths: ['/v1/generalledger'] } } });
    const transaction = { TransactionId: 2_000_001, TransactionType: 'Charge' };
    expect(await hints(connector, [message({ EventName: 'LeaseTransaction.Updated', ...transaction })])).toEqual([]);
    expect(drift).toEqual([]);
    const strange = [
      message({ EventName: 'Drone.Landed' }),
      message({ EventName: 'constructor' }),
      message({ EventName: 'Vendor.Merged', VendorId: 3_001 }),
      message({ EventName: 'Lease.Updated' }),
      message({ EventName: 'Vendor.Updated', VendorId: '3001/../1' }),
    ];
    expect(await hints(connector, strange)).toEqual([]);
    expect(drift.map(({ what, path }) => `${what} ${path}`)).toEqual([
      ...Array.from({ length: 3 }, () => 'unknown_value webhook.EventName'),
      'missing_field webhook.Lease.LeaseId',
      'missing_field webhook.Vendor.VendorId',
    ]);
  });

  it('comes again where a look-up did not get through', async () => {
    const { account, connector, ok } = await openAccount();
    const order = await account.write<{ Task: { Id: number } }>('POST', '/v1/workorders', ok.workOrder);
    const delivery = message({ EventName: 'WorkOrder.Updated', WorkOrderId: order.Id });
    await account.order({ down: true });
    await expect(received(connector, delivery)).rejects.toMatchObject({ code: 'unavailable' });
    await account.order({ down: false });
    expect(short(await received(connector, delivery))).toEqual([`work_order ${order.Task.Id} updated`]);
  });
});

describe('a delivery', () => {
  it('is believed with the right signature alone', async () => {
    const { connector } = await openAccount();
    const good = message({ VendorId: 3_001 });
    const with_ = (headers: Record<string, string>, body = good.body): Delivery => ({
      ...good,
      body,
      headers: new Headers({ ...Object.fromEntries(good.headers), ...headers }),
    });
    expect(short(await received(connector, good))).toEqual(['vendor 3001 updated']);
    const signature = good.headers.get('buildium-webhook-signature') ?? '';
    const bad = [
      message({ VendorId: 3_001 }, { secret: `${SECRET} ` }),
      with_({ 'buildium-webhook-signature': '' }),
      with_({ 'buildium-webhook-signature': signature.toLowerCase() }),
      with_({ 'buildium-webhook-signature': `${signature}=` }),
      with_({ 'buildium-webhook-timestamp': String(NOW / 1_000 + 1) }),
      with_({ 'buildium-webhook-timestamp': '' }),
      with_({}, new TextEncoder().encode(new TextDecoder().decode(good.body).replace('3001', '3002'))),
      { ...good, headers: new Headers() },
    ];
    for (const one of bad) await expect(received(connector, one)).rejects.toMatchObject({ code: 'refused' });
  });

  it('is signed with the bytes of the secret as it is written, not as what it encodes', async () => {
    const secret = 'c2VjcmV0IHdpdGggc3BhY2Vz';
    const { connector } = await openAccount({ webhook_secret: secret });
    expect(await received(connector, message({ VendorId: 3_001 }, { secret }))).toHaveLength(1);
    const decoded = Buffer.from(secret, 'base64').toString('utf8');
    const other = message({ VendorId: 3_001 }, { secret: decoded });
    await expect(received(connector, other)).rejects.toMatchObject({ code: 'refused' });
  });

  it('is taken for two hours, in seconds and in milliseconds, and then is a replay', async () => {
    const { connector } = await openAccount();
    const sent = (ago: number, in_ms: boolean) => {
      const at = NOW - ago;
      return message({ VendorId: 3_001 }, { timestamp: String(in_ms ? at : Math.floor(at / 1_000)) });
    };
    for (const in_ms of [false, true]) {
      for (const ago of [0, 71 * MINUTE, 119 * MINUTE, -4 * MINUTE])
        expect(await received(connector, sent(ago, in_ms))).toHaveLength(1);
      for (const ago of [121 * MINUTE, 1_000 * 60 * MINUTE, -6 * MINUTE])
        await expect(received(connector, sent(ago, in_ms))).rejects.toMatchObject({ code: 'refused' });
    }
  });

  it('may have been laid out for reading on its way, whatever its texts hold', async () => {
    const { connector } = await openAccount();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.constantFrom(1, 2, 4), async (text, indent) => {
        const delivery = message({ VendorId: 3_001, Text: text, Quoted: `" : \\"  ${text}\\` }, { indent });
        expect(await received(connector, delivery)).toHaveLength(1);
      }),
    );
  });

  it('is refused, and quickly, where it is no message at all', async () => {
    const { connector } = await openAccount();
    for (const text of [
      '',
      'null',
      '[]',
      '{}',
      '{"EventName":1}',
      '{"EventName":"Vendor.Updated"',
      '\\"'.repeat(30_000),
    ]) {
      const timestamp = String(NOW / 1_000);
      const body = new TextEncoder().encode(text);
      const signature = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('base64');
      const signed = new Headers({
        'buildium-webhook-timestamp': timestamp,
        'buildium-webhook-signature': signature,
      });
      for (const headers of [signed, new Headers({ 'buildium-webhook-timestamp': timestamp })])
        await expect(received(connector, { headers, body, received_at: NOW })).rejects.toMatchObject({
          code: 'refused',
        });
    }
  });

  it('is none of a connection without a secret', async () => {
    const { account } = await openAccount();
    const { webhook_secret: _without, ...connection } = account.connection;
    const { connector, close } = await connectTo({ ...account, connection: connection as never }, {});
    expect(connector.receive).toBeUndefined();
    await close();
  });
});
