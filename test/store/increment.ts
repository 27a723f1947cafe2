/* Started by a test, several at once: `increment.ts URL TIMES` counts one number up. */
import { openStore } from '../../src/store/store.ts';

const [url = '', times = ''] = process.argv.slice(2);
const store = openStore({ url, clock: Date.now, lockWaitMs: 30_000 });
for (let at = 0; at < Number(times); at++) {
  await store.transaction(async (trx) => {
    const row = await trx
      .updateTable('meta')
      .set(({ ref }) => ({ value: ref('value') }))
      .where('key', '=', 'n')
      .returning('value')
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('meta')
      .set({ value: `${Number(row.value) + 1}` })
      .where('key', '=', 'n')
      .execute();
  });
}
await store.close();
