/*
 * Started by a test, several at once: `increment.ts URL TIMES` says that it is ready, waits for a line, and counts one
 * number up.
 */
import { once } from 'node:events';
import { openStore } from '../../src/store/store.ts';

const [url = '', times = ''] = process.argv.slice(2);
const store = openStore({ url, clock: Date.now, lockWaitMs: 30_000 });
await store.ready();
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let at = 0; at < Number(times); at++) {
  await store.transaction(async (trx) => {
    // A read comes first, as it does wherever a decision is made: nobody else may write between it and the update.
    const read = trx.selectFrom('meta').select('value').where('key', '=', 'n');
    const row = await (store.engine === 'postgres' ? read.forUpdate() : read).executeTakeFirstOrThrow();
    await trx
      .updateTable('meta')
      .set({ value: `${Number(row.value) + 1}` })
      .where('key', '=', 'n')
      .execute();
  });
}
await store.close();
