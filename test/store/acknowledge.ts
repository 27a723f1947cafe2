/* Started by a test that kills it: `acknowledge.ts URL` writes without end and prints a line per write that is kept. */
import { writeSync } from 'node:fs';
import { appendAudit } from '../../src/audit/audit.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore } from '../../src/store/store.ts';

const store = openStore({ url: process.argv[2] ?? '', clock: Date.now });
const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

async function writeWithoutEnd(writer: number): Promise<never> {
  for (let at = 0; ; at++) {
    const key = `${writer}-${at}`;
    await store.transaction(async (trx) => {
      await trx.insertInto('kv').values({ key, value_sealed: key, expires_at: null }).execute();
      const event = { at: store.clock(), actor: 'test', action: 'write', subject: key, outcome: 'done' };
      await appendAudit(trx, keyring, [event]);
    });
    writeSync(1, `${key}\n`);
  }
}

await Promise.all(Array.from({ length: 12 }, (_, writer) => writeWithoutEnd(writer)));
