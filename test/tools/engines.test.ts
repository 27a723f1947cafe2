import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { catalogue } from '../../tools/catalogue.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { first, type Harness, NOW, openHarness } from './harness.ts';

/** One round through every part of the business, on both engines: the queries behind the tools are the same. */
describeOnEveryEngine('the tools', (open) => {
  let house: Harness;
  beforeEach(async () => {
    house = await openHarness({ tools: catalogue, store: await open({ clock: () => NOW }) });
  });
  afterEach(async () => {
    expect(house.troubles).toEqual([]);
    expect((await verifyAudit(house.store, house.keyring)).ok).toBe(true);
    await house.close();
  });

  const manager = () => house.grantOf({ role: 'admin', kind: 'person', principal: 'person:manager' });
  const ok = (tool: string, args: object) => house.ok('property_manager', tool, args);
  const id = () => house.requestId();

  it('take a call from a half-sentence to a dispatched vendor', async () => {
    const found = await ok('search_portfolio', { query: '2-B Maple Court' });
    const { unit_id, property_id } = first<any>(found.candidates, ({ kind }) => kind === 'unit');
    const made = await ok('create_work_order', {
      request_id: id(),
      property_id,
      unit_id,
      description: 'Pipe burst',
      entry: 'yes',
    });
    const { candidates } = await ok('find_vendors', {
      work_order_id: made.work_order.work_order_id,
      visit_date: '2026-11-25',
    });
    const { vendor_id } = first<any>(candidates, (one) => one.vendor_id !== undefined);
    const args = {
      request_id: id(),
      work_order_id: made.work_order.work_order_id,
      vendor_id,
      visit_start: '2026-11-25T10:00',
    };
    const sent = await ok('dispatch_vendor', args);
    expect(sent.write).toMatchObject({ state: 'done', proof: 'full' });
    expect((await ok('dispatch_vendor', args)).write).toMatchObject({ replayed: true, write_id: sent.write.write_id });
    const unit = await ok('get_unit', { unit_id });
    expect(JSON.stringify(unit)).toContain(made.work_order.work_order_id);
    expect(await house.sandbox.effects()).toHaveLength(2);
  });

  it('book one tour where ten ask for the same slot', async () => {
    const { units } = await ok('find_available_units', {});
    const { unit_id, property_id } = first<any>(units);
    const { slots } = await ok('find_tour_slots', { unit_id, from_date: '2026-11-26', to_date: '2026-12-05' });
    const cards = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        ok('create_guest_card', {
          request_id: id(),
          property_id,
          name: `Prospect ${index}`,
          phone: `+1512555020${index}`,
          source: 'Phone',
        }),
      ),
    );
    const answers = await Promise.all(
      cards.map(({ guest_card }) =>
        house.call('property_manager', 'schedule_tour', {
          request_id: id(),
          guest_card_id: guest_card.guest_card_id,
          unit_id,
          slot_id: slots[0].slot_id,
        }),
      ),
    );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    const refusals = answers.flatMap(({ structured }) =>
      'error' in structured ? [(structured['error'] as any).code] : [],
    );
    expect(new Set(refusals)).toEqual(new Set(['slot_taken']));
    const tours = (await house.sandbox.effects()).filter(({ operation }) => operation === 'schedule_tour');
    expect(tours).toHaveLength(1);
  });

  it('post what a person approved, and show the night to whoever asks', async () => {
    const { lease } = await house.sandbox.state();
    const { id: lease_id } = first(lease, ({ status, property_id }) => status === 'current' && property_id === '11');
    const codes = await ok('list_gl_accounts', { property_id: '11', usage: 'resident_charge', query: 'Damage' });
    const { account_id } = first<any>(codes.accounts ?? codes.charge_codes);
    const waits = await ok('post_gl_charge', {
      request_id: id(),
      lease_id,
      account_id,
      amount: '180.00',
      charge_date: '2026-11-24',
      memo: 'Broken door',
    });
    expect(waits.write.state).toBe('awaiting_approval');
    const decided = await house.writeback.decide(manager(), waits.write.write_id, { approve: true });
    expect(decided).toMatchObject({ state: 'done', proof: 'full' });
    const changes = await ok('list_changes', {});
    expect(JSON.stringify(changes)).toContain('approved');
    const night = await ok('list_writes', { by: 'agents' });
    expect(JSON.stringify(night)).toContain(waits.write.write_id);
  });
});
