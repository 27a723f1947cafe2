import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { Command } from '../../src/model/commands.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { releasePastCells } from '../../src/writeback/tidy.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { evidenceOf } from '../../src/writeback/journal.ts';
import { stepsOf } from '../../src/writeback/step_rows.ts';
import { type Fault, openRig, retriedBy, START } from './ledger_rig.ts';

type Rig = Awaited<ReturnType<typeof openRig>>;

describeOnEveryEngine('the ledger', (open) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig(await open());
  });
  afterEach(async () => {
    const verdict = await verifyAudit(rig.store, rig.keyring);
    expect(verdict.ok).toBe(true);
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  it('carries a change out once and proves it', async () => {
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'done', proof: 'full', posting: 'posted', step_index: 0 });
    expect(await rig.effects()).toBe(1);
    const stored = await rig.sandbox.get('work_order', '', row.record_id as string);
    expect(stored).toMatchObject({ title: 'Leak', severity: 'urgent' });
  });

  it('has everything on record before the first byte leaves', async () => {
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'ready', attempts: 1, error_code: 'pms_unavailable' });
    const steps = await rig.store.ledger.selectFrom('write_steps').selectAll().execute();
    expect(steps).toHaveLength(1);
    expect(steps[0]?.request_sealed).not.toContain('Leak');
    const entries = await rig.store.ledger.selectFrom('audit_entries').select('action').execute();
    expect(entries.map(({ action }) => action)).toContain('write.recorded');
  });

  it('sends what waited for the PMS when it is back', async () => {
    rig.faults.push({ on: 'send', how: 'unavailable' }, { on: 'send', how: 'rate_limited' });
    const row = await rig.submit(rig.createWorkOrder());
    await rig.recover(60_000);
    expect(await rig.state(row.write_id)).toBe('ready');
    await rig.recover(6_000);
    expect(await rig.state(row.write_id)).toBe('ready');
    await rig.recover(2_000);
    const done = (await rig.writeback.byId(row.write_id))!.row;
    expect(done.state).toBe('done');
    expect((await rig.writeback.view(done)).error).toBeUndefined();
    expect(await rig.effects()).toBe(1);
  });

  it('finds the effect of a request whose answer never came, and does not send it again', async () => {
    rig.faults.push({ on: 'send', how: 'commit_then_drop' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('done');
    expect(await rig.effects()).toBe(1);
    const [step] = await stepsOf(rig.store.ledger, row.write_id);
    expect(evidenceOf(step).map(({ event }) => event)).toEqual(['sent', 'no answer', 'found']);
  });

  it('sends again only once absence is proved: after deadline, late commits and read lag', async () => {
    retriedBy(rig, 'marker');
    rig.faults.push({ on: 'send', how: 'drop_before_commit' });
    const row = await rig.submit(rig.createWorkOrder());
    await rig.recover(44_000);
    expect(await rig.state(row.write_id)).toBe('unknown');
    expect(await rig.effects()).toBe(0);
    await rig.recover(15_000);
    expect(await rig.state(row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('sends again under a key that the PMS still knows, without waiting for late effects', async () => {
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'not_all' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('unknown');
    await rig.recover(6_000);
    expect(await rig.state(row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('does not trust a key that the PMS may have forgotten', async () => {
    const over = { not_after: START + 10 * 86_400_000 };
    rig.faults.push({ on: 'send', how: 'drop_before_commit' });
    rig.faults.push({ on: 'locate', how: 'not_all' });
    const row = await rig.submit(rig.createWorkOrder(), over);
    rig.time.now += 23 * 3_600_000;
    rig.faults.push({ on: 'locate', how: 'not_all' });
    await rig.recover();
    expect(await rig.state(row.write_id)).toBe('needs_attention');
    expect(await rig.effects()).toBe(0);
  });

  it('looks first where a key has died while its write waited for the PMS', async () => {
    const over = { not_after: START + 10 * 86_400_000 };
    rig.faults.push({ on: 'send', how: 'commit_then_drop' }, { on: 'locate', how: 'not_all' });
    const row = await rig.submit(rig.createWorkOrder(), over);
    rig.faults.push({ on: 'locate', how: 'not_all' }, { on: 'send', how: 'unavailable' });
    await rig.recover(6_000);
    expect(await rig.state(row.write_id)).toBe('ready');
    await rig.recover(2 * 86_400_000);
    expect(await rig.state(row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it.each<[string, Fault]>([
    ['does not cover all records', { on: 'locate', how: 'not_all' }],
    ['finds something else', { on: 'locate', how: 'differs' }],
  ])('hands over to a person where the look-up %s', async (_what, fault) => {
    retriedBy(rig, 'marker');
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, fault, fault);
    const row = await rig.submit(rig.createWorkOrder());
    await rig.recover(120_000);
    expect(await rig.state(row.write_id)).toBe('needs_attention');
    await rig.recover(86_400_000);
    expect(await rig.effects()).toBe(0);
    const notices = await rig.store.ledger.selectFrom('notifications').select('kind').execute();
    expect(notices).toEqual([{ kind: 'write.needs_attention' }]);
  });

  it('looks again later where the look-up fails', async () => {
    rig.faults.push({ on: 'send', how: 'commit_then_drop' }, { on: 'locate', how: 'unavailable' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('unknown');
    await rig.recover(20_000);
    expect(await rig.state(row.write_id)).toBe('done');
  });

  it('ends as failed what the PMS refuses, and says so', async () => {
    rig.faults.push({ on: 'send', how: 'refuse' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'failed', error_code: 'invalid_input', error_message: 'The PMS refused it.' });
    expect(await rig.effects()).toBe(0);
  });

  it.each<[string, Fault, string, string]>([
    ['cannot be read back', { on: 'get', how: 'unavailable' }, 'sent', 'full'],
    ['is not there yet', { on: 'get', how: 'missing' }, 'sent', 'full'],
    ['shows something else yet', { on: 'get', how: 'lossy' }, 'sent', 'full'],
    ['was stored with a loss', { on: 'get', how: 'lossy' }, 'sent', 'partial'],
  ])('does not call a change proved whose record %s', async (_what, fault, state, proof) => {
    rig.faults.push(fault);
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe(state);
    if (proof === 'partial') rig.faults.push(fault);
    // Its read lag is over by then: what is missing now is lost.
    await rig.recover(12_000);
    const later = (await rig.writeback.byId(row.write_id))?.row;
    expect(later).toMatchObject({ state: 'done', proof });
    const view = await rig.writeback.view(later!);
    expect(view.not_stored).toEqual(proof === 'partial' ? ['description'] : undefined);
    expect(await rig.effects()).toBe(1);
  });

  it('makes changes to one record one at a time, and all of them', async () => {
    const made = await rig.submit(rig.createWorkOrder());
    const note = (text: string): Command => ({
      kind: 'add_work_order_note',
      work_order_id: made.record_id as string,
      property_id: rig.unit.property_id,
      note: { text, is_public: false },
    });
    const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
    const overlaps: number[] = [];
    let underWay = 0;
    const send = rig.runtime.connections.get('main')!.send;
    rig.runtime.connections.get('main')!.send = async (request, signal) => {
      overlaps.push((underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      return send(request, signal).finally(() => (underWay -= 1));
    };
    await Promise.all(texts.map((text) => rig.submit(note(text))));
    await rig.recover();
    const stored = await rig.sandbox.get('work_order', '', made.record_id as string);
    expect(stored?.notes.map(({ text }) => text).sort()).toEqual([...texts].sort());
    expect(overlaps).toEqual(texts.map(() => 1));
  });

  it('lets nothing pass a write on the same record whose outcome is unknown, and everything else', async () => {
    const made = await rig.submit(rig.createWorkOrder());
    const note = (text: string): Command => ({
      kind: 'add_work_order_note',
      work_order_id: made.record_id as string,
      property_id: rig.unit.property_id,
      note: { text, is_public: false },
    });
    rig.faults.push({ on: 'send', how: 'commit_then_drop' }, { on: 'locate', how: 'unavailable' });
    const first = await rig.submit(note('first'));
    const second = await rig.submit(note('second'));
    const other = await rig.submit(rig.createWorkOrder('Lock'));
    expect([first.state, second.state, other.state]).toEqual(['unknown', 'ready', 'done']);
    await rig.recover(120_000);
    const stored = await rig.sandbox.get('work_order', '', made.record_id as string);
    expect(stored?.notes.map(({ text }) => text)).toEqual(['first', 'second']);
  });

  it('records one write where the same request comes twenty times at once', async () => {
    const asked = rig.intent(rig.createWorkOrder(), { effect: ['the same'] });
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => rig.writeback.submit(asked)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const used = answers.flatMap((answer) => (answer.status === 'rejected' ? [(answer.reason as Error).name] : []));
    expect(new Set(used)).toEqual(new Set(['RequestUsed']));
    expect(await rig.effects()).toBe(1);
  });

  it('answers an equal change under another id with the earlier one', async () => {
    const effect = ['same'];
    const first = await rig.submit(rig.createWorkOrder(), { effect });
    const again = rig.submit(rig.createWorkOrder(), { effect });
    await expect(again).rejects.toMatchObject({
      code: 'duplicate',
      options: { details: { write_id: first.write_id } },
    });
    const meant = await rig.submit(rig.createWorkOrder(), { effect, not_duplicate_of: first.write_id });
    expect(meant.state).toBe('done');
    expect(await rig.effects()).toBe(2);
    rig.time.now += 86_400_001;
    expect((await rig.submit(rig.createWorkOrder(), { effect })).state).toBe('done');
  });

  it('tells people where the PMS kept less of money or a lease than was asked', async () => {
    const grant = rig.grant({ limits: { create_work_order: { call: 500, day: 500 } } });
    rig.faults.push({ on: 'get', how: 'lossy' }, { on: 'get', how: 'lossy' });
    const row = await rig.submit(rig.createWorkOrder(), { risk: 'money', amount: 100, grant });
    await rig.recover(12_000);
    expect((await rig.writeback.byId(row.write_id))?.row).toMatchObject({ state: 'done', proof: 'partial' });
    const notices = await rig.store.ledger.selectFrom('notifications').select('kind').execute();
    expect(notices).toEqual([{ kind: 'write.not_stored' }]);
  });

  it('forgets tour slots a day after they have passed', async () => {
    const cell = Math.floor(START / 900_000);
    await rig.store.transaction((trx) =>
      trx
        .insertInto('reservations')
        .values([cell - 97, cell].map((at) => ({ connection: 'main', resource: 'unit:1', cell: at, write_id: 'w' })))
        .execute(),
    );
    await releasePastCells(rig.runtime);
    expect(await rig.store.ledger.selectFrom('reservations').select('cell').execute()).toEqual([{ cell }]);
  });

  it('shadows: records what would be sent, and never sends it', async () => {
    const row = await rig.submit(rig.createWorkOrder(), { rollout: 'shadow' });
    expect(row.state).toBe('shadowed');
    await rig.recover(86_400_000);
    expect(await rig.effects()).toBe(0);
  });

  it('lets a write expire that could not be sent in time', async () => {
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const row = await rig.submit(rig.createWorkOrder(), { not_after: START + 60_000 });
    await rig.recover(120_000);
    expect(await rig.state(row.write_id)).toBe('expired');
    expect(await rig.effects()).toBe(0);
  });

  it('takes up what a dead process left behind, at once and without doubling it', async () => {
    const other = await openRig(rig.store, { owner: 'host:2:2', alive: false });
    const connectionless = rig.intent(rig.createWorkOrder());
    // The process dies between the send and the answer: the journal says "sending", and nobody holds the lease.
    const { recordIntent } = await import('../../src/writeback/submit.ts');
    const { write, request } = await recordIntent(rig.runtime, connectionless);
    await rig.sandbox.send(request!, AbortSignal.timeout(5_000));
    expect(await rig.state(write.row.write_id)).toBe('sending');
    const survivor = { ...rig.runtime, owner: 'host:3:3', ownerIsAlive: () => false };
    const { createWriteback } = await import('../../src/writeback/writeback.ts');
    const recovered = createWriteback(survivor);
    await recovered.recover();
    await recovered.recover();
    expect(await rig.state(write.row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
    await other.close();
  });

  it('leaves alone what a living process is sending', async () => {
    const { recordIntent } = await import('../../src/writeback/submit.ts');
    const { write } = await recordIntent(rig.runtime, rig.intent(rig.createWorkOrder()));
    await rig.recover();
    expect(await rig.state(write.row.write_id)).toBe('sending');
    await rig.recover(600_000);
    expect(await rig.state(write.row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  describe_approvals(() => rig);
});

/** What waits for a person. */
function describe_approvals(current: () => Rig): void {
  const waiting = (rig: Rig, over: object = {}) =>
    rig.submit(rig.createWorkOrder(), { risk: 'money', amount: 30_000, ...over });

  it('waits for a person above the limits of the grant, which are nothing by default', async () => {
    const rig = current();
    const limits = (call: number, day: number) => rig.grant({ limits: { create_work_order: { call, day } } });
    expect((await waiting(rig)).state).toBe('awaiting_approval');
    expect((await waiting(rig, { grant: limits(30_000, 50_000) })).state).toBe('done');
    const second = await waiting(rig, { grant: limits(30_000, 50_000) });
    expect(second.state).toBe('awaiting_approval');
    expect((await rig.writeback.view(second)).approval?.reason).toMatch(/in a day/);
    expect((await waiting(rig, { grant: limits(29_999, 900_000) })).state).toBe('awaiting_approval');
    expect(await rig.effects()).toBe(1);
  });

  it('sends what a person approved, after judging it again', async () => {
    const rig = current();
    const row = await waiting(rig);
    const decided = await rig.writeback.decide(rig.person(), row.write_id, { approve: true, note: 'fine' });
    expect(decided.state).toBe('done');
    expect(await rig.effects()).toBe(1);
    await expect(rig.writeback.decide(rig.person(), row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('does not send what the rules refuse by the time it is approved', async () => {
    const rig = current();
    const row = await waiting(rig);
    rig.verdict.refusal = new CaretakerError('vendor_blocked', 'The insurance expired. Nobody was dispatched.');
    const decided = await rig.writeback.decide(rig.person(), row.write_id, { approve: true });
    expect(decided).toMatchObject({ state: 'failed', error_code: 'vendor_blocked' });
    expect(await rig.effects()).toBe(0);
  });

  it('ends with a rejection', async () => {
    const rig = current();
    const row = await waiting(rig);
    expect((await rig.writeback.decide(rig.person(), row.write_id, { approve: false, note: 'no' })).state).toBe(
      'rejected',
    );
    await rig.recover(86_400_000);
    expect(await rig.effects()).toBe(0);
  });

  it('expires where nobody decides', async () => {
    const rig = current();
    const row = await waiting(rig);
    await rig.recover(3_600_001);
    expect(await rig.state(row.write_id)).toBe('expired');
    await expect(rig.writeback.decide(rig.person(), row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('can be taken back by the one who asked, and by nobody else', async () => {
    const rig = current();
    const row = await waiting(rig);
    await expect(rig.writeback.withdraw(rig.person(), row.write_id)).rejects.toMatchObject({ code: 'not_found' });
    await rig.writeback.withdraw(rig.grant(), row.write_id);
    expect(await rig.state(row.write_id)).toBe('withdrawn');
    expect(await rig.effects()).toBe(0);
  });

  it.each([
    ['an agent', (rig: Rig) => rig.grant({ principal: 'agent-2', owner: 'owner-2' })],
    ['a person without the scope', (rig: Rig) => rig.grant({ principal: 'p', owner: 'p', kind: 'person' })],
    ['the owner of the agent that asked', (rig: Rig) => rig.person('owner-1')],
    ['somebody who took a role on the command line', (rig: Rig) => ({ ...rig.person(), from_role: true })],
  ])('is not decided by %s', async (_who, decider) => {
    const rig = current();
    const row = await waiting(rig);
    await expect(rig.writeback.decide(decider(rig), row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    expect(await rig.state(row.write_id)).toBe('awaiting_approval');
  });

  it('is not even seen by a person of another property or organisation', async () => {
    const rig = current();
    const row = await waiting(rig);
    const elsewhere = { ...rig.person(), pins: [{ connection: 'main', property_id: 'other' }] };
    await expect(rig.writeback.decide(elsewhere, row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'not_found',
    });
    const foreign = { ...rig.person(), organisation: 'other' };
    await expect(rig.writeback.decide(foreign, row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('does not send a command that is not the one that was approved', async () => {
    const rig = current();
    const row = await waiting(rig);
    await rig.store.transaction((trx) =>
      trx.updateTable('writes').set({ command_digest: 'other' }).where('write_id', '=', row.write_id).execute(),
    );
    await expect(rig.writeback.decide(rig.person(), row.write_id, { approve: true })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await rig.effects()).toBe(0);
  });

  it('lets a person say what became of a write, and only then', async () => {
    const rig = current();
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'unavailable' });
    const row = await rig.submit(rig.createWorkOrder());
    rig.faults.push({ on: 'locate', how: 'differs' });
    await expect(
      rig.writeback.resolve(rig.person(), row.write_id, { happened: true, note: 'x' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await rig.recover(120_000);
    await expect(
      rig.writeback.resolve(rig.person('owner-1'), row.write_id, { happened: false, note: 'x' }),
    ).rejects.toMatchObject({ code: 'not_permitted' });
    await rig.writeback.resolve(rig.person(), row.write_id, { happened: false, note: 'not in the PMS' });
    expect(await rig.state(row.write_id)).toBe('failed');
  });

  it('believes no person that a record is the effect of two writes', async () => {
    const rig = current();
    const made = await rig.submit(rig.createWorkOrder('Made'));
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'differs' });
    const lost = await rig.submit(rig.createWorkOrder('Lost'));
    expect(lost.state).toBe('needs_attention');
    const as = (record_id: string) =>
      rig.writeback.resolve(rig.person(), lost.write_id, { happened: true, record_id, note: 'seen' });
    await expect(as(made.record_id as string)).rejects.toMatchObject({ code: 'conflict' });
    expect(await rig.state(lost.write_id)).toBe('needs_attention');
    await as('987');
    expect(await rig.state(lost.write_id)).toBe('done');
    const claims = await rig.store.ledger.selectFrom('claims').select(['record_id', 'write_id']).execute();
    expect(claims).toContainEqual({ record_id: '987', write_id: lost.write_id });
  });
}
