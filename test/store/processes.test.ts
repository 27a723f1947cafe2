import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { addressOf, describeOnEveryEngine } from './engines.ts';

const script = fileURLToPath(new URL('increment.ts', import.meta.url));

describeOnEveryEngine('several processes', (open) => {
  it('count one number up without losing a step and without an error', async () => {
    const store = await open();
    await store.transaction((trx) => trx.insertInto('meta').values({ key: 'n', value: '0' }).execute());
    const run = () => promisify(execFile)(process.execPath, [script, addressOf(store), '150']);
    const outputs = await Promise.all([run(), run(), run(), run()]);
    expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
    const row = await store.ledger.selectFrom('meta').select('value').where('key', '=', 'n').executeTakeFirst();
    expect(row?.value).toBe('600');
  });

  it('open and migrate one empty database at once', async () => {
    const store = await open();
    const run = () => promisify(execFile)(process.execPath, [script, addressOf(store), '0']);
    const touch = () => open({ beside: store }).then((other) => other.ready());
    await Promise.all([run(), run(), touch(), touch(), store.ready()]);
    expect(await store.ledger.selectFrom('audit_head').select('seq').execute()).toHaveLength(1);
  });
});
