import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMirror } from '../../src/mirror/mirror.ts';
import type { Kept } from '../../src/mirror/sidecar.ts';
import type { Command, CommandOf } from '../../src/model/commands.ts';
import type { GuestCard, Tour } from '../../src/model/records.ts';
import { loadMirror } from '../../src/sync/load.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { START } from '../writeback/ledger_rig.ts';
import { type Beside, openBeside } from './beside_rig.ts';

const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

describeOnEveryEngine('records that only Caretaker holds', (open) => {
  let rig: Beside;
  beforeEach(async () => {
    rig = await openBeside(await open());
    // It takes no part in any of this: whatever it is asked, it does not answer.
    rig.runtime.paceOf = () => ({
      ask: () => Promise.resolve({ because: 'down', retry_at: START + 3_600_000 }),
      wait: () => Promise.reject(new Error('it waits for a PMS that has no part in it')),
      isDown: () => true,
      report() {},
      onRecovery: () => () => {},
      close() {},
    });
  });
  afterEach(async () => {
    expect(await rig.effects()).toBe(0);
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  const inquiry = (over: Partial<CommandOf<'create_guest_card'>> = {}): Command => ({
    kind: 'create_guest_card',
    property_id: rig.unit.property_id,
    source: 'Website',
    name: 'Robin Vale',
    phones: [{ number: '+15125550199', type: 'mobile' }],
    touch: { at: at(0), source: 'Website', message: 'Is it free in May?' },
    consents: [],
    ...over,
  });

  async function made(command: Command): Promise<string> {
    const row = await rig.submit(command);
    expect(row).toMatchObject({ state: 'done', proof: 'full', posting: 'posted' });
    return row.record_id as string;
  }

  async function changed(command: Command, kind: 'guest_card' | 'tour', id: string) {
    const before = { ...(await rig.read(kind, id)) };
    return rig.submit(command, { before });
  }

  const tourOf = (guest_card_id: string, minutes: number): Command => ({
    ...{ kind: 'schedule_tour', property_id: rig.unit.property_id, unit_id: rig.unit.id, guest_card_id },
    ...{ type: 'self_guided', start: at(minutes), end: at(minutes + 30), notes: 'Has a dog' },
  });

  const about = (id: string) => ({ tour_id: id, property_id: rig.unit.property_id });

  it('are made once, under an id of their own, and proved in full', async () => {
    const row = await rig.submit(inquiry({ bedrooms: 2 }));
    expect(row).toMatchObject({ state: 'done', proof: 'full', record_id: expect.stringMatching(/^ct_/) });
    expect(await rig.stepsOf(row.write_id)).toEqual([['keep', 'proved']]);
    const card = await rig.read('guest_card', String(row.record_id));
    expect(card).toEqual({
      ...{ id: row.record_id, property_id: rig.unit.property_id, name: 'Robin Vale', bedrooms: 2, emails: [] },
      ...{ phones: [{ number: '+15125550199', type: 'mobile' }], source: 'Website', latest_source: 'Website' },
      ...{ status: 'new', unit_ids: [], consents: [], notes: [], created_at: at(0) },
      touches: [{ at: at(0), source: 'Website', message: 'Is it free in May?' }],
    });
    const copy = await rig.runtime.mirror.get('main', 'guest_card', '', card.id, { withSealed: true });
    expect(copy?.record).toEqual(card);
  });

  it('are changed like those of a PMS: what is set is set, what is added is added', async () => {
    const id = await made(inquiry());
    rig.time.now += 60_000;
    const change: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: id, property_id: rig.unit.property_id },
      ...{ status: 'lost', lost_reason: 'price', unit_ids: [rig.unit.id], follow_up_on: '2026-12-01' },
      touch: { at: at(1), source: 'Phone', message: 'Too dear' },
      note: { text: 'Called twice', is_public: false },
    };
    expect(await changed(change, 'guest_card', id)).toMatchObject({ state: 'done', proof: 'full' });
    expect(await rig.read('guest_card', id)).toMatchObject({
      ...{ status: 'lost', lost_reason: 'price', unit_ids: [rig.unit.id], follow_up_on: '2026-12-01' },
      ...{ source: 'Website', latest_source: 'Phone' },
      touches: [{ message: 'Is it free in May?' }, { message: 'Too dear' }],
      notes: [{ text: 'Called twice', at: at(1), by: 'Caretaker' }],
    });
    const back = { kind: 'update_guest_card', guest_card_id: id, property_id: rig.unit.property_id } as const;
    const again: Command = { ...back, status: 'contacted', follow_up_on: null };
    expect(await changed(again, 'guest_card', id)).toMatchObject({ state: 'done', proof: 'full' });
    const card = await rig.read('guest_card', id);
    expect(card).toMatchObject({ status: 'contacted', notes: [{ text: 'Called twice' }] });
    for (const gone of ['lost_reason', 'follow_up_on']) expect(card).not.toHaveProperty(gone);
  });

  it('are named by the write that makes them until it has', async () => {
    const first = await rig.submit(inquiry(), { approvals: [{ rule: 'legal', reason: 'a person has to look' }] });
    const change: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: first.write_id, property_id: rig.unit.property_id },
      status: 'contacted',
    };
    const second = await rig.submit(change);
    expect([first.state, second.state]).toEqual(['awaiting_approval', 'ready']);
    const [approval] = await rig.store.ledger.selectFrom('approvals').select('approval_id').execute();
    const decided = await rig.writeback.decide(rig.person(), String(approval?.approval_id), { approve: true });
    await rig.recover(2_000);
    expect(await rig.row(second.write_id)).toMatchObject({ state: 'done', record_id: decided.record_id });
    expect(await rig.read('guest_card', String(decided.record_id))).toMatchObject({ status: 'contacted' });
  });

  it('move a prospect along as tours are made, moved, cancelled and held', async () => {
    const card = await made(inquiry());
    const status = async () => (await rig.read('guest_card', card)).status;
    const first = await made(tourOf(card, 60));
    expect(await status()).toBe('tour_scheduled');
    const second = await made(tourOf(card, 600));
    const moved: Command = { kind: 'reschedule_tour', ...about(first), start: at(90), end: at(120) };
    expect(await changed(moved, 'tour', first)).toMatchObject({ state: 'done', proof: 'full' });
    expect(await rig.read('tour', first)).toMatchObject({ start: at(90), notes: 'Has a dog', status: 'scheduled' });
    const cancel = (id: string): Command => ({ kind: 'cancel_tour', ...about(id), notes: 'Ill' });
    expect(await changed(cancel(first), 'tour', first)).toMatchObject({ state: 'done', proof: 'full' });
    // Another one is still to come.
    expect(await status()).toBe('tour_scheduled');
    expect(await changed(cancel(second), 'tour', second)).toMatchObject({ state: 'done' });
    expect(await status()).toBe('contacted');
    const third = await made(tourOf(card, 900));
    const held: Command = { kind: 'record_tour_outcome', ...about(third), outcome: 'toured' };
    expect(await changed(held, 'tour', third)).toMatchObject({ state: 'done', proof: 'full' });
    expect(await status()).toBe('toured');
    const copy = await rig.runtime.mirror.get('main', 'guest_card', '', card);
    expect(copy?.record.status).toBe('toured');
    // Whoever has applied is beyond tours.
    const applied: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: card, property_id: rig.unit.property_id },
      status: 'applied',
    };
    await changed(applied, 'guest_card', card);
    await made(tourOf(card, 1_200));
    expect(await status()).toBe('applied');
  });

  it.each(['cancel_tour', 'reschedule_tour', 'record_tour_outcome'] as const)(
    'refuse a change after their end: %s',
    async (kind) => {
      const tour = await made(tourOf(await made(inquiry()), 60));
      const cancel: Command = { kind: 'cancel_tour', ...about(tour) };
      await changed(cancel, 'tour', tour);
      const ended = await rig.read('tour', tour);
      const again = { kind, ...about(tour), start: at(90), end: at(120), outcome: 'toured' } as Command;
      expect(await changed(again, 'tour', tour)).toMatchObject({ state: 'failed', error_code: 'conflict' });
      expect(await rig.read('tour', tour)).toEqual(ended);
    },
  );

  it('cannot be changed where there are none', async () => {
    const change: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: 'ct_none', property_id: rig.unit.property_id },
      status: 'contacted',
    };
    expect(await rig.submit(change)).toMatchObject({ state: 'failed', error_code: 'not_found' });
    expect(await rig.connector.get('guest_card', '', 'ct_none')).toBeUndefined();
    // A prospect that is not there is not made by a tour either, and then there is no tour.
    expect(await rig.submit(tourOf('ct_none', 60))).toMatchObject({ state: 'failed', error_code: 'not_found' });
    expect(await rig.listed('tour')).toEqual([]);
  });

  it('are listed page by page, narrowed down and since a moment', async () => {
    const { property } = await rig.sandbox.state();
    const [here, there] = property.map(({ id }) => id);
    const ids: string[] = [];
    for (const [index, property_id] of [here, there, here, there, here].entries()) {
      rig.time.now = START + index * 60_000;
      ids.push(await made(inquiry({ property_id: property_id as string, name: `Prospect ${index}` })));
    }
    const listed = async (query: Parameters<typeof rig.listed>[1]) =>
      (await rig.listed('guest_card', query)).map((card) => ids.indexOf((card as GuestCard).id)).sort();
    expect(await listed({})).toEqual([0, 1, 2, 3, 4]);
    expect(await listed({ limit: 2 })).toEqual([0, 1, 2, 3, 4]);
    expect(await listed({ limit: 1, property_id: there as string })).toEqual([1, 3]);
    expect(await listed({ since: at(3) })).toEqual([3, 4]);
    expect(await listed({ unit_id: rig.unit.id })).toEqual([]);
    await expect(rig.connector.list('guest_card', { since: 'last week' })).rejects.toMatchObject({ code: 'refused' });
    await expect(rig.connector.list('guest_card', { cursor: '7' })).rejects.toMatchObject({ code: 'refused' });
    const first = await rig.connector.list('guest_card', { limit: 2 });
    expect(first.records).toHaveLength(2);
    const tour = await made(tourOf(ids[0] as string, 60));
    expect((await rig.listed('tour', { unit_id: rig.unit.id })).map((one) => (one as Tour).id)).toEqual([tour]);
  });

  it('are listed under any id where the PMS has none of their kind', async () => {
    const { vendor } = await rig.sandbox.state();
    const whole = { ...vendor[0]!, id: 'V7', name: 'Kept Plumbing' };
    const beside = { fields: { trades: ['hvac'] }, shown: {}, writes: [] };
    const put = (record_id: string, kept: Kept) =>
      rig.store.transaction((trx) =>
        rig.sidecar.put(trx, { connection: 'main', kind: 'vendor', scope: '', record_id }, kept, { at: 1, who: 'ada' }),
      );
    await put('V7', { ...beside, fields: whole });
    await put('501', beside);
    const { records, ...rest } = rig.pms.capabilities;
    const none = { ...records, vendor: { ...records.vendor!, read: 'sidecar' as const } };
    const connector = rig.beside({ ...rig.pms, capabilities: { ...rest, records: none } });
    expect((await connector.list('vendor', { property_id: '11' })).records).toEqual([whole]);
    expect(await connector.get('vendor', '', 'V7')).toEqual(whole);
  });

  it('are loaded into a mirror that lost them', async () => {
    const card = await made(inquiry());
    await rig.runtime.mirror.remove('main', 'guest_card', '', card);
    const mirror = createMirror(rig.store, rig.keyring);
    const { connector } = rig;
    const kinds = ['guest_card'] as const;
    await loadMirror({ connector, connection: 'main', mirror, clock: () => rig.time.now, kinds: [...kinds] });
    expect((await mirror.get('main', 'guest_card', '', card, { withSealed: true }))?.record).toEqual(
      await rig.read('guest_card', card),
    );
  });
});

describeOnEveryEngine('records of a PMS and others that only Caretaker holds', (open) => {
  it('are one list: first those of the PMS, then the others', async () => {
    const rig = await openBeside(await open());
    const kept = await rig.submit({
      ...{ kind: 'create_guest_card', property_id: rig.unit.property_id, source: 'Website', name: 'Robin Vale' },
      ...{ touch: { at: at(0), source: 'Website' }, consents: [] },
    });
    // As where the PMS was licensed for guest cards later on.
    const licensed = rig.beside(rig.sandbox);
    const { guest_card } = await rig.sandbox.state();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await licensed.list('guest_card', { scope: '', limit: 2, ...(cursor !== undefined && { cursor }) });
      expect(page.total).toBeUndefined();
      seen.push(...page.records.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(guest_card.length).toBeGreaterThan(2);
    expect(seen).toEqual([...guest_card.map(({ id }) => id), kept.record_id]);
    expect(await licensed.get('guest_card', '', String(kept.record_id))).toMatchObject({ name: 'Robin Vale' });
    const change: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: String(kept.record_id), property_id: rig.unit.property_id },
      status: 'contacted',
    };
    expect(licensed.compile(change)).toMatchObject([{ name: 'keep', local: true }]);
    expect(licensed.compile({ ...change, guest_card_id: guest_card[0]!.id })).toEqual(rig.sandbox.compile(change));
    await rig.close();
  });
});
