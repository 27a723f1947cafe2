import { describe, expect, it } from 'vitest';
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
