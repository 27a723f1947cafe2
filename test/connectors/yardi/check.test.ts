import { describe, expect, it } from 'vitest';
import { openYardi, PROPERTY } from './rig.ts';

describe('the check of a connection to Yardi', () => {
  it('goes through every interface and says what is not licensed', async () => {
    const { connector } = await openYardi();
    const findings = (await connector.check?.()) ?? [];
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    const of = (area: string) => findings.find((one) => one.area === area)?.detail;
    expect(of('interface: Service Requests')).toBe('Set up for 2 properties.');
    expect(of('interface: Lease Renewals')).toContain('interfaces.lease_renewals');
    expect(of('vendors')).toMatch(/^\d+ can be read\.$/);
  });

  it('names what is wrong and where, without a secret', async () => {
    const { again, simulator, secrets } = await openYardi();
    await simulator.staff({ change: { table: 'properties', id: PROPERTY, set: { without: ['ils_guest_card'] } } });
    const connector = await again(
      { defaults: { agent: 'Nobody' }, elements: { vendor: { id: 'Number' } } },
      { billing_and_payments: { license: 'another-licence' } },
    );
    const wrong = ((await connector.check?.()) ?? []).filter(({ ok }) => !ok);
    expect(wrong.map(({ area }) => area)).toEqual([
      'interface: ILS / Guest Card',
      'interface: Billing and Payments',
      'vendors',
      'leasing agent',
    ]);
    expect(wrong[0]?.detail).toContain(PROPERTY);
    for (const secret of [...secrets, 'another-licence']) expect(JSON.stringify(wrong)).not.toContain(secret);
  });

  it('shows the elements of an answer that cannot be made out, and no value of it', async () => {
    const { again } = await openYardi();
    const connector = await again({ elements: { vendor: { id: 'Number' } } });
    const found = (await connector.check?.())?.find(({ area }) => area === 'vendors');
    expect(found?.ok).toBe(false);
    expect(found?.detail).toContain('VendorId, VendorName');
    expect(found?.detail).not.toMatch(/v0000001|Plumbing/);
    expect((await connector.list('vendor', { scope: PROPERTY })).records).toEqual([]);
  });

  it('lists what the customer has to choose from', async () => {
    const { connector } = await openYardi();
    const lists = new Map(
      (await connector.valueLists?.())?.map(({ table, values }) => [table, values.map(({ raw }) => raw)]),
    );
    expect(lists.get('work_order_status')).toContain('On Hold');
    expect(lists.get('severity')).toEqual(['Emergency', 'High', 'Medium', 'Low']);
    expect(lists.get('trade')).toContain('Locks');
    expect(lists.get('lead_source')).toContain('Zillow');
    expect(lists.get('agent')).not.toContain('Former Agent');
    expect(lists.get('charge_code')).toContain('rent');
  });

  it('reads lists in which the words stand otherwise', async () => {
    const { connector, drift } = await openYardi();
    expect(connector.tables?.work_order_status?.to_pms['on_hold']).toBe('On Hold');
    await connector.list('work_order', { scope: PROPERTY });
    expect(drift).toEqual([]);
  });
});
