import { describe, expect, it } from 'vitest';
import type { StepRequest } from '../../../src/connectors/connector.ts';
import { heldOnAGuess } from '../../../src/depth/to_confirm.ts';
import { contextFor } from '../rig.ts';
import { openAccount } from './account.ts';
import { commandOf } from './guest_cards.ts';

const signal = new AbortController().signal;

interface Line {
  GLAccount: { Id: number };
  Amount: number;
}

describe('taking back a charge', () => {
  /** A charge with these lines, dollars by account, and what a command to take back some of it comes to. */
  async function charged(
    lines: (at: Awaited<ReturnType<typeof openAccount>>['at'], other: number) => [number, number][],
  ) {
    const { account, connector, at, ok } = await openAccount();
    const { gl_account: accounts = [] } = await account.state();
    const other = accounts.find(
      ({ id, type, is_active, role }) => type === 'income' && is_active && !role && id !== String(at.income),
    );
    const given = lines(at, Number(other?.id));
    const Lines = given.map(([GLAccountId, Amount]) => ({ Amount, GLAccountId }));
    const [{ Id } = { Id: 0 }] = (await account.write('POST', `/v1/leases/${at.lease}/charges`, {
      ...ok.charge,
      Lines,
    })) as unknown as { Id: number }[];
    const command = (amount: number) =>
      commandOf('reverse_charge', {
        ...{ property_id: String(at.property), charge_id: `${at.lease}.${Id}`, amount, date: '2026-11-24' },
        reason: 'Charged to the wrong household',
      });
    return {
      given,
      prepare: (amount: number) => connector.prepare(command(amount), 0, contextFor('')),
      async credited(amount: number): Promise<[number, number][]> {
        const { record } = await connector.send(await connector.prepare(command(amount), 0, contextFor('')), signal);
        const transaction = record?.id.split('.')[1];
        const { Journal } = await account.get<{ Journal: { Lines: Line[] } }>(
          `/v1/leases/${at.lease}/transactions/${transaction}`,
        );
        return Journal.Lines.map(({ GLAccount, Amount }) => [GLAccount.Id, -Amount]);
      },
    };
  }

  it('as a whole sends every line back to its own account', async () => {
    const { given, credited } = await charged((at, other) => [
      [at.income, 30.1],
      [other, 12.2],
    ]);
    expect(await credited(4_230)).toEqual(given);
  });

  it('in part is refused where nothing says which line it is of', async () => {
    const { prepare } = await charged((at, other) => [
      [at.income, 30.1],
      [other, 12.2],
    ]);
    await expect(prepare(1_220)).rejects.toMatchObject({ code: 'unsupported', field: 'amount' });
  });

  it('in part goes to the account of all its lines', async () => {
    const { given, credited } = await charged((at) => [
      [at.income, 30.1],
      [at.income, 12.2],
    ]);
    expect(await credited(1_000)).toEqual([[given[0]?.[0], 10]]);
  });
});

describe('looking for a bill', () => {
  /** A bill that is about to be posted, and was sent or not. */
  async function asked(invoice_date = '2026-11-20') {
    const { account, connector, at, ok } = await openAccount();
    await account.staff({ change: { table: 'account', id: 1, set: { LockDate: null, LockOverrides: [] } } });
    const bill = (changes: object = {}) =>
      account.write('POST', '/v1/bills', { ...ok.bill, Date: invoice_date, ...changes });
    const command = commandOf('post_bill', {
      ...{ property_id: String(at.property), vendor_id: String(at.vendor), invoice_number: 'INV-1', invoice_date },
      ...{ due_date: '2026-12-31', total: 12_025 },
      lines: [{ gl_account_id: String(at.expense), amount: 12_025, property_id: String(at.property) }],
    });
    const context = contextFor('');
    return {
      ...{ account, bill, ok },
      prepare: () => connector.prepare(command, 0, context),
      send: async (request: StepRequest) => (await connector.send(request, signal)).record?.id,
      locate: (request: StepRequest) => connector.locate(command, 0, request, context),
      pay: (id: string, PaidDate: string) =>
        account.staff({ change: { table: 'bills', id, set: { PaidDate, Paid: 120.25 } } }),
    };
  }

  it.each([
    ['2026-11-20', '2026-11-24'],
    ['2024-02-01', '2025-01-31'],
    ['2024-02-01', '2025-11-24'],
    ['2026-11-20', '2026-12-20'],
    ['2026-12-10', '2026-11-24'],
  ])('of %s finds it also where it was paid on %s', async (invoice_date, paid_on) => {
    const { prepare, send, locate, pay } = await asked(invoice_date);
    const request = await prepare();
    expect(await locate(request)).toEqual({ outcome: 'absent', covers_all: true });
    const id = await send(request);
    await pay(id ?? '', paid_on);
    expect(await locate(request)).toMatchObject({ outcome: 'found', result: { record: { id } }, others: [] });
  });

  it('takes none that was there before, paid or not', async () => {
    const { bill, prepare, send, locate, pay } = await asked();
    await bill();
    const { Id } = await bill();
    await pay(String(Id), '2026-11-22');
    const request = await prepare();
    expect(await locate(request)).toEqual({ outcome: 'absent', covers_all: true });
    const id = await send(request);
    expect(await locate(request)).toMatchObject({ outcome: 'found', result: { record: { id } }, others: [] });
  });

  it('takes none of another total, day or number', async () => {
    const { bill, prepare, locate, ok } = await asked();
    const request = await prepare();
    const [line] = ok.bill.Lines;
    await bill({ Lines: [{ ...line, Amount: 120.26 }] });
    await bill({ Date: '2026-11-19' });
    await bill({ ReferenceNumber: 'INV-12' });
    expect(await locate(request)).toEqual({ outcome: 'absent', covers_all: true });
  });
});

describe('the opposite of a journal entry', () => {
  async function posted(unit: 'unit' | undefined) {
    const rig = await openAccount();
    const { account, at, ok } = rig;
    const entity = { ...ok.journal.AccountingEntity, ...(unit && { UnitId: at.unit }) };
    const { Id } = await account.write('POST', '/v1/generalledger/journalentries', {
      ...ok.journal,
      AccountingEntity: entity,
    });
    const command = commandOf('reverse_journal_entry', {
      ...{ property_id: String(at.property), journal_entry_id: String(Id), date: '2026-11-24', reason: 'Posted twice' },
    });
    return { ...rig, Id, prepare: () => rig.connector.prepare(command, 0, contextFor('')) };
  }

  it.each(['unit', undefined] as const)('is about the same unit, or about none: %s', async (unit) => {
    const { connector, at, Id, prepare } = await posted(unit);
    const { record } = await connector.send(await prepare(), signal);
    const [entry, opposite] = await Promise.all(
      [String(Id), record?.id ?? ''].map((id) => connector.get('journal_entry', '', id)),
    );
    expect(opposite?.lines).toEqual(entry?.lines.map((line) => ({ ...line, debit: line.credit, credit: line.debit })));
    expect(opposite?.lines.map(({ unit_id }) => unit_id)).toEqual(
      [1, 2].map(() => (unit === undefined ? undefined : String(at.unit))),
    );
  });

  it('is refused where the lines are about several units', async () => {
    const { account, at, Id, prepare } = await posted('unit');
    const line = { ReferenceNumber: null, Memo: null, PropertyId: at.property };
    const Lines = [
      { ...line, GLAccountId: at.expense, Amount: 10, UnitId: at.unit },
      { ...line, GLAccountId: at.income, Amount: -10, UnitId: null },
    ];
    await account.staff({ change: { table: 'transactions', id: Id, set: { Lines } } });
    await expect(prepare()).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('rests on a sign that nobody has seen, and is told as such', async () => {
    const { connector } = await posted(undefined);
    expect(heldOnAGuess(connector.capabilities)).toEqual(['reverse_journal_entry']);
  });
});
