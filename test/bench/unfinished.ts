import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connector } from '../../src/connectors/connector.ts';
import { processOwner } from '../../src/main/process_owner.ts';
import type { WorkOrder } from '../../src/model/records.ts';
import type { Trade } from '../../src/model/values.ts';
import { recordIntent } from '../../src/writeback/submit.ts';
import type { Runtime } from '../../src/writeback/runtime.ts';
import { createBareClient } from './bare_client.ts';
import { inFlight } from './in_flight.ts';
import { intentFor } from './intents.ts';
import { agentOf } from './ledger_front.ts';
import { CONNECTION, openWithPms, placesIn, type Pms } from './pms.ts';

/** Requests, and transactions, that are under way at a time: the PostgreSQL store has no more connections than 16. */
const REQUESTS = 32;
const TRANSACTIONS = 12;

/** Makes new work orders in the PMS, past Caretaker. Returns their ids. */
export async function makeWorkOrders(pms: Pms, count: number): Promise<string[]> {
  const client = createBareClient(pms.url, await placesIn(pms));
  try {
    return await inFlight(REQUESTS, count, (number) => client.createOnly(number));
  } finally {
    await client.close();
  }
}

/**
 * What a process leaves that is killed with a request on its way for each of these work orders: every write is recorded
 * and journaled as `sending` by the ledger's own code, under the name of a process that is over, and never sent. The
 * mirror is loaded, and the keys of a first start are made. Resolves when the last request's own time is over, so that
 * its absence can be proved.
 */
export async function leaveUnfinished(folder: string, pms: Pms, ids: readonly string[], trade: Trade): Promise<void> {
  const before = new Map((await pms.state()).work_order.map((record) => [record.id, record]));
  const caretaker = openWithPms(folder);
  try {
    const grant = await agentOf(caretaker);
    const { store, keyring, connectors, records } = await caretaker.engine();
    await records.ensureLoaded(CONNECTION);
    const runtime: Runtime = {
      ...{ store, keyring, mirror: records.mirror, connections: connectors },
      clock: store.clock,
      monotonic: () => performance.now(),
      owner: ownerThatIsOver(),
      ownerIsAlive: () => false,
      judgeAgain: () => Promise.resolve(),
      policy: { wait_ms: 0, duplicate_ms: 0, approval_ms: 0 },
      onTrouble: (_event, _id, error) => {
        throw error;
      },
    };
    await inFlight(TRANSACTIONS, ids.length, async (index) => {
      const record = before.get(ids[index] as string) as WorkOrder;
      const { id: work_order_id, property_id } = record;
      const command = { kind: 'update_work_order' as const, work_order_id, property_id, trade };
      const { write } = await recordIntent(runtime, intentFor(grant, command, { before: record }));
      if (write.row.state !== 'sending') throw new Error(`a write is ${write.row.state}, not on its way`);
    });
    const { request_deadline_ms } = (connectors.get(CONNECTION) as Connector).capabilities;
    await pause(request_deadline_ms);
  } finally {
    await caretaker.close();
  }
}

/** The name of a process of this machine that has ended; where its id is used again, the start tells them apart. */
function ownerThatIsOver(): string {
  const [place] = processOwner().split(' ');
  const { pid } = spawnSync(process.execPath, ['--version'], { stdio: 'ignore' });
  return [place, pid, 0].join(' ');
}
