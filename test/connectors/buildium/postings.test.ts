import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/connector.ts';
import { openAccount } from './account.ts';

type Account = Awaited<ReturnType<typeof openAccount>>;

/** Ids of all records of a kind, page by page. */
async function idsOf(connector: Connector, kind: 'ledger_entry' | 'journal_entry'): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await connector.list(kind, { limit: 1_000, ...(cursor !== undefined && { cursor }) });
    for (const { id } of page.records) ids.add(id);
    cursor = page.next_cursor;
  }
  return ids;
}

describe('the general ledger of a company with a long chart of accounts', () => {
  it('is read to its end, whatever account a posting is in', async () => {
    const { account, connector, at, ok } = await openAccount();
    const [sample] = await account.get<object[]>('/v1/glaccounts?accounttypes=Expense&limit=1');
    const FIRST = 2_100_000_001;
    const LAST = FIRST + 309;
    for (let Id = FIRST; Id <= LAST; Id += 1) {
      const row = { ...sample, Id, AccountNumber: String(Id), Name: `Expense ${Id}`, DefaultAccountName: null };
      await account.staff({ add: { table: 'glAccounts', row } });
    }
    const before = await idsOf(connector, 'journal_entry');
    const Lines = [
      { GLAccountId: FIRST + 200, PostingType: 'Debit', Amount: 1 },
      { GLAccountId: LAST, PostingType: 'Credit', Amount: 1 },
    ];
    const entry = await account.write('POST', '/v1/generalledger/journalentries', { ...ok.journal, Lines });
    const charge = { ...ok.charge, Lines: [{ Amount: 5, GLAccountId: FIRST + 250 }] };
    const [posted] = (await account.write('POST', `/v1/leases/${at.lease}/charges`, charge)) as unknown as [
      { Id: number },
    ];
    expect(await idsOf(connector, 'journal_entry')).toEqual(new Set([...before, String(entry.Id)]));
    expect(await idsOf(connector, 'ledger_entry')).toContain(`${at.lease}.${posted.Id}`);
  });
});

/** What a lease's ledger can have, with the sign that it has there: what a resident owes is positive. */
const SIGNS = [
  ['Payment', -1],
  ['ElectronicFundsTransfer', -1],
  ['ReversePayment', 1],
  ['ReverseElectronicFundsTransfer', 1],
  ['UnreversedPayment', -1],
  ['UnreversedElectronicFundsTransfer', -1],
  ['Refund', 1],
  ['ReversedEftRefund', -1],
] as const;

/** Puts a transaction on a lease's ledger, as it comes of what residents and their banks do. */
async function book({ account, at }: Account, Id: number, TransactionType: string, Amount: number) {
  const place = { PropertyId: at.property, UnitId: at.unit };
  const row = {
    ...{ Id, Date: '2026-11-20', TransactionType, LeaseId: at.lease, PayeeTenantId: at.tenant, EntityType: 'Rental' },
    ...{ PaymentMethod: null, BillId: null, Memo: null },
    Lines: [{ GLAccountId: at.income, Amount, ReferenceNumber: null, Memo: null, ...place }],
  };
  await account.staff({ add: { table: 'transactions', row } });
}

describe('a payment that bounces, and one that is given back', () => {
  it.each(SIGNS)('%s is a payment of the sign %i', async (type, sign) => {
    const rig = await openAccount();
    const { account, connector, at, drift } = rig;
    await book(rig, 2_900_001, type, sign * 120.5);
    const id = `${at.lease}.2900001`;
    const known = { id, kind: 'payment', amount: sign * 12_050 };
    expect((await account.state()).ledger_entry).toContainEqual(expect.objectContaining({ ...known, id: '2900001' }));
    expect(await connector.get('ledger_entry', '', id)).toMatchObject(known);
    for (const query of [{ household_id: String(at.lease) }, { property_id: String(at.property) }])
      expect((await connector.list('ledger_entry', { ...query, limit: 1_000 })).records).toContainEqual(
        expect.objectContaining(known),
      );
    expect(drift).toEqual([]);
  });

  it('is told where its type is not known', async () => {
    const rig = await openAccount();
    const { connector, at, drift } = rig;
    await book(rig, 2_900_001, 'Other', 120.5);
    expect(await connector.get('ledger_entry', '', `${at.lease}.2900001`)).toBeUndefined();
    expect(drift).toEqual([{ what: 'unknown_value', path: 'ledger_entry.TransactionType' }]);
  });
});
