import { describe, expect, it } from 'vitest';
import type { VendorError } from '../../../src/connectors/connector.ts';
import type { Command } from '../../../src/model/commands.ts';
import type { Lease } from '../../../src/model/records.ts';
import { addDays } from '../../../src/model/zoned_time.ts';
import { carryOut, contextFor } from '../rig.ts';
import { first, openAppfolio, type Appfolio } from './rig.ts';

const signal = new AbortController().signal;
const TODAY = '2026-11-24';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as VendorError).code,
  );

async function renewable(rig: Appfolio): Promise<Lease> {
  return first(
    await rig.held('lease'),
    ({ renewal_offers, status }) => status === 'current' && renewal_offers.length > 0,
  );
}

const renewal = ({ id, property_id, renewal_offers }: Lease): Command => ({
  ...{ kind: 'update_lease', lease_id: id, property_id },
  change: { action: 'accept_renewal', renewal_offer_id: renewal_offers[0]?.id ?? '' },
});

interface Recurring {
  Amount: number;
  StartDate: string;
  EndDate: string | null;
  Frequency: string;
}

async function rents(rig: Appfolio, household: string): Promise<Recurring[]> {
  const { url, connection } = rig.simulator;
  const { client_id, client_secret, developer_id } = connection as unknown as Record<string, string>;
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'x-appfolio-developer-id': String(developer_id) };
  const query = `filters[OccupancyId]=${household}&filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z`;
  const response = await fetch(`${url}/api/v0/recurring_charges?${query}`, { headers });
  return ((await response.json()) as { data: Recurring[] }).data;
}

describe('leases', () => {
  it('are renewed in three steps: the lease runs on, the old rent ends, the new one begins', async () => {
    const rig = await openAppfolio({ units: 120 });
    const lease = await renewable(rig);
    const [offer] = lease.renewal_offers;
    await carryOut(rig, renewal(lease), '', lease);
    const after = (await rig.connector.get('lease', '', lease.id)) as Lease;
    expect(after).toMatchObject({ end_date: offer?.end_date, rent: offer?.rent, term: 'fixed' });
    expect(after.renewal_offers.find(({ id }) => id === offer?.id)?.status).toBe('accepted');
    const [old, fresh] = await rents(rig, lease.household_id);
    expect(old).toMatchObject({ Amount: lease.rent / 100, EndDate: addDays(offer?.start_date ?? '', -1) });
    expect(fresh).toMatchObject({
      StartDate: offer?.start_date,
      Amount: (offer?.rent ?? 0) / 100,
      Frequency: 'Monthly',
    });
  });

  it('go on with the renewal where it was left, each step found or not by itself', async () => {
    const rig = await openAppfolio({ units: 120 });
    const lease = await renewable(rig);
    const command = renewal(lease);
    let context = contextFor('', lease);
    for (const [index] of rig.connector.compile(command).entries()) {
      const request = await rig.connector.prepare(command, index, context);
      expect(await rig.connector.locate(command, index, request, context)).toEqual({
        outcome: 'absent',
        covers_all: true,
      });
      const result = await rig.connector.send(request, signal);
      expect(result.record).toEqual({ kind: 'lease', scope: '', id: lease.id });
      expect((await rig.connector.locate(command, index, request, context)).outcome).toBe('found');
      // A step that is prepared anew after its effect asks for the same.
      const again = await rig.connector.prepare(command, index, context);
      expect([again['address'], again['body']]).toEqual([request['address'], request['body']]);
      context = { ...context, results: [...context.results, result] };
    }
  });

  it('whose rent comes in two charges are renewed by a person, and nothing is changed before', async () => {
    const rig = await openAppfolio({ units: 120 });
    const lease = await renewable(rig);
    const account = first(await rig.held('gl_account'), ({ name }) => name === 'Rent income');
    await rig.simulator.staff({
      add: {
        table: 'recurring_charges',
        row: {
          ...{ Id: '0a1b2c3d-0000-4000-8000-000000000007', OccupancyId: lease.household_id, GlAccountId: account.id },
          ...{ Amount: 300, Frequency: 'Monthly', StartDate: lease.start_date, EndDate: null, HiddenAt: null },
        },
      },
    });
    expect(await codeOf(carryOut(rig, renewal(lease), '', lease))).toBe('unsupported');
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it('whose price for renewing is gone are not renewed', async () => {
    const rig = await openAppfolio({ units: 120 });
    const lease = await renewable(rig);
    const command = { ...renewal(lease), change: { action: 'accept_renewal', renewal_offer_id: 'gone' } } as Command;
    expect(await codeOf(carryOut(rig, command, '', lease))).toBe('not_found');
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it.each(['give_notice', 'withdraw_notice', 'change_move_out'] as const)('refuse %s by name', async (action) => {
    const rig = await openAppfolio();
    const { id, property_id, parties } = first(await rig.held('lease'));
    const change = { action, resident_ids: [parties[0]?.resident_id], notice_date: TODAY, move_out_date: '2027-01-31' };
    const command = { kind: 'update_lease', lease_id: id, property_id, change } as unknown as Command;
    expect(() => rig.connector.compile(command)).toThrow(/person/);
  });
});

/** A bill of one line, with a number of its own. */
async function bill(rig: Appfolio, invoice_number: string): Promise<Command> {
  const [vendor, property] = [first(await rig.held('vendor')), first(await rig.held('property'))];
  const account = first(await rig.held('gl_account'), ({ type }) => type === 'expense');
  return {
    ...{ kind: 'post_bill', property_id: property.id, vendor_id: vendor.id, invoice_number, file_ids: [] },
    ...{ invoice_date: TODAY, due_date: '2026-12-24', total: 10_001 },
    lines: [{ gl_account_id: account.id, amount: 10_001, property_id: property.id, memo: 'Pump' }],
  };
}

describe('postings', () => {
  const charge = async (rig: Appfolio): Promise<Command> => {
    const lease = first(await rig.held('lease'), ({ status }) => status === 'current');
    const account = first(await rig.held('gl_account'), ({ type }) => type === 'income');
    return {
      ...{ kind: 'post_charge', property_id: lease.property_id, lease_id: lease.id, household_id: lease.household_id },
      ...{ charge_code_id: account.id, gl_account_id: account.id, amount: 5_000, date: TODAY, memo: 'Lost key' },
    };
  };

  it('of charges are found as long as they are open, and their absence proves nothing', async () => {
    const rig = await openAppfolio();
    const command = await charge(rig);
    const context = contextFor('');
    const request = await rig.connector.prepare(command, 0, context);
    const locate = () => rig.connector.locate(command, 0, request, context);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: false });
    const { record } = await rig.connector.send(request, signal);
    expect(await locate()).toMatchObject({ outcome: 'found', result: { record } });
    await rig.simulator.staff({ change: { table: 'charges', id: record?.id ?? '', set: { AmountDue: '0.00' } } });
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: false });
  });

  it('of charges carry no mark that a resident would read', async () => {
    const rig = await openAppfolio();
    const { id } = await carryOut(rig, await charge(rig), '');
    expect(await rig.connector.get('ledger_entry', '', id)).toMatchObject({ memo: 'Lost key', amount: 5_000 });
    const { last } = await rig.simulator.requests();
    expect(last.find(({ method }) => method === 'POST')?.body).toContain('"Description":"Lost key"');
  });

  it('name every charge that fits where several do', async () => {
    const rig = await openAppfolio();
    const command = await charge(rig);
    const made = [await carryOut(rig, command, ''), await carryOut(rig, command, '')].map(({ id }) => id);
    const context = contextFor('');
    const located = await rig.connector.locate(command, 0, await rig.connector.prepare(command, 0, context), context);
    const found = located.outcome === 'found' ? [located.result, ...(located.others ?? [])] : [];
    expect(found.map(({ record }) => record?.id).sort()).toEqual(made.sort());
  });

  it('of bills have lines that come to the total, and a number that no other bill of the vendor has', async () => {
    const rig = await openAppfolio();
    const command = await bill(rig, '007');
    expect(() => rig.connector.compile({ ...command, total: 10_000 } as Command)).toThrow(/total/);
    const { id } = await carryOut(rig, command, '');
    expect(await rig.connector.get('bill', '', id)).toMatchObject({ invoice_number: '007', total: 10_001 });
    expect(await codeOf(carryOut(rig, command, ''))).toBe('refused');
    const context = contextFor('');
    const other = { ...command, invoice_number: '7' } as Command;
    const request = await rig.connector.prepare(other, 0, context);
    expect(await rig.connector.locate(other, 0, request, context)).toEqual({ outcome: 'absent', covers_all: true });
  });

  it.each(['Reference', 'TotalAmount'])(
    'of bills are not taken as absent where the bills do not show their %s',
    async (field) => {
      const rig = await openAppfolio();
      const command = await bill(rig, '008');
      const context = contextFor('');
      const request = await rig.connector.prepare(command, 0, context);
      await rig.connector.send(request, new AbortController().signal);
      await rig.account({ NotAgreed: [`bills.${field}`] });
      expect(await rig.connector.locate(command, 0, request, context)).toEqual({
        outcome: 'absent',
        covers_all: false,
      });
    },
  );

  it('of journal entries are taken back by the opposite entry, which names them', async () => {
    const rig = await openAppfolio();
    const entry = first(await rig.held('journal_entry'));
    const command: Command = {
      ...{ kind: 'reverse_journal_entry', property_id: entry.property_id, journal_entry_id: entry.id },
      ...{ date: TODAY, reason: 'Posted twice' },
    };
    const { id } = await carryOut(rig, command, '');
    const opposite = await rig.connector.get('journal_entry', '', id);
    expect(opposite).toMatchObject({ reverses_id: entry.id, date: TODAY });
    expect(opposite?.lines.map(({ debit, credit }) => [debit, credit])).toEqual(
      entry.lines.map(({ debit, credit }) => [credit, debit]),
    );
  });

  it.each([
    ['reverse_charge', { charge_id: 'x', amount: 1 }],
    ['reverse_bill', { bill_id: 'x' }],
  ])('are not taken back by %s, and the reason says what to do', async (kind, more) => {
    const rig = await openAppfolio();
    const command = { kind, property_id: 'p', date: TODAY, reason: 'wrong', ...more } as unknown as Command;
    expect(() => rig.connector.compile(command)).toThrow(/person has to do it in AppFolio/);
  });

  it('say of themselves whether they can be taken back', async () => {
    const { connector } = await openAppfolio();
    const { commands } = connector.capabilities;
    expect(
      [commands.post_charge, commands.post_bill, commands.post_journal_entry].map((one) => one.reversible),
    ).toEqual([false, false, true]);
  });
});
