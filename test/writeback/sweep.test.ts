import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
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
