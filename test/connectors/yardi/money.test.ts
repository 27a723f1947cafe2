import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../simulators/soap/serve.ts';
import { contextFor } from '../rig.ts';
import { commandOf, done, failureOf, listAll, openYardi, PROPERTY, RENEWALS } from './rig.ts';

const signal = new AbortController().signal;

/** The address of a Voyager that takes every charge and tells an error about its batch. */
async function stumblingAfterwards(voyager: string): Promise<string> {
  const { url, close } = await serve((request, response) => {
    void (async () => {
      const { 'content-type': type = '', soapaction: action = '' } = request.headers as Record<string, string>;
      const answer = await fetch(new URL(request.url ?? '', voyager), {
        ...{ method: 'POST', headers: { 'content-type': type, soapaction: action } },
        body: await buffer(request),
      });
      const told = (await answer.text()).replace(
        '"FYI">1 charges were successfully imported.',
        '"Error">The batch of Jane Roe could not be totalled.',
      );
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(told);
    })();
  });
  onTestFinished(close);
  return `${url}${new URL(voyager).pathname}`;
}

async function chargeable() {
  const yardi = await openYardi();
  const lease = (await listAll(yardi.connector, 'lease')).find(({ status }) => status === 'current');
  const [code] = await listAll(yardi.connector, 'charge_code');
  const charge = (more: object = {}) =>
    commandOf('post_charge', {
      ...{ lease_id: lease?.id, household_id: lease?.household_id, charge_code_id: code?.id, amount: 10_250 },
      ...{ gl_account_id: code?.gl_account_id, date: '2026-11-24', memo: 'Lost key & <lock>', ...more },
    });
  return { ...yardi, lease, code, charge };
}

describe('a charge of Yardi', () => {
  it('is found by its mark on the day of the charge', async () => {
    const { connector, charge, lease } = await chargeable();
    expect(await done(connector, charge(), 'ledger_entry')).toMatchObject({
      ...{ household_id: lease?.id, kind: 'charge', amount: 10_250, memo: 'Lost key & <lock>', date: '2026-11-24' },
    });
  });

  it.each(['2026-11-23', '2026-11-24', '2026-11-25'])(
    'is found, also when a credit has paid it at once: %s',
    async (date) => {
      // By the service's own clock it may be a day off.
      const { connector, simulator, charge } = await chargeable();
      const command = charge();
      const context = contextFor(PROPERTY);
      const request = await connector.prepare(command, 0, context);
      await connector.send(request, signal);
      const [effect] = await simulator.effects();
      const found = () => connector.locate(command, 0, request, context);
      for (const closed of [false, true]) {
        await simulator.staff({ change: { table: 'transactions', id: `Charge${effect?.id}`, set: { date, closed } } });
        expect(await found()).toMatchObject({ outcome: 'found', result: { posting: 'posted' } });
      }
    },
  );

  it.each([
    ['in a closed month', { date: '2026-08-31' }, 'period_closed'],
    ['under a code that is none', { charge_code_id: 'nothing' }, 'refused'],
    ['to a tenant that is none', { household_id: 't9999999' }, 'refused'],
  ])('%s is in doubt until it was looked for: nothing but success is a word about the outcome', async (...row) => {
    const [, more, code] = row;
    const { connector, simulator, charge } = await chargeable();
    const command = charge(more);
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(command, 0, context);
    const error = await failureOf(connector.send(request, signal));
    expect(error).toMatchObject({ code, unproved: true });
    expect(error.message).not.toContain('Nothing was changed');
    expect(await simulator.effects()).toEqual([]);
    expect(await connector.locate(command, 0, request, context)).toEqual({ outcome: 'absent', covers_all: true });
  });

  it('is found where the service has told an error and taken it all the same', async () => {
    const { again, simulator, charge } = await chargeable();
    const connector = await again({ base_url: await stumblingAfterwards(String(simulator.connection['base_url'])) });
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(charge(), 0, context);
    expect(await failureOf(connector.send(request, signal))).toMatchObject({ unproved: true });
    expect(await connector.locate(charge(), 0, request, context)).toMatchObject({ outcome: 'found' });
  });

  it('was certainly not taken from who is not let in', async () => {
    const { again, charge } = await chargeable();
    const connector = await again({}, { billing_and_payments: { license: 'licence-of-another' } });
    const request = await connector.prepare(charge(), 0, contextFor(PROPERTY));
    expect((await failureOf(connector.send(request, signal))).code).toBe('misconfigured');
  });

  it('lists only codes of its own entity, and locks the books before the open month', async () => {
    const { connector } = await chargeable();
    expect((await listAll(connector, 'charge_code')).map(({ id }) => id)).not.toContain('gym');
    expect((await connector.list('property', { scope: PROPERTY })).records[0]?.books_locked_through).toBe('2026-09-30');
  });
});

describe('a renewal of Yardi', () => {
  it('is chosen among the offers and then made, and the lease shows it', async () => {
    const { again, simulator } = await openYardi({ units: 60 });
    const connector = await again({}, RENEWALS);
    const lease = (await listAll(connector, 'lease')).find(({ renewal_offers }) => renewal_offers.length > 1);
    const [offer, other] = lease?.renewal_offers ?? [];
    const accept = (renewal_offer_id: string | undefined) =>
      commandOf('update_lease', { lease_id: lease?.id, change: { action: 'accept_renewal', renewal_offer_id } });
    const command = accept(offer?.id);
    const context = contextFor(PROPERTY);
    const select = await connector.prepare(command, 0, context);
    await connector.send(select, signal);
    expect(await connector.locate(command, 0, select, context)).toEqual({ outcome: 'absent', covers_all: false });
    const renew = await connector.prepare(command, 1, context);
    expect(await connector.locate(command, 1, renew, context)).toEqual({ outcome: 'absent', covers_all: true });
    await connector.send(renew, signal);
    expect(await connector.locate(command, 1, renew, context)).toMatchObject({ outcome: 'found' });
    const after = await connector.get('lease', PROPERTY, lease?.id ?? '');
    expect([after?.end_date, after?.rent]).toEqual([offer?.end_date, offer?.rent]);
    expect(after?.renewal_offers.map(({ id, status }) => [id, status])).toEqual([
      [offer?.id, 'accepted'],
      [other?.id, 'offered'],
    ]);
    expect((await simulator.effects()).map(({ operation }) => operation)).toEqual([
      'ImportLeaseRenewalSelection',
      'ImportRenewSelectedLease',
    ]);
    expect((await failureOf(connector.prepare(accept('424242'), 0, context))).code).toBe('not_found');
  });

  it('is all that can be changed of a lease', async () => {
    const { again } = await openYardi();
    const connector = await again({}, RENEWALS);
    const change = {
      action: 'give_notice',
      notice_date: '2026-11-24',
      move_out_date: '2026-12-31',
      resident_ids: ['t0000001'],
    };
    expect(() => connector.compile(commandOf('update_lease', { lease_id: 't0000001', change }))).toThrow(/own screens/);
  });
});
