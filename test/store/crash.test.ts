import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { addressOf, describeOnEveryEngine } from './engines.ts';

const script = fileURLToPath(new URL('acknowledge.ts', import.meta.url));
const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

describeOnEveryEngine('a process that is killed', (open) => {
  it.each([1, 50, 400])('has kept whatever it answered for, and nothing by half, after %i answers', async (answers) => {
    const store = await open();
    await store.ready();
    const child = spawn(process.execPath, [script, addressOf(store)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const answered: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      answered.push(line);
      if (answered.length === answers) child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
    const kept = (await store.ledger.selectFrom('kv').select('key').execute()).map((row) => row.key);
    expect(answered.length).toBeGreaterThanOrEqual(answers);
    expect(answered.filter((key) => !kept.includes(key))).toEqual([]);
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: kept.length });
  });
});
