import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import { CONNECTION, first, type Harness, openHarness } from './harness.ts';

const workflows = { maintenance: 'shadow', leasing: 'read', accounting: 'off' };

describe('a connection that is not live yet', () => {
  let house: Harness;
  beforeEach(async () => {
    const connections = [{ id: CONNECTION, pms: 'sandbox', file: ':memory:', workflows }];
    house = await openHarness({ tools: catalogue, config: { connections } });
  });
  afterEach(async () => {
    expect(await house.sandbox.effects()).toEqual([]);
    await house.close();
  });

  it('judges and records in shadow what would be sent, and sends nothing', async () => {
    const { unit } = await house.sandbox.state();
    const { property_id, id: unit_id } = first(unit);
    const made = await house.ok('property_manager', 'create_work_order', {
      request_id: house.requestId(),
      property_id,
      unit_id,
      description: 'Toilet leaks',
      entry: 'yes',
    });
    expect(made.write).toMatchObject({ state: 'shadowed' });
    const refused = await house.refused('property_manager', 'create_work_order', {
      request_id: house.requestId(),
      property_id,
      unit_id: 'nowhere',
      description: 'Toilet leaks',
      entry: 'yes',
    });
    expect(refused.code).toBe('not_found');
  });

  it('sends what belongs to no workflow no sooner than the rest', async () => {
    const { resident } = await house.sandbox.state();
    const { id: resident_id } = first(resident, ({ status }) => status === 'current');
    const logged = await house.ok('property_manager', 'record_communication', {
      request_id: house.requestId(),
      channel: 'phone',
      direction: 'inbound',
      resident_id,
      summary: 'Called about the pool',
    });
    expect(logged.write).toMatchObject({ state: 'shadowed' });
  });

  it('reads what may be read, and hides what is off', async () => {
    const names = house.pipeline.tools(house.grantOf('property_manager')).map(({ name }) => name);
    expect(names).toContain('list_leases');
    expect(names).not.toContain('schedule_tour');
    expect(names).not.toContain('list_postings');
    const refused = await house.refused('property_manager', 'list_postings', { kind: 'bill' });
    expect(refused.code).toBe('not_permitted');
  });
});
