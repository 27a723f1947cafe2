import { expect, it, vi } from 'vitest';
import { Turns } from '../../src/store/turns.ts';

it('lets one in after the other, whatever becomes of the one before', async () => {
  const turns = new Turns(1_000);
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const work = [
    turns.run(async () => {
      seen.push('first begins');
      await first.promise;
      seen.push('first ends');
    }),
    turns.run(async () => {
      seen.push('second');
      throw new Error('it fails');
    }),
    turns.run(async () => {
      seen.push('third');
      return 3;
    }),
  ];
  await Promise.resolve();
  expect(seen).toEqual(['first begins']);
  first.resolve();
  const ends = await Promise.allSettled(work);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen).toEqual(['first begins', 'first ends', 'second', 'third']);
});

it('lets nobody in who has waited for too long, and everybody who comes later', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const turns = new Turns(1_000);
  const first = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = turns.run(() => {
    begun.resolve();
    return first.promise;
  });
  let wasLetIn = false;
  const late = expect(turns.run(async () => void (wasLetIn = true))).rejects.toMatchObject({
    name: 'StoreUnavailable',
    code: 'locked',
  });
  await begun.promise;
  clock.mockReturnValue(1_001);
  const later = turns.run(async () => 'done');
  first.resolve();
  await slow;
  await late;
  expect(wasLetIn).toBe(false);
  expect(await later).toBe('done');
  clock.mockRestore();
});
