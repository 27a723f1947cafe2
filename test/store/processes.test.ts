import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { addressOf, describeOnEveryEngine } from './engines.ts';

const script = fileURLToPath(new URL('increment.ts', import.meta.url));

/** Starts processes that count, lets them go all at once, and returns their exit codes. */
async function count(url: string, processes: number, times: number): Promise<unknown[]> {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [script, url, `${times}`], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const exits = children.map((child) => once(child, 'exit'));
  await Promise.all(children.map((child) => Promise.race([once(child.stdout, 'data'), once(child, 'exit')])));
  for (const child of children) child.stdin.end('go\n');
  return (await Promise.all(exits)).map(([code]) => code);
}

describeOnEveryEngine('several processes', (open) => {
  it('count one number up without losing a step and without an error', async () => {
    const store = await open();
    await store.transaction((trx) => trx.insertInto('meta').values({ key: 'n', value: '0' }).execute());
    expect(await count(addressOf(store), 4, 150)).toEqual([0, 0, 0, 0]);
    const row = await store.ledger.selectFrom('meta').select('value').where('key', '=', 'n').executeTakeFirst();
    expect(row?.value).toBe('600');
  });

  it('open and migrate one empty database at once', async () => {
    const store = await open();
    const touch = () => open({ beside: store }).then((other) => other.ready());
    const [exits] = await Promise.all([count(addressOf(store), 3, 0), touch(), touch(), store.ready()]);
    expect(exits).toEqual([0, 0, 0]);
    expect(await store.ledger.selectFrom('audit_head').select('seq').execute()).toHaveLength(1);
  });
});
