import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { addressOf, describeOnPostgres } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

/** Holds the audit chain as a slow transaction of another process would, and tells how many others wait for it. */
async function holdTheChain(address: string) {
  const client = new pg.Client({ connectionString: address, idle_in_transaction_session_timeout: 20_000 });
  await client.connect();
  await client.query('begin');
  await client.query('select seq from audit_head for update');
  return {
    async blocks(expected: number): Promise<void> {
      for (let times = 0; times < 2_000; times += 1) {
        const { rows } = await client.query(
          `with recursive waiting(pid) as (
             select pg_backend_pid()
             union
             select l.pid from pg_locks l join waiting w on not l.granted and w.pid = any(pg_blocking_pids(l.pid))
           ) select count(*)::int - 1 as others from waiting`,
        );
        if (rows[0].others === expected) return;
      }
      throw new Error(`never did ${expected} wait for the chain`);
    },
    async letGo(): Promise<void> {
      await client.query('commit');
      await client.end();
    },
  };
}

describeOnPostgres('the line of a record', (open) => {
  let rig: Awaited<ReturnType<typeof openRig>>;
  beforeEach(async () => {
    rig = await openRig(await open());
  });
  afterEach(() => rig.close());

  it('has in it what was asked for by the id of a write while that write came to its end', async () => {
    const connector = rig.runtime.connections.get('main') as Connector;
    const { send, get } = connector;
    const [sent, answered, read] = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    connector.send = async (request, signal) => {
      sent!.resolve();
      await answered!.promise;
      return send(request, signal);
    };
    const making = rig.submit(rig.createWorkOrder());
    await sent!.promise;
    const [{ write_id }] = (await rig.store.ledger.selectFrom('writes').select('write_id').execute()) as [
      { write_id: string },
    ];

    const update = (work_order_id: string, severity: 'emergency' | 'routine'): Command => {
      return { kind: 'update_work_order', property_id: rig.unit.property_id, work_order_id, severity };
    };
    const chain = await holdTheChain(addressOf(rig.store));
    const beside = createWriteback({ ...rig.runtime, store: await open({ beside: rig.store }), owner: 'host:2:2' });
    const first = beside.submit(rig.intent(update(write_id, 'emergency')));
    await chain.blocks(1);
    answered!.resolve();
    await chain.blocks(2);
    // Before it is sent the record is read: there it is held up, should it get so far, until the other is in line as well.
    connector.get = async (...of) => {
      await read!.promise;
      return get(...of);
    };
    await chain.letGo();
    const { record_id } = await making;
    const second = await rig.submit(update(record_id!, 'routine'));
    expect(second.state).toBe('ready');

    read!.resolve();
    await first;
    await beside.drain();
    await rig.recover(60_000);
    expect(await rig.state(second.write_id)).toBe('done');
    expect(await rig.sandbox.get('work_order', '', record_id!)).toMatchObject({ severity: 'routine' });
  });
});
