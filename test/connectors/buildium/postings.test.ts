import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/connector.ts';
import { openAccount } from './account.ts';

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
