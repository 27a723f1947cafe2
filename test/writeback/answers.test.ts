import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Connector, type StepContext, VendorError } from '../../src/connectors/connector.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

/** What a lease lasts beyond the deadline of its request. */
const LEASE_MARGIN_MS = 15_000;

describeOnEveryEngine('an answer of the PMS', (open) => {
  let rig: Awaited<ReturnType<typeof openRig>>;
  let connector: Connector;
  beforeEach(async () => {
    rig = await openRig(await open());
    connector = rig.runtime.connections.get('main') as Connector;
  });
  afterEach(async () => {
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  it('is on record before the lease is over, whatever becomes of the read-back', async () => {
    const { get, send } = connector;
    const { request_deadline_ms: deadline } = connector.capabilities;
    let sent = 0;
    connector.send = async (...args) => {
      sent += 1;
      const result = await send(...args);
      // It took nearly all of the time that there is.
      rig.time.now += deadline + LEASE_MARGIN_MS - 5_001;
      return result;
    };
    connector.get = (_kind, _scope, _id, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new VendorError('unavailable', 'No answer.')));
      });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'sent', lease_owner: null });
    connector.get = get;
    await createWriteback({ ...rig.runtime, owner: 'host:2:2' }).recover();
    rig.time.now += 15_000;
    await rig.recover();
    expect(await rig.state(row.write_id)).toBe('done');
    expect(sent).toBe(1);
  });

  it('that wants a rule overridden is prepared anew, as overridden, once a person said yes', async () => {
    const contexts: StepContext[] = [];
    const sent: unknown[] = [];
    const { prepare, send } = connector;
    connector.prepare = async (command, step, context) => {
      contexts.push(context);
      return { ...(await prepare(command, step, context)), ...(context.overridden && { override: 'yes' }) };
    };
    connector.send = (request, signal) => {
      sent.push(request['override']);
      return send(request, signal);
    };
    rig.faults.push({ on: 'send', how: 'needs_override' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('awaiting_approval');
    await rig.writeback.decide(rig.person(), row.write_id, { approve: true });
    expect(await rig.state(row.write_id)).toBe('done');
    expect(contexts.map(({ overridden }) => overridden)).toEqual([undefined, true]);
    expect(sent).toEqual([undefined, 'yes']);
  });
});
