import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import type { Command } from '../../src/model/commands.ts';
import type { DispatchHandlers } from '../../src/writeback/dispatcher.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig, START } from './ledger_rig.ts';

/** What the ledger gives a dispatcher to do. */
async function handlersOfLedger({ runtime, writeback }: Awaited<ReturnType<typeof openRig>>) {
  const given: DispatchHandlers[] = [];
  runtime.dispatcher = {
    wake: async () => {},
    start: async (handlers) => void given.push(handlers),
    stop: async () => {},
  };
  const stop = await writeback.start();
  return { handlers: given[0] as DispatchHandlers, stop };
}

describe('the sweep of the ledger', () => {
  it('goes on by itself after a full batch', async () => {
    // In memory, because two hundred at once are too many for a database server that is busy with other tests.
    const store = openStore({ url: 'sqlite::memory:', clock: Date.now });
    const rig = await openRig(store);
    for (let one = 0; one <= 200; one++)
      await rig.submit(rig.createWorkOrder(`Leak ${one}`), { approvals: [{ rule: 'over_nte', reason: 'too much' }] });
    const { handlers, stop } = await handlersOfLedger(rig);
    rig.time.now = START + 7_200_000;
    await handlers.sweep();
    await vi.waitFor(async () => {
      const open = await rig.store.ledger
        .selectFrom('writes')
        .select('write_id')
        .where('state', '!=', 'expired')
        .execute();
      expect(open).toEqual([]);
    }, 30_000);
    await stop();
    await rig.close();
    await store.close();
  });

  it('leaves in line what waits for another write, and gets to everything else', async () => {
    const store = openStore({ url: 'sqlite::memory:', clock: Date.now });
    const rig = await openRig(store, { wait_ms: 0 });
    const order = (await rig.sandbox.state()).work_order[0]!;
    const noteOn = (text: string): Command => ({
      ...{ kind: 'add_work_order_note', work_order_id: order.id, property_id: order.property_id },
      note: { text, is_public: false },
    });
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const head = await rig.submit(noteOn('Head'));
    for (let one = 0; one < 250; one++) await rig.submit(noteOn(`Note ${one}`));
    await rig.writeback.drain();
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const last = await rig.submit(rig.createWorkOrder('Last'));
    await rig.writeback.drain();
    // The first in line waits for longer than all that is behind it.
    await store.transaction((trx) =>
      trx
        .updateTable('writes')
        .set({ next_attempt_at: START + 3_600_000 })
        .where('write_id', '=', head.write_id)
        .execute(),
    );
    rig.time.now += 60_000;
    const { handlers, stop } = await handlersOfLedger(rig);
    await handlers.sweep();
    await vi.waitFor(async () => expect(await rig.state(last.write_id)).toBe('done'), 30_000);
    expect(await rig.effects()).toBe(1);
    rig.time.now = START + 3_600_000;
    await vi.waitFor(async () => {
      await handlers.sweep();
      expect(await rig.effects()).toBe(252);
    }, 60_000);
    await stop();
    await rig.close();
    await store.close();
  });
});

describeOnEveryEngine('what the ledger does for a dispatcher', (open) => {
  it('leaves to a person what could not be taken up, whatever its sealed parts hold', async () => {
    const rig = await openRig(await open());
    const { write_id: writeId } = await rig.submit(rig.createWorkOrder(), {
      approvals: [{ rule: 'over_nte', reason: 'too much' }],
    });
    await rig.store.transaction((trx) =>
      trx.updateTable('writes').set({ command_sealed: 'damaged' }).where('write_id', '=', writeId).execute(),
    );
    const { handlers, stop } = await handlersOfLedger(rig);
    rig.time.now = START + 7_200_000;
    await expect(handlers.take(writeId)).rejects.toThrow();
    await handlers.stuck(writeId, 'It could not be read.');
    const { ledger } = rig.store;
    const row = await ledger.selectFrom('writes').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'needs_attention', error_message: 'It could not be read.', lease_owner: null });
    expect(await ledger.selectFrom('approvals').select('state').execute()).toEqual([{ state: 'expired' }]);
    const audited = await ledger.selectFrom('audit_entries').select('action').orderBy('seq', 'desc').execute();
    expect(audited[0]).toEqual({ action: 'write.needs_attention' });
    const told = await ledger.selectFrom('notifications').select('kind').execute();
    expect(told).toContainEqual({ kind: 'write.needs_attention' });
    const changes = await ledger.selectFrom('changes').select(['kind', 'event']).orderBy('seq', 'desc').execute();
    expect(changes[0]).toEqual({ kind: 'write', event: 'needs_attention' });

    await handlers.stuck(writeId, 'Once more.');
    await handlers.stuck('w_unknown', 'Never there.');
    expect(rig.troubles.filter((trouble) => trouble.startsWith('stuck_left_alone'))).toHaveLength(2);
    expect(await ledger.selectFrom('writes').select('error_message').execute()).toEqual([
      { error_message: 'It could not be read.' },
    ]);
    await stop();
    await rig.close();
  });
});
