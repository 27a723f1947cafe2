import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { type Connector, type StepResult, VendorError } from '../../src/connectors/connector.ts';
import type { RecordOf } from '../../src/model/records.ts';
import { evidenceOf } from '../../src/writeback/journal.ts';
import { writeById } from '../../src/writeback/ledger.ts';
import { stepsOf } from '../../src/writeback/step_rows.ts';
import { sendStep } from '../../src/writeback/send.ts';
import { recordIntent } from '../../src/writeback/submit.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig, retriedBy, START } from './ledger_rig.ts';

type Rig = Awaited<ReturnType<typeof openRig>>;

const DAY_MS = 86_400_000;
/** Deadline, late commits and read lag of the rig's PMS are over. */
const SETTLED_MS = 50_000;

describeOnEveryEngine('the ledger in doubt', (open) => {
  let rig: Rig;
  let connector: Connector;
  beforeEach(async () => {
    rig = await openRig(await open());
    connector = rig.runtime.connections.get('main') as Connector;
  });
  afterEach(async () => {
    expect((await verifyAudit(rig.store, rig.keyring)).ok).toBe(true);
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  const rowOf = async (writeId: string) => (await rig.writeback.byId(writeId))!.row;

  async function workOrders(title: string): Promise<RecordOf<'work_order'>[]> {
    return (await rig.sandbox.state()).work_order.filter((one) => one.title === title);
  }

  describe('with answers that say too little', () => {
    /** A write whose record is there, and of which nobody knows, because the PMS cannot be searched from then on. */
    async function inDoubt(title: string) {
      retriedBy(rig, 'marker');
      rig.faults.push({ on: 'send', how: 'commit_then_drop' });
      connector.locate = () => Promise.reject(new VendorError('unavailable', 'The PMS is down.'));
      const first = await rig.submit(rig.createWorkOrder(title));
      return { first, record: (await workOrders(title))[0]! };
    }

    it('looks for the record where the answer names none', async () => {
      const { send } = connector;
      connector.send = async (request, signal) => {
        await send(request, signal);
        return {};
      };
      const row = await rig.submit(rig.createWorkOrder('Unnamed'));
      expect(row).toMatchObject({ state: 'done', proof: 'full' });
      expect((await workOrders('Unnamed')).map(({ id }) => id)).toEqual([row.record_id]);
    });

    it('asks a person, and sends nothing again, where the PMS said yes and shows nothing', async () => {
      let sent = 0;
      connector.send = async () => {
        sent += 1;
        return {};
      };
      const row = await rig.submit(rig.createWorkOrder('Lost'));
      expect(row.state).toBe('unknown');
      await rig.recover(SETTLED_MS);
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'needs_attention' });
      await rig.recover(10 * DAY_MS);
      expect(sent).toBe(1);
    });

    it("does not take another write's record for its own", async () => {
      const first = await rig.submit(rig.createWorkOrder('Twin'));
      const { send } = connector;
      connector.send = async (request, signal): Promise<StepResult> => {
        await send(request, signal);
        return { record: { kind: 'work_order', scope: '', id: first.record_id as string } };
      };
      const second = await rig.submit(rig.createWorkOrder('Twin'));
      expect(second).toMatchObject({ state: 'done', proof: 'full' });
      expect(second.record_id).not.toBe(first.record_id);
      expect(await rig.effects()).toBe(2);
    });

    it('does not take a record with other words for its own, and leaves it to the write that made it', async () => {
      const { locate, send } = connector;
      const { first, record: firsts } = await inDoubt('First');
      connector.locate = locate;
      connector.send = async (request, signal): Promise<StepResult> => {
        await send(request, signal);
        return { record: { kind: 'work_order', scope: '', id: firsts.id } };
      };
      const second = await rig.submit(rig.createWorkOrder('Second'));
      await rig.recover(SETTLED_MS);
      const [seconds] = await workOrders('Second');
      expect(await rowOf(second.write_id)).toMatchObject({ state: 'done', proof: 'full', record_id: seconds?.id });
      expect(await rowOf(first.write_id)).toMatchObject({ state: 'done', proof: 'full', record_id: firsts.id });
      expect(await rig.effects()).toBe(2);
    });

    it.each([
      ['shortened', 'Kept under', 0],
      ['left out', undefined, 0],
      ['changed', 'KEPT UNDER THE SINK', 1],
    ])('keeps to its own record where a text of it was %s', async (_how, description, searches) => {
      retriedBy(rig, 'marker');
      const { get, locate } = connector;
      let searched = 0;
      connector.locate = (...args) => {
        searched += 1;
        return locate(...args);
      };
      connector.get = async (...args) => {
        const record = await get(...args);
        return record === undefined ? undefined : { ...record, description };
      };
      const row = await rig.submit(rig.createWorkOrder('Kept'));
      await rig.recover(SETTLED_MS);
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'done', proof: 'partial' });
      expect(await rig.effects()).toBe(1);
      expect(searched).toBe(searches);
    });

    it('keeps to a record with other words where the PMS cannot be searched', async () => {
      retriedBy(rig, 'none');
      const { get } = connector;
      connector.locate = () => Promise.resolve({ outcome: 'absent', covers_all: false });
      connector.get = async (...args) => {
        const record = await get(...args);
        return record === undefined ? undefined : { ...record, description: 'OTHER WORDS' };
      };
      const row = await rig.submit(rig.createWorkOrder('Kept'));
      await rig.recover(SETTLED_MS);
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'done', proof: 'partial' });
    });

    it('changes no record in the name of a write that has not been proved to have made it', async () => {
      retriedBy(rig, 'marker');
      const other = await rig.submit(rig.createWorkOrder('Another'));
      const { send, get, compile } = connector;
      connector.send = async (request, signal): Promise<StepResult> => {
        await send(request, signal);
        connector.send = send;
        return { record: { kind: 'work_order', scope: '', id: other.record_id as string } };
      };
      // What is shown may still be late, so that the answer is kept and read back again.
      connector.get = async () => undefined;
      const made = await rig.submit(rig.createWorkOrder('Mine'));
      expect(made).toMatchObject({ state: 'sent', record_id: other.record_id });
      connector.get = get;
      connector.compile = compile;
      const note = { text: 'For mine', is_public: false };
      const { property_id } = rig.unit;
      const noted = await rig.submit({
        ...{ kind: 'add_work_order_note', work_order_id: made.write_id, property_id, note },
      });
      expect(noted.state).toBe('ready');
      await rig.recover(SETTLED_MS);
      await rig.recover(2_000);
      const [mine] = await workOrders('Mine');
      expect(await rowOf(noted.write_id)).toMatchObject({ state: 'done', record_id: mine?.id });
      expect((await workOrders('Another'))[0]?.notes).toEqual([]);
    });

    /** The ends of a write and of an equal one, which was told that the record of the first is its own. */
    async function twins(whileItIsTold: Connector['locate']) {
      const { locate, send } = connector;
      const { first, record: its } = await inDoubt('Equal');
      connector.send = async (request, signal): Promise<StepResult> => {
        await send(request, signal);
        return { record: { kind: 'work_order', scope: '', id: its.id } };
      };
      connector.locate = whileItIsTold;
      const second = await rig.submit(rig.createWorkOrder('Equal'), { not_duplicate_of: first.write_id });
      connector.locate = locate;
      connector.send = send;
      await rig.recover(SETTLED_MS);
      await rig.recover(SETTLED_MS);
      expect(await rig.effects()).toBe(2);
      return { its, ends: await Promise.all([first, second].map(({ write_id }) => rowOf(write_id))) };
    }

    it('finds its own record, where an equal write was told that it is theirs', async () => {
      const { its, ends } = await twins(connector.locate);
      expect(ends).toMatchObject([{ state: 'done', record_id: its.id }, { state: 'done' }]);
      expect(ends[1]?.record_id).not.toBe(its.id);
    });

    it('asks a person, and sends nothing again, where no search could tell that an equal write was told wrong', async () => {
      const { its, ends } = await twins(() => Promise.resolve({ outcome: 'absent', covers_all: false }));
      expect(ends).toMatchObject([{ state: 'needs_attention' }, { state: 'done', record_id: its.id }]);
    });

    it('does not take a record elsewhere for its own', async () => {
      const elsewhere = (await rig.sandbox.state()).work_order.find(({ unit_id }) => unit_id !== rig.unit.id)!;
      const { send } = connector;
      connector.send = async (request, signal): Promise<StepResult> => {
        await send(request, signal);
        return { record: { kind: 'work_order', scope: '', id: elsewhere.id } };
      };
      const row = await rig.submit(rig.createWorkOrder('Mine'));
      await rig.recover(SETTLED_MS);
      const mine = await workOrders('Mine');
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'done', record_id: mine[0]?.id });
    });
  });

  describe('where nothing but its content tells an effect', () => {
    beforeEach(() => {
      retriedBy(rig, 'natural_key');
      connector.locate = async (command) => {
        const title = 'title' in command ? command.title : undefined;
        const [result, ...others] = (await workOrders(title as string)).map(({ id }): StepResult => ({
          record: { kind: 'work_order', scope: '', id },
        }));
        return result === undefined ? { outcome: 'absent', covers_all: true } : { outcome: 'found', result, others };
      };
    });

    it('lets two equal changes both happen, whichever of their answers is lost', async () => {
      rig.faults.push({ on: 'send', how: 'commit_then_drop' }, { on: 'send', how: 'drop_before_commit' });
      const first = await rig.submit(rig.createWorkOrder('Equal'));
      const second = await rig.submit(rig.createWorkOrder('Equal'), { not_duplicate_of: first.write_id });
      await rig.recover(SETTLED_MS);
      const found = await workOrders('Equal');
      expect(found).toHaveLength(2);
      const named = [await rowOf(first.write_id), await rowOf(second.write_id)];
      expect(named.map(({ state }) => state)).toEqual(['done', 'done']);
      expect(named.map(({ record_id }) => record_id).sort()).toEqual(found.map(({ id }) => id).sort());
    });

    it('waits for the late effect of an equal request before it calls its own absent', async () => {
      const held: (() => Promise<unknown>)[] = [];
      const { send } = connector;
      let calls = 0;
      connector.send = async (request, signal) => {
        calls += 1;
        if (calls > 2) return send(request, signal);
        // The first is carried out at once; the second one late, long after its sender has given up.
        if (calls === 1) await send(request, signal);
        else held.push(() => send(request, AbortSignal.timeout(60_000)));
        throw new VendorError('outcome_unknown', 'No answer.');
      };
      const locate = connector.locate;
      connector.locate = () => Promise.reject(new VendorError('unavailable', 'The PMS is down.'));
      const first = await rig.submit(rig.createWorkOrder('Late'));
      rig.time.now += 30_000;
      const second = await rig.submit(rig.createWorkOrder('Late'), { not_duplicate_of: first.write_id });
      connector.locate = locate;
      // The second finds the record of the first, whose own time is over before the second's late effect is.
      await rig.store.transaction((trx) =>
        trx.updateTable('writes').set({ next_attempt_at: 0 }).where('write_id', '=', second.write_id).execute(),
      );
      await rig.store.transaction((trx) =>
        trx
          .updateTable('writes')
          .set({ next_attempt_at: rig.time.now + 16_000 })
          .where('write_id', '=', first.write_id)
          .execute(),
      );
      await rig.recover();
      await rig.recover(17_000);
      await held[0]?.();
      await rig.recover(SETTLED_MS);
      expect((await workOrders('Late')).length).toBe(2);
      expect([(await rowOf(first.write_id)).state, (await rowOf(second.write_id)).state]).toEqual(['done', 'done']);
    });
  });

  describe('when the clock is set', () => {
    it('takes no lease for over because the clock went forward a day', async () => {
      const sent: string[] = [];
      const other = (owner: string) => ({
        ...rig.runtime,
        owner,
        connections: new Map([
          [
            'main',
            {
              ...connector,
              send: async (...args: Parameters<Connector['send']>) => {
                sent.push(owner);
                return connector.send(...args);
              },
            },
          ],
        ]),
      });
      const a = other('host:1:1');
      const { write, request, since } = await recordIntent(
        a,
        rig.intent(rig.createWorkOrder(), { not_after: START + 30 * DAY_MS }),
      );
      const b = createWriteback(other('host:2:2'));
      rig.time.now += DAY_MS;
      rig.time.set += DAY_MS;
      await b.recover();
      expect((await rowOf(write.row.write_id)).state).toBe('sending');
      // The sender itself finds out by its own lease that it may not send any more.
      await sendStep(a, write, request!, since);
      expect(sent).toEqual([]);
      rig.time.now += 1_000;
      await b.recover();
      expect(sent).toEqual(['host:2:2']);
      expect(await rig.effects()).toBe(1);
    });

    it('believes no absence right after the clock went forward', async () => {
      retriedBy(rig, 'marker');
      rig.faults.push({ on: 'send', how: 'drop_before_commit' });
      const row = await rig.submit(rig.createWorkOrder());
      rig.time.now += 3_600_000;
      rig.time.set += 3_600_000;
      await rig.recover();
      expect((await rowOf(row.write_id)).state).toBe('unknown');
      await rig.recover(SETTLED_MS);
      expect((await rowOf(row.write_id)).state).toBe('done');
      expect(await rig.effects()).toBe(1);
    });

    it('sends nothing again under a key that was forgotten while it waited for leave', async () => {
      let sent = 0;
      connector.send = () => {
        sent += 1;
        return Promise.reject(new VendorError('outcome_unknown', 'No answer.'));
      };
      connector.locate = () => Promise.resolve({ outcome: 'absent', covers_all: false });
      const row = await rig.submit(rig.createWorkOrder(), { not_after: START + 30 * DAY_MS });
      const ask = async () => {
        rig.time.now += DAY_MS;
        return { done: () => {} };
      };
      rig.runtime.paceOf = () => ({ ask, isDown: () => false, onRecovery: () => () => {} }) as never;
      await rig.recover(SETTLED_MS);
      delete rig.runtime.paceOf;
      await rig.recover(SETTLED_MS);
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'needs_attention' });
      expect(sent).toBe(1);
    });

    it('counts from when its sender gave up where the machine slept while a request was on its way', async () => {
      retriedBy(rig, 'marker');
      rig.runtime.uptime = { boot: 'this one', ms: () => rig.time.now };
      let sent = 0;
      connector.send = () => {
        sent += 1;
        // The steady clock stands still meanwhile, and with it the deadline of the request.
        if (sent === 1) [rig.time.now, rig.time.set] = [START + 75_000, 75_000];
        return Promise.reject(new VendorError('outcome_unknown', 'No answer.'));
      };
      connector.locate = () => Promise.resolve({ outcome: 'absent', covers_all: true });
      await rig.submit(rig.createWorkOrder());
      await rig.recover(39_000);
      expect(sent).toBe(1);
      await rig.recover(2_000);
      expect(sent).toBe(2);
    });

    it('does not let a write wait for a day because the clock went back one', async () => {
      rig.faults.push({ on: 'send', how: 'unavailable' });
      const row = await rig.submit(rig.createWorkOrder());
      expect(row.state).toBe('ready');
      rig.time.now -= DAY_MS;
      rig.time.set -= DAY_MS;
      await rig.recover(1_000);
      expect((await rowOf(row.write_id)).state).toBe('done');
      expect(await rig.effects()).toBe(1);
    });

    it('looks for an effect no less carefully because the clock went back', async () => {
      retriedBy(rig, 'marker');
      rig.faults.push({ on: 'send', how: 'drop_before_commit' });
      const row = await rig.submit(rig.createWorkOrder());
      rig.time.now -= DAY_MS;
      rig.time.set -= DAY_MS;
      await rig.recover(SETTLED_MS - 15_000);
      expect((await rowOf(row.write_id)).state).toBe('unknown');
      await rig.recover(SETTLED_MS);
      expect((await rowOf(row.write_id)).state).toBe('done');
      expect(await rig.effects()).toBe(1);
    });
  });

  describe('with a damaged ledger', () => {
    const damage = (writeId: string, values: Record<string, unknown>) =>
      rig.store.transaction((trx) => trx.updateTable('writes').set(values).where('write_id', '=', writeId).execute());

    it('gives a write in a state that does not exist to a person', async () => {
      rig.faults.push({ on: 'send', how: 'unavailable' });
      const row = await rig.submit(rig.createWorkOrder());
      await damage(row.write_id, { state: 'sent again' });
      const stop = await rig.writeback.start();
      await stop();
      expect(await rowOf(row.write_id)).toMatchObject({ state: 'needs_attention', error_code: 'outcome_unknown' });
      await rig.recover(2 * DAY_MS);
      expect(await rig.effects()).toBe(0);
      const notices = await rig.store.ledger.selectFrom('notifications').select('kind').execute();
      expect(notices).toEqual([{ kind: 'write.needs_attention' }]);
    });

    it('gives a write that was sent, and whose journal is gone, to a person', async () => {
      rig.faults.push({ on: 'send', how: 'commit_then_drop' }, { on: 'locate', how: 'unavailable' });
      const row = await rig.submit(rig.createWorkOrder());
      await rig.store.transaction((trx) => trx.deleteFrom('write_steps').execute());
      await rig.recover(SETTLED_MS);
      expect((await rowOf(row.write_id)).state).toBe('needs_attention');
      expect(await rig.effects()).toBe(1);
    });

    it('gives a write that cannot be opened to a person, after some tries', async () => {
      rig.faults.push({ on: 'send', how: 'unavailable' });
      const row = await rig.submit(rig.createWorkOrder());
      await damage(row.write_id, { command_sealed: 'no text that was ever sealed' });
      for (let round = 0; round < 8; round += 1) await rig.recover(61_000);
      expect((await writeById(rig.store.ledger, row.write_id))?.state).toBe('needs_attention');
      expect(rig.troubles.splice(0).length).toBe(5);
      await rig.writeback.resolve(rig.person(), row.write_id, { happened: false, note: 'looked in the PMS' });
      expect((await writeById(rig.store.ledger, row.write_id))?.state).toBe('failed');
      expect(await rig.effects()).toBe(0);
    });
  });

  it('takes an answer that took its time for one about the moment when it was asked', async () => {
    retriedBy(rig, 'marker');
    const { send, locate } = connector;
    let held: (() => Promise<unknown>) | undefined;
    connector.send = (request, signal) => {
      if (held !== undefined) return send(request, signal);
      held = () => send(request, AbortSignal.timeout(60_000));
      return Promise.reject(new VendorError('outcome_unknown', 'No answer.'));
    };
    const row = await rig.submit(rig.createWorkOrder());
    connector.locate = async (...args) => {
      const seen = await locate(...args);
      // What it is about to say was so three seconds ago, before all late effects were over; one comes now.
      rig.time.now += 4_000;
      await held?.();
      return seen;
    };
    await rig.store.transaction((trx) =>
      trx
        .updateTable('writes')
        .set({ next_attempt_at: START + 43_000 })
        .execute(),
    );
    rig.time.now = START + 43_000;
    await rig.writeback.recover();
    connector.locate = locate;
    await rig.recover(SETTLED_MS);
    expect((await rowOf(row.write_id)).state).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it.each(['found', 'differs'] as const)('believes no record that may show an earlier time (%s)', async (outcome) => {
    const made = await rig.submit(rig.createWorkOrder());
    const { locate } = connector;
    let stale = true;
    connector.locate = async (...args) => {
      if (!stale) return locate(...args);
      return outcome === 'found' ? { outcome, result: {} } : { outcome, detail: 'Somebody changed it.' };
    };
    rig.faults.push({ on: 'send', how: 'drop_before_commit' });
    const update = await rig.submit({
      kind: 'update_work_order',
      work_order_id: made.record_id as string,
      property_id: rig.unit.property_id,
      trade: 'hvac',
    });
    expect(update.state).toBe('unknown');
    await rig.recover(5_000);
    expect((await rowOf(update.write_id)).state).toBe('unknown');
    stale = false;
    await rig.recover(SETTLED_MS);
    expect((await rowOf(update.write_id)).state).toBe('done');
    expect((await rig.sandbox.get('work_order', '', made.record_id as string))?.trade).toBe('hvac');
  });

  it('keeps the evidence of a long search short', async () => {
    retriedBy(rig, 'marker');
    rig.faults.push({ on: 'send', how: 'commit_then_drop' });
    const { locate } = connector;
    connector.locate = () => Promise.reject(new VendorError('unavailable', 'The PMS is down.'));
    const row = await rig.submit(rig.createWorkOrder());
    for (let minute = 0; minute < 60; minute += 1) await rig.recover(60_000);
    connector.locate = locate;
    await rig.recover(60_000);
    const [step] = await stepsOf(rig.store.ledger, row.write_id);
    const evidence = evidenceOf(step);
    expect(evidence.map(({ event }) => event)).toEqual(['sent', 'no answer', 'look-up failed: unavailable', 'found']);
    expect(evidence[2]?.times).toBeGreaterThanOrEqual(60);
    expect(evidence[2]).toMatchObject({ at: START });
  });
});
