import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { type Connector, type StepRequest, type StepResult } from '../../src/connectors/connector.ts';
import type { Db } from '../../src/writeback/ledger.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

describeOnEveryEngine('a wake-up that fails', (open) => {
  it('leaves everything that belongs to the end of a write, and what waits is found by the sweep', async () => {
    const rig = await openRig(await open(), { wait_ms: 0 });
    const connector = rig.runtime.connections.get('main') as Connector;
    const { send } = connector;
    const [first, sent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    connector.send = async (request: StepRequest, signal): Promise<StepResult> => {
      sent.resolve();
      await first.promise;
      return send(request, signal);
    };
    let woken = 0;
    rig.runtime.dispatcher = {
      // As a queue that is broken does it: its own part of the transaction is undone, and nothing else.
      async wake(trx: Db) {
        woken += 1;
        await sql`savepoint wake_up`.execute(trx);
        await expect(sql`select something from nowhere`.execute(trx)).rejects.toThrow();
        await sql`rollback to savepoint wake_up`.execute(trx);
      },
      start: async () => {},
      stop: async () => {},
    };
    const made = await rig.submit(rig.createWorkOrder('First'));
    await sent.promise;
    const note = { text: 'Builds on it', is_public: false };
    const { property_id } = rig.unit;
    const builtOn = await rig.submit({
      ...{ kind: 'add_work_order_note', work_order_id: made.write_id, property_id, note },
    });
    const before = woken;
    first.resolve();
    await rig.writeback.drain();
    expect(woken).toBeGreaterThan(before);
    expect(await rig.state(made.write_id)).toBe('done');
    const entries = await rig.store.ledger
      .selectFrom('audit_entries')
      .select('action')
      .where('subject', '=', made.write_id)
      .orderBy('seq')
      .execute();
    expect(entries.map(({ action }) => action)).toEqual(['write.recorded', 'write.done']);
    const changes = await rig.store.ledger.selectFrom('changes').select('event').execute();
    expect(changes).toEqual([{ event: 'create_work_order' }]);
    const steps = await rig.store.ledger.selectFrom('write_steps').select('state').execute();
    expect(steps[0]).toEqual({ state: 'proved' });
    await rig.recover(2_000);
    expect(await rig.state(builtOn.write_id)).toBe('done');
    expect((await verifyAudit(rig.store, rig.keyring)).ok).toBe(true);
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });
});
