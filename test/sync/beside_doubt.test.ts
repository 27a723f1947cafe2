import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StepContext, VendorError } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { markerOf, newId } from '../../src/writeback/ids.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { START } from '../writeback/ledger_rig.ts';
import { type Beside, openBeside } from './beside_rig.ts';
import { Ended, mortal } from './mortal.ts';

describeOnEveryEngine('a step that is Caretaker’s own, in doubt', (open) => {
  let rig: Beside;
  beforeEach(async () => {
    // Whoever holds a lease here is dead.
    rig = await openBeside(await open(), { alive: false });
  });
  afterEach(async () => {
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  const emergency = (): Command => ({
    ...(rig.createWorkOrder('Burst pipe') as Command & { kind: 'create_work_order' }),
    ...{ severity: 'emergency', location: 'Kitchen' },
  });

  const update = (id: string, fields: object): Command =>
    ({ kind: 'update_work_order', work_order_id: id, property_id: rig.unit.property_id, ...fields }) as Command;

  const inquiry = (): Command => ({
    ...{ kind: 'create_guest_card', property_id: rig.unit.property_id, source: 'Website', name: 'Robin Vale' },
    ...{ touch: { at: new Date(START).toISOString(), source: 'Website', message: 'Hello' }, consents: [] },
  });

  const bodies = async () => (await rig.store.ledger.selectFrom('sidecar').selectAll().execute()).length;

  /** Has a command carried out by a process that ends at one of its boundaries, and taken up by another one. */
  async function carriedOutByMortals(command: Command, before: Record<string, unknown> | undefined, dieAt: number) {
    const life = mortal(dieAt);
    const store = life.store(rig.store);
    const connector = life.connector(rig.beside(rig.pms, store));
    const connections = new Map([['main', connector]]);
    const owner = `host:9:${dieAt}`;
    const writeback = createWriteback({ ...rig.runtime, store, connections, owner, onTrouble: () => {} });
    const intent = rig.intent(command, before === undefined ? {} : { before });
    await writeback.submit(intent).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error;
    });
    await writeback.drain();
    await rig.recover(0);
    await rig.recover(45_000);
    await rig.recover(15_000);
    const write = await rig.store.ledger
      .selectFrom('writes')
      .select(['write_id', 'state', 'record_id'])
      .where('request_id', '=', intent.request_id)
      .executeTakeFirst();
    return { write, died: life.isOver() };
  }

  it('ends once beside the PMS, wherever its process ended', async () => {
    let effects = 0;
    for (let dieAt = 1, died = true; died; dieAt += 1) {
      const outcome = await carriedOutByMortals(emergency(), undefined, dieAt);
      died = outcome.died;
      effects += outcome.write === undefined ? 0 : 1;
      expect(await rig.effects(), `after ending at ${dieAt}`).toBe(effects);
      expect(await bodies(), `after ending at ${dieAt}`).toBe(effects);
      if (outcome.write === undefined) continue;
      expect(outcome.write, `after ending at ${dieAt}`).toMatchObject({ state: 'done' });
      const order = await rig.read('work_order', String(outcome.write.record_id));
      expect(order).toMatchObject({ severity: 'emergency', location: 'Kitchen' });
    }
    expect(effects).toBeGreaterThan(10);
  });

  it('adds once to what was there, wherever its process ended', async () => {
    const { record_id: id } = await rig.submit(emergency());
    const files: string[] = [];
    for (let dieAt = 1, died = true; died; dieAt += 1) {
      const before = { ...(await rig.read('work_order', String(id))) };
      const change = update(String(id), { file_ids: [`photo-${dieAt}`], note: { text: `${dieAt}`, is_public: false } });
      const outcome = await carriedOutByMortals(change, before, dieAt);
      died = outcome.died;
      if (outcome.write !== undefined) {
        expect(outcome.write, `after ending at ${dieAt}`).toMatchObject({ state: 'done' });
        files.push(`photo-${dieAt}`);
      }
      expect((await rig.read('work_order', String(id))).file_ids).toEqual(files);
    }
    expect(files.length).toBeGreaterThan(10);
  });

  it('makes a record of its own once, wherever its process ended', async () => {
    let made = 0;
    for (let dieAt = 1, died = true; died; dieAt += 1) {
      const outcome = await carriedOutByMortals(inquiry(), undefined, dieAt);
      died = outcome.died;
      made += outcome.write === undefined ? 0 : 1;
      if (outcome.write !== undefined) expect(outcome.write).toMatchObject({ state: 'done' });
      expect(await rig.listed('guest_card'), `after ending at ${dieAt}`).toHaveLength(made);
    }
    expect(made).toBeGreaterThan(5);
    expect(await rig.effects()).toBe(0);
  });

  /** Lets the next request to keep something end in another way. */
  function onNextKeep(how: 'before' | 'after', error: Error): void {
    const { send } = rig.connector;
    rig.connector.send = async (request, signal) => {
      if (request['operation'] !== 'caretaker.keep') return send(request, signal);
      rig.connector.send = send;
      if (how === 'after') await send(request, signal);
      throw error;
    };
  }

  it.each(['before', 'after'] as const)('is looked for and settled at once: no answer, and ended %s', async (how) => {
    onNextKeep(how, new VendorError('outcome_unknown', 'No answer.'));
    // What the rules say now is about what the PMS has done already.
    const row = await rig.submit(emergency());
    expect(row).toMatchObject({ state: 'done' });
    expect(await rig.read('work_order', String(row.record_id))).toMatchObject({ location: 'Kitchen' });
    expect([await rig.effects(), await bodies()]).toEqual([1, 1]);
  });

  it('is carried out whatever the rules say of it once the PMS has done its part, and however late', async () => {
    onNextKeep('before', new VendorError('unavailable', 'The store is locked.'));
    const { write_id } = await rig.submit(emergency());
    expect(await rig.row(write_id)).toMatchObject({ state: 'ready', step_index: 1 });
    rig.verdict.refusal = new CaretakerError('conflict', 'Somebody changed it.');
    await rig.recover(3 * 86_400_000);
    const row = await rig.row(write_id);
    expect(row).toMatchObject({ state: 'done' });
    expect(await rig.read('work_order', String(row.record_id))).toMatchObject({ location: 'Kitchen' });
    expect(await rig.effects()).toBe(1);
  });

  it('is carried out where its process ended days ago, right after the PMS had answered', async () => {
    const command = emergency();
    for (let dieAt = 1; ; dieAt += 1) {
      const life = mortal(dieAt);
      const store = life.store(rig.store);
      const connections = new Map([['main', life.connector(rig.beside(rig.pms, store))]]);
      const ended = createWriteback({ ...rig.runtime, store, connections, owner: 'host:9:9', onTrouble: () => {} });
      const intent = rig.intent(command);
      await ended.submit(intent).catch(() => {});
      await ended.drain();
      const { ledger } = rig.store;
      const row = await ledger.selectFrom('writes').selectAll().where('state', '=', 'sent').executeTakeFirst();
      if (row === undefined) {
        await rig.recover(60_000);
        expect(life.isOver(), 'it has never come to that').toBe(true);
        continue;
      }
      expect(row.step_index).toBe(0);
      await rig.recover(3 * 86_400_000);
      expect(await rig.row(row.write_id)).toMatchObject({ state: 'done' });
      expect(await rig.read('work_order', String(row.record_id))).toMatchObject({ location: 'Kitchen' });
      return;
    }
  });

  /** A prepared request of a new write, with everything that it takes to send and to look for it. */
  async function prepared(command: Command, before?: unknown) {
    const write_id = newId('w', rig.time.now);
    const context: StepContext = { write_id, marker: markerOf(write_id), scope: '', results: [], before };
    const request = await rig.connector.prepare(command, 0, context);
    const { signal } = new AbortController();
    return {
      request,
      send: (connector = rig.connector) => connector.send(request, signal),
      locate: () => rig.connector.locate(command, 0, request, context),
    };
  }

  it('has one effect, however many processes send it, and the same answer for all', async () => {
    const { record_id: id } = await rig.submit(emergency());
    const write = await prepared(update(String(id), { file_ids: ['photo'], hazard_cleared_by: 'fire service' }));
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    const others = await Promise.all(Array.from({ length: 4 }, () => open({ beside: rig.store })));
    const answers = await Promise.all(others.map((store) => write.send(rig.beside(rig.pms, store))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await write.locate()).toEqual({ outcome: 'found', result: answers[0] });
    const key = { connection: 'main', kind: 'work_order', scope: '', record_id: String(id) } as const;
    expect((await rig.sidecar.get(key))?.writes).toHaveLength(2);
    const entries = await rig.store.ledger
      .selectFrom('audit_entries')
      .select('seq')
      .where('action', '=', 'sidecar.kept')
      .execute();
    expect(entries).toHaveLength(2);
  });

  it('undoes nothing when it is sent once more after others', async () => {
    const { record_id: id } = await rig.submit(emergency());
    const first = await prepared(update(String(id), { vendor_reply: 'accepted' }));
    const second = await prepared(update(String(id), { vendor_reply: 'declined' }));
    await first.send();
    await second.send();
    await first.send();
    expect((await rig.read('work_order', String(id))).vendor_reply).toBe('declined');
  });

  it('loses nothing where many records are kept from many sides at once', async () => {
    const { resident } = await rig.sandbox.state();
    const { id, property_id } = resident[0]!;
    const at = new Date(START).toISOString();
    const consent = (channel: 'phone' | 'sms' | 'email') => ({
      channel,
      state: 'granted' as const,
      at,
      source: 'call',
    });
    const said = (['phone', 'sms', 'email'] as const).map(async (channel) => {
      const write = await prepared({
        ...{ kind: 'record_communication', channel: 'phone', direction: 'inbound', summary: channel, at },
        ...{ property_id, resident_id: id, consent: consent(channel) },
      });
      return write.send(rig.beside(rig.pms, await open({ beside: rig.store })));
    });
    expect(new Set((await Promise.all(said)).map(({ record }) => record?.id)).size).toBe(3);
    const { consents } = await rig.read('resident', id);
    expect(consents.map(({ channel }) => channel).sort()).toEqual(['email', 'phone', 'sms']);
  });

  it('is refused where it is no request of this version, and given up where its sender has', async () => {
    const write = await prepared(inquiry());
    const { signal } = new AbortController();
    for (const request of [
      { ...write.request, patches: [] },
      { ...write.request, more: 1 },
      { operation: 'caretaker.keep' },
    ])
      await expect(rig.connector.send(request, signal)).rejects.toMatchObject({ code: 'refused' });
    const given = new AbortController();
    given.abort();
    await expect(rig.connector.send(write.request, given.signal)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await rig.listed('guest_card')).toEqual([]);
  });

  it('tells the PMS’s own steps what the PMS showed, so that they find it as it was', async () => {
    const { record_id: id } = await rig.submit(emergency());
    const told: unknown[] = [];
    const { locate } = rig.pms;
    rig.pms.locate = (command, step, request, context, signal) => {
      told.push(context.before);
      return locate(command, step, request, context, signal);
    };
    rig.faults.push({ on: 'send', how: 'drop_before_commit' });
    const before = { ...(await rig.read('work_order', String(id))) };
    const { write_id } = await rig.submit(update(String(id), { severity: 'life_safety' }), { before });
    await rig.recover(45_000);
    await rig.recover(15_000);
    expect(await rig.state(write_id)).toBe('done');
    expect(told[0]).toMatchObject({ severity: 'urgent' });
    expect(told[0]).not.toHaveProperty('location');
    expect((await rig.read('work_order', String(id))).severity).toBe('life_safety');
  });
});
