import { afterEach, beforeEach, expect, it } from 'vitest';
import { VendorError } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { type Beside, openBeside } from './beside_rig.ts';

const HOUR_MS = 3_600_000;

describeOnEveryEngine('what is kept beside a PMS, of a write that a person has to settle', (open) => {
  let rig: Beside;
  beforeEach(async () => {
    rig = await openBeside(await open());
    // Nobody but a person can tell what became of a request whose answer was lost.
    rig.pms.locate = () => Promise.reject(new VendorError('misconfigured', 'The credentials are not valid.'));
  });
  afterEach(() => rig.close());

  const emergency = (): Command => ({
    ...(rig.createWorkOrder('Burst pipe') as Command & { kind: 'create_work_order' }),
    ...{ severity: 'emergency', location: 'Kitchen' },
  });

  const update = (id: string, fields: object): Command =>
    ({ kind: 'update_work_order', work_order_id: id, property_id: rig.unit.property_id, ...fields }) as Command;

  /** A write that the PMS has carried out, for all that anybody can see. */
  async function lost(command: Command, before?: Record<string, unknown>): Promise<string> {
    rig.faults.push({ on: 'send', how: 'commit_then_drop' });
    const { write_id } = await rig.submit(command, { not_after: rig.time.now + HOUR_MS, ...(before && { before }) });
    await rig.recover(HOUR_MS / 2);
    await rig.recover(HOUR_MS);
    expect(await rig.state(write_id)).toBe('needs_attention');
    return write_id;
  }

  const say = (writeId: string, finding: { happened: boolean; record_id?: string }) =>
    rig.writeback.resolve(rig.person(), writeId, { note: 'Seen in the PMS.', ...finding });

  const madeInPms = async () => (await rig.sandbox.state()).work_order.at(-1)!.id;

  it('is kept once the person says which record it made', async () => {
    const writeId = await lost(emergency());
    const id = await madeInPms();
    expect((await rig.read('work_order', id)).location).toBeUndefined();
    await expect(say(writeId, { happened: true })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await rig.state(writeId)).toBe('needs_attention');
    await say(writeId, { happened: true, record_id: id });
    expect(await rig.row(writeId)).toMatchObject({ state: 'done', record_id: id });
    expect(await rig.read('work_order', id)).toMatchObject({ location: 'Kitchen', severity: 'emergency' });
    expect(await rig.effects()).toBe(1);
  });

  it('is not kept where it did not happen', async () => {
    const writeId = await lost(emergency());
    await say(writeId, { happened: false });
    expect((await rig.read('work_order', await madeInPms())).location).toBeUndefined();
  });

  it('is kept of a change, unless a later change has set the same since', async () => {
    const writeId = await lost(emergency());
    const id = await madeInPms();
    await say(writeId, { happened: true, record_id: id });
    const first = await lost(update(id, { status: 'in_progress', vendor_reply: 'accepted' }), {
      ...(await rig.read('work_order', id)),
    });
    await say(first, { happened: true });
    expect((await rig.read('work_order', id)).vendor_reply).toBe('accepted');
    const second = await lost(update(id, { status: 'on_hold', vendor_reply: 'declined' }), {
      ...(await rig.read('work_order', id)),
    });
    const later = await rig.submit(update(id, { vendor_reply: 'no_reply' }), {
      before: { ...(await rig.read('work_order', id)) },
      not_after: rig.time.now + HOUR_MS,
    });
    expect(later.state).toBe('done');
    await say(second, { happened: true });
    expect(await rig.state(second)).toBe('done');
    expect((await rig.read('work_order', id)).vendor_reply).toBe('no_reply');
  });

  it('leaves the write to be settled where it cannot be kept now', async () => {
    const writeId = await lost(emergency());
    const id = await madeInPms();
    const { send } = rig.connector;
    rig.connector.send = () => Promise.reject(new VendorError('unavailable', 'The store is locked.'));
    await expect(say(writeId, { happened: true, record_id: id })).rejects.toMatchObject({ code: 'pms_unavailable' });
    expect(await rig.state(writeId)).toBe('needs_attention');
    rig.connector.send = send;
    await say(writeId, { happened: true, record_id: id });
    expect(await rig.read('work_order', id)).toMatchObject({ location: 'Kitchen' });
  });
});
