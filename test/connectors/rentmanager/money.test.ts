import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/connector.ts';
import { COMMANDS, type CommandKind, type CommandOf } from '../../../src/model/commands.ts';
import { contextFor } from '../rig.ts';
import { done, failureOf, openCompany, sendStep } from './rig.ts';

function commandOf<K extends CommandKind>(kind: K, fields: object): CommandOf<K> {
  return COMMANDS[kind].schema.parse({ kind, ...fields }) as CommandOf<K>;
}

const signal = new AbortController().signal;

async function chargeOn(connector: Connector, date: string) {
  const lease = (await connector.list('lease', {})).records.find(({ status }) => status === 'current');
  const code = (await connector.list('charge_code', {})).records.find(({ is_deposit }) => !is_deposit);
  return commandOf('post_charge', {
    ...{
      property_id: lease?.property_id,
      lease_id: lease?.id,
      household_id: lease?.household_id,
      unit_id: lease?.unit_id,
    },
    ...{ charge_code_id: code?.id, gl_account_id: code?.gl_account_id, amount: 4_550, date, memo: 'Lock change' },
  });
}

describe('a closed period of Rent Manager', () => {
  it('is overridden by a person alone, with the option that the vendor has for it', async () => {
    const company = await openCompany();
    const connector = company.process();
    const command = await chargeOn(connector, '2026-09-15');
    const context = contextFor('');
    const request = await connector.prepare(command, 0, context);
    expect((await failureOf(connector.send(request, signal))).code).toBe('needs_override');
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'absent' });
    expect(JSON.stringify(request)).not.toContain('saveOptions');
    const { result } = await sendStep(connector, command, { ...context, overridden: true });
    expect(await connector.get('ledger_entry', '', result.record?.id ?? '')).toMatchObject({
      date: '2026-09-15',
      memo: 'Lock change',
    });
  });

  it('is the only rule that is known to be overridden over the API', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [order] = (await connector.list('work_order', {})).records;
    const { id: work_order_id, property_id } = order ?? {};
    const command = commandOf('update_work_order', { work_order_id, property_id, status: 'closed' });
    const error = await failureOf(connector.prepare(command, 0, { ...contextFor(''), overridden: true }));
    expect(error.code).toBe('refused');
  });
});

describe('ledgers of Rent Manager', () => {
  it('show what of a charge has been taken back, and by what', async () => {
    const company = await openCompany();
    const connector = company.process();
    const charge_id = await done(connector, await chargeOn(connector, '2026-11-20'));
    const charge = await connector.get('ledger_entry', '', charge_id);
    const reverse = (amount: number) =>
      commandOf('reverse_charge', {
        property_id: charge?.property_id,
        charge_id,
        amount,
        date: '2026-11-24',
        reason: 'Key was found',
      });
    const id = await done(connector, reverse(4_000));
    expect(await connector.get('ledger_entry', '', id)).toMatchObject({
      ...{
        kind: 'credit',
        amount: -4_000,
        reverses_id: charge_id,
        memo: 'Key was found',
        charge_code_id: charge?.charge_code_id,
      },
    });
    expect(await connector.get('ledger_entry', '', charge_id)).toMatchObject({ amount: 4_550, reversed_amount: 4_000 });
    const ledger = await connector.list('ledger_entry', { household_id: charge?.household_id ?? '' });
    expect(ledger.records.find((one) => one.id === charge_id)?.reversed_amount).toBe(4_000);
    const payment = ledger.records.find(({ kind }) => kind === 'payment');
    const wrong = { ...reverse(1), charge_id: payment?.id ?? '' };
    expect((await failureOf(done(connector, wrong))).code).toBe('not_found');
  });

  it('show a payment that bounced with what took it back, on its day', async () => {
    const company = await openCompany();
    const connector = company.process();
    const payment = (await connector.list('ledger_entry', {})).records.find(({ kind }) => kind === 'payment')!;
    const [, number] = payment.id.split('-');
    const set = { ReversalDate: '2026-11-23T00:00:00', ReversalType: undefined };
    await company.simulator.staff({ change: { table: 'Payments', id: Number(number), set } });
    const { household_id } = payment;
    const ledger = (await connector.list('ledger_entry', { household_id })).records;
    const opposite = ledger.find(({ id }) => id === `${payment.id}-reversal`);
    expect(opposite).toMatchObject({ kind: 'payment', date: '2026-11-23', amount: -payment.amount });
    expect(opposite).toMatchObject({ reverses_id: payment.id });
    expect(ledger.find(({ id }) => id === payment.id)).toEqual(payment);
    expect(await connector.get('ledger_entry', '', opposite!.id)).toEqual(opposite);
    const charge = ledger.find(({ kind }) => kind === 'charge')!;
    expect(await connector.get('ledger_entry', '', `${charge.id}-reversal`)).toBeUndefined();
  });

  it('leave out what is owed by others than tenants', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [household] = (await connector.list('household', {})).records;
    const row = {
      ID: 9_999,
      AccountID: Number(household?.id),
      AccountType: 'Prospect',
      Amount: 50,
      TransactionDate: '2026-11-24',
    };
    await company.simulator.staff({ add: { table: 'Charges', row } });
    expect(await connector.get('ledger_entry', '', 'charge-9999')).toBeUndefined();
  });
});

describe('bills of Rent Manager', () => {
  const bill = async (connector: Connector, more: object = {}) => {
    const [vendor] = (await connector.list('vendor', {})).records;
    const [property] = (await connector.list('property', {})).records;
    const account = (await connector.list('gl_account', {})).records.find(({ type }) => type === 'expense');
    return commandOf('post_bill', {
      ...{ property_id: property?.id, vendor_id: vendor?.id, invoice_number: 'A;1,2 (x)', invoice_date: '2026-11-20' },
      ...{ due_date: '2026-12-20', total: 10_001 },
      lines: [{ gl_account_id: account?.id, amount: 10_001, property_id: property?.id, memo: 'Drain' }],
      ...more,
    });
  };

  it('are known by vendor, number, day and sum, whatever stands in the number', async () => {
    const company = await openCompany();
    const connector = company.process();
    const command = await bill(connector);
    const { request, result } = await sendStep(connector, command);
    const twin = await sendStep(connector, command);
    const look = await connector.locate(command, 0, request, contextFor(''));
    expect(look).toEqual({ outcome: 'found', result, others: [twin.result] });
    const other = await bill(connector, { invoice_number: 'A;1,2 (y)' });
    expect(await connector.locate(other, 0, request, contextFor(''))).toMatchObject({
      outcome: 'absent',
      covers_all: true,
    });
    expect(JSON.stringify(request)).not.toMatch(/ct-[0-9a-z]{13}/);
  });

  it('name themselves where they are reversed, and an issue where they are linked to one', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [order] = (await connector.list('work_order', {})).records;
    const id = await done(connector, await bill(connector));
    await company.simulator.staff({
      change: { table: 'Bills', id: Number(id), set: { ReversalDate: '2026-11-23T00:00:00' } },
    });
    const row = {
      ServiceManagerIssueWorkOrderID: 9_999,
      ServiceManagerIssueID: Number(order?.id),
      VendorBillID: Number(id),
    };
    await company.simulator.staff({ add: { table: 'ServiceManagerIssueWorkOrders', row } });
    expect(await connector.get('bill', '', id)).toMatchObject({ reversed_by_id: id, work_order_id: order?.id });
    expect(await connector.get('work_order', '', order?.id ?? '')).toMatchObject({ bill_ids: [id] });
  });
});

describe('journals of Rent Manager', () => {
  const entry = async (connector: Connector, more: object = {}) => {
    const [property] = (await connector.list('property', {})).records;
    const [one, other] = (await connector.list('gl_account', {})).records.filter(({ role }) => role === undefined);
    const lines = [
      { gl_account_id: one?.id, debit: 4_200, credit: 0, ...more },
      { gl_account_id: other?.id, debit: 0, credit: 4_200 },
    ];
    return commandOf('post_journal_entry', {
      property_id: property?.id,
      date: '2026-11-24',
      memo: 'Moves a repair',
      lines,
    });
  };

  it('are neither read nor written until somebody has said which sign a debit has', async () => {
    const company = await openCompany();
    const connector = company.process({ journal_debits: undefined });
    const { commands, records } = connector.capabilities;
    expect([commands.post_journal_entry.support, records.journal_entry?.read]).toEqual(['unsupported', 'unsupported']);
    expect(commands.post_journal_entry.reason).toContain('journal_debits');
    expect((await failureOf(connector.list('journal_entry', {}))).code).toBe('unsupported');
    const command = await entry(connector);
    expect(() => connector.compile(command)).toThrow(/journal_debits/);
  });

  it('are taken back once, by whomever, and in the books that they stand in', async () => {
    const company = await openCompany();
    const connector = company.process({ journal_debits: 'positive' });
    const id = await done(connector, await entry(connector));
    const { property_id, date } = await entry(connector);
    const change = (set: Record<string, unknown>) =>
      company.simulator.staff({ change: { table: 'Journals', id: Number(id), set } });
    await change({ Basis: 'Cash' });
    const reverse = commandOf('reverse_journal_entry', { journal_entry_id: id, property_id, date, reason: 'Wrong' });
    const request = await connector.prepare(reverse, 0, contextFor(''));
    expect(request['body']).toMatchObject([{ Basis: 'Cash' }]);
    await change({ ReversalDate: '2026-11-23T00:00:00' });
    expect((await failureOf(connector.prepare(reverse, 0, contextFor('')))).code).toBe('conflict');
    expect((await connector.get('journal_entry', '', id))?.reversed_by_id).toBe(id);
  });

  it.each(['positive', 'negative'] as const)(
    'are written with debits %s where that is said',
    async (journal_debits) => {
      const company = await openCompany();
      const connector = company.process({ journal_debits });
      const command = await entry(connector);
      const { request, result } = await sendStep(connector, command);
      const [body] = request['body'] as { Details: { Amount: number }[] }[];
      expect(body?.Details.map(({ Amount }) => Amount)).toEqual(journal_debits === 'positive' ? [42, -42] : [-42, 42]);
      const read = await connector.get('journal_entry', '', result.record?.id ?? '');
      expect(read?.lines.map(({ debit, credit }) => [debit, credit])).toEqual([
        [4_200, 0],
        [0, 4_200],
      ]);
    },
  );

  it('are taken back once, by their opposite', async () => {
    const company = await openCompany();
    const connector = company.process();
    const journal_entry_id = await done(connector, await entry(connector));
    const journal = await connector.get('journal_entry', '', journal_entry_id);
    const fields = { property_id: journal?.property_id, journal_entry_id, date: '2026-11-24', reason: 'Twice' };
    const command = commandOf('reverse_journal_entry', fields);
    const id = await done(connector, command);
    expect(await connector.get('journal_entry', '', id)).toMatchObject({
      reverses_id: journal_entry_id,
      lines: journal?.lines.map(({ debit, credit }) => ({ debit: credit, credit: debit })),
    });
    expect(await connector.get('journal_entry', '', journal_entry_id)).toMatchObject({ reversed_by_id: id });
    expect((await failureOf(done(connector, command))).code).toBe('conflict');
  });

  it('name properties, not units', async () => {
    const company = await openCompany();
    const connector = company.process();
    const command = await entry(connector, { unit_id: '200' });
    expect(await failureOf(connector.prepare(command, 0, contextFor('')))).toMatchObject({
      code: 'unsupported',
      field: 'lines',
    });
  });
});
