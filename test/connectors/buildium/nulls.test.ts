import { expect, it } from 'vitest';
import { openAccount } from './account.ts';

it.each([null, { Rent: null, SecurityDeposit: null }])(
  'a lease without a rent is a lease all the same: %j',
  async (AccountDetails) => {
    const { account, connector, at, drift } = await openAccount();
    await account.staff({ change: { table: 'leases', id: at.lease, set: { AccountDetails } } });
    expect(await connector.get('lease', '', String(at.lease))).toMatchObject({ id: String(at.lease), rent: 0 });
    const { records } = await connector.list('lease', { property_id: String(at.property) });
    expect(records.map(({ id }) => id)).toContain(String(at.lease));
    expect(drift).toEqual([]);
  },
);

it('a unit that nobody says is occupied is vacant', async () => {
  const { account, connector, at, drift } = await openAccount();
  const sample = await account.get<object>(`/v1/rentals/units/${at.unit}`);
  const { IsUnitListed: _listed, IsUnitOccupied: _occupied, ...unit } = sample as Record<string, unknown>;
  await account.staff({ add: { table: 'units', row: { ...unit, Id: 29_999, UnitNumber: 'New' } } });
  expect(await account.get('/v1/rentals/units/29999')).toMatchObject({ IsUnitOccupied: null });
  expect(await connector.get('unit', '', '29999')).toMatchObject({ id: '29999', occupancy: 'vacant' });
  const { records } = await connector.list('unit', { property_id: String(at.property) });
  expect(records.map(({ id }) => id)).toContain('29999');
  expect(drift).toEqual([]);
});
