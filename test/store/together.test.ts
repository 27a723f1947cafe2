import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { together } from '../../src/store/together.ts';
import { describeOnEveryEngine } from './engines.ts';

it('throws the failure that came first, after all of them are over', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isOver = false;
  const all = together([second.promise, first.promise, 'no promise at all']).finally(() => (isOver = true));
  first.reject(new Error('the cause'));
  await expect(first.promise).rejects.toThrow();
  expect(isOver).toBe(false);
  second.reject(new Error('what follows from it'));
  await expect(all).rejects.toThrow('the cause');
});

describeOnEveryEngine('queries that travel together', (open) => {
  it('are answered in the order in which they were given', async () => {
    const store = await open();
    const answers = await store.transaction((trx) =>
      together(
        [1, 2, 3].map(async (number) => (await sql<{ n: number }>`select ${number} + 0 as n`.execute(trx)).rows),
      ),
    );
    expect(answers.map((rows) => Number(rows[0]?.n))).toEqual([1, 2, 3]);
  });

  it('fail with what is wrong, and not with what is said of the transaction after that', async () => {
    const store = await open();
    const failing = store.transaction((trx) =>
      together([
        (async () => {
          await sql`select 1`.execute(trx);
          await sql`select 2`.execute(trx);
        })(),
        sql`select something from nowhere`.execute(trx),
      ]),
    );
    await expect(failing).rejects.toThrow(/nowhere/);
  });
});
