import { openStore } from '../../../src/store/store.ts';
import { createFaulty } from '../../simulators/faulty/connector.ts';
import { environmentFor } from '../../simulators/rig.ts';
import { marking, markingRequests, markUntil } from './boundaries.ts';
import { intentOf, type Job, openLedger, PERSON } from './ledger.ts';

/*
 * A process that carries out one job and is killed at one of its boundaries. It is started ahead of time and waits for
 * the job; it ends with 0 where it got through.
 */

async function carryOut(job: Job): Promise<void> {
  const clock = () => job.now;
  const bare = openStore({ url: job.address, clock });
  await bare.ready();
  const mark = markUntil(job.kill_at);
  const connector = createFaulty(job.connection, environmentFor(job.connection.base_url, clock));
  const ledger = openLedger(marking(bare, mark), markingRequests(connector, mark), clock, (event, error) => {
    process.stderr.write(`${event}: ${String(error)}\n`);
  });
  const { write_id: writeId } = await ledger.submit(intentOf(job));
  if (job.approve) await ledger.decide(PERSON, writeId, { approve: true });
  await ledger.drain();
  await bare.close();
}

process.once('message', (job: Job) => {
  carryOut(job).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(1));
