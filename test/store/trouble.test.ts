import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { addressOf, describeOnEveryEngine } from './engines.ts';

const folder = mkdtempSync(join(tmpdir(), 'caretaker-trouble-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entry = (key: string, size = 10) => ({ key, value_sealed: 'x'.repeat(size), expires_at: null });
const open = (url: string, lockWaitMs = 50) => openStore({ url, clock: Date.now, lockWaitMs });

describe('a locked file', () => {
  const path = join(folder, 'locked.db');

  it('is waited for within the bound, then a typed error without internals; reads go on', async () => {
    const store = open(`sqlite:${path}`);
    await store.transaction((trx) => trx.insertInto('kv').values(entry('before')).execute());
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const failing = store.transaction((trx) => trx.insertInto('kv').values(entry('during')).execute());
    await expect(failing).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'locked' });
    await expect(failing).rejects.toThrow(/^(?!.*(sqlite|database is locked|kv|\/)).*in use by another process/i);
    expect(await store.ledger.selectFrom('kv').select('key').execute()).toHaveLength(1);
    other.exec('commit');
    other.close();
    await store.transaction((trx) => trx.insertInto('kv').values(entry('after')).execute());
    await store.close();
  });

  it('is opened and read by a process that starts now', async () => {
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const store = open(`sqlite:${path}`);
    await store.ready();
    expect(await store.ledger.selectFrom('kv').select('key').execute()).toHaveLength(2);
    other.close();
    await store.close();
  });

  it('is written to as soon as the other process is done', async () => {
    const store = open(`sqlite:${path}`, 30_000);
    await store.ready();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const waiting = store.transaction(async () => 'written');
    setImmediate(() => {
      other.exec('commit');
      other.close();
    });
    expect(await waiting).toBe('written');
    await store.close();
  });
});

describe('a full disk', () => {
  it('is a typed error, and nothing of the batch is kept; what frees room still works', async () => {
    const store = open(`sqlite:${join(folder, 'full.db')}`);
    const fill = (key: string) => store.transaction((trx) => trx.insertInto('kv').values(entry(key, 40_000)).execute());
    await fill('first');
    await store.transaction(async (trx) => {
      const pages = await sql<{ page_count: number }>`pragma page_count`.execute(trx);
      await sql.raw(`pragma max_page_count = ${(pages.rows[0]?.page_count ?? 0) + 15}`).execute(trx);
    });
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(fill));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'StoreUnavailable', code: 'full' });
    const kept = await store.ledger.selectFrom('kv').select('key').execute();
    expect(kept).toHaveLength(1 + outcomes.length - refused.length);
    await store.transaction((trx) => trx.deleteFrom('kv').execute());
    await fill('again');
    await store.close();
  });
});

describe('a store that cannot be opened', () => {
  it('says so for a file that is no database, and leaves it as it is', async () => {
    const path = join(folder, 'letter.db');
    writeFileSync(path, 'Dear Sir or Madam, this is a letter and not a database.'.repeat(100));
    const size = statSync(path).size;
    await expect(open(`sqlite:${path}`).ready()).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'corrupt' });
    expect(statSync(path).size).toBe(size);
  });

  it.each([
    ['a folder in its place', 'sqlite:' + folder],
    ['a file where its folder should be', `sqlite:${join(folder, 'file', 'caretaker.db')}`],
    ['a database server that is not there', 'postgres://nobody@127.0.0.1:1/none'],
  ])('says so for %s, and tries again at the next call', async (_what, url) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    const store = open(url);
    const trouble = { name: 'StoreUnavailable', code: 'unreachable' };
    await expect(store.ready()).rejects.toMatchObject(trouble);
    await expect(store.transaction(async () => 'never')).rejects.toMatchObject(trouble);
    await expect(store.ledger.selectFrom('kv').selectAll().execute()).rejects.toMatchObject(trouble);
    await store.close();
  });

  it.each(['caretaker.db', 'mysql://localhost/x', ''])('refuses the address %j', (url) => {
    expect(() => open(url)).toThrow(/^store must be "sqlite:"/);
  });
});

describe('files', () => {
  it('are not made before they are used, and are for their owner alone', async () => {
    const path = join(folder, 'new', 'caretaker.db');
    const store = open(`sqlite:${path}`);
    expect(() => statSync(join(folder, 'new'))).toThrow('ENOENT');
    await store.ready();
    const modes = ['', 'caretaker.db', 'caretaker.mirror.db'].map((name) => statSync(join(folder, 'new', name)).mode);
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600', '600']);
    await store.close();
  });

  it('of a store in memory are gone when it is closed, and no two share anything', async () => {
    const [one, two] = [open('sqlite::memory:'), open('sqlite::memory:')];
    await one.transaction((trx) => trx.insertInto('kv').values(entry('a')).execute());
    expect(await one.ledger.selectFrom('kv').select('key').execute()).toHaveLength(1);
    expect(await two.ledger.selectFrom('kv').select('key').execute()).toHaveLength(0);
    const { rows } = await sql<{ file: string }>`select file from pragma_database_list`.execute(one.ledger);
    expect(statSync(rows[0]?.file ?? '').isFile()).toBe(true);
    await one.close();
    await two.close();
    expect(() => statSync(rows[0]?.file ?? '')).toThrow('ENOENT');
  });
});

describeOnEveryEngine('a lock that another store holds', (openHere) => {
  it('becomes a typed error within the bound', async () => {
    const store = await openHere();
    const impatient = openStore({ url: addressOf(store), clock: Date.now, lockWaitMs: 50 });
    await impatient.ready();
    const [locked, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = store.transaction(async (trx) => {
      await trx.updateTable('audit_head').set({ seq: 1 }).execute();
      locked.resolve();
      await done.promise;
    });
    await locked.promise;
    const blocked = impatient.transaction((trx) => trx.updateTable('audit_head').set({ seq: 2 }).execute());
    await expect(blocked).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'locked' });
    done.resolve();
    await holding;
    expect(await store.ledger.selectFrom('audit_head').select('seq').execute()).toMatchObject([{ seq: 1 }]);
    await impatient.close();
  });
});
