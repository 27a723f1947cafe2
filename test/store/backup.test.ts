import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, it } from 'vitest';
import { restore } from '../../src/store/restore.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { describeOnEveryEngine } from './engines.ts';

const root = mkdtempSync(join(tmpdir(), 'caretaker-backup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const opened: Store[] = [];
afterAll(() => Promise.all(opened.map((store) => store.close())));

function open(path: string): Store {
  const store = openStore({ url: `sqlite:${path}`, clock: Date.now });
  opened.push(store);
  return store;
}
const put = (store: Store, key: string) =>
  store.transaction((trx) =>
    trx
      .insertInto('meta')
      .values({ key, value: 'v'.repeat(2000) })
      .execute(),
  );
const keys = async (store: Store) =>
  (await store.ledger.selectFrom('meta').select('key').orderBy('key').execute()).map(({ key }) => key);

it('copies the ledger while work goes on, and puts it back', async () => {
  const folder = mkdtempSync(join(root, 'a-'));
  const path = join(folder, 'caretaker.db');
  const file = join(folder, 'backup.db');
  const store = open(path);
  for (const key of ['a', 'b', 'c']) await put(store, key);
  const [, ...during] = await Promise.all([store.backup(file), ...['d', 'e', 'f'].map((key) => put(store, key))]);
  expect(during).toHaveLength(3);
  await store.close();

  expect(restore({ url: `sqlite:${path}`, file, now: 7 })).toEqual({ replaced: `${path}.replaced-7` });
  expect(existsSync(join(folder, 'caretaker.mirror.db'))).toBe(false);
  const again = open(path);
  const restored = await keys(again);
  expect(restored.slice(0, 3)).toEqual(['a', 'b', 'c']);
  await put(again, 'g');
  await again.close();
  expect(await keys(open(`${path}.replaced-7`))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('puts a backup where nothing was', async () => {
  const folder = mkdtempSync(join(root, 'b-'));
  const store = open(join(folder, 'one.db'));
  await put(store, 'a');
  await store.backup(join(folder, 'backup.db'));
  const target = join(folder, 'two.db');
  expect(restore({ url: `sqlite:${target}`, file: join(folder, 'backup.db'), now: 7 })).toEqual({
    replaced: undefined,
  });
  expect(await keys(open(target))).toEqual(['a']);
});

it('refuses to overwrite a backup', async () => {
  const folder = mkdtempSync(join(root, 'c-'));
  const file = join(folder, 'backup.db');
  writeFileSync(file, 'precious');
  await expect(open(join(folder, 'one.db')).backup(file)).rejects.toThrow('exists already');
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

it('refuses to replace a store that is in use, even an idle one', async () => {
  const folder = mkdtempSync(join(root, 'd-'));
  const path = join(folder, 'caretaker.db');
  const store = open(path);
  await put(store, 'a');
  await store.backup(join(folder, 'backup.db'));
  await put(store, 'b');
  const attempt = () => restore({ url: `sqlite:${path}`, file: join(folder, 'backup.db'), now: 7 });
  expect(attempt).toThrow(expect.objectContaining({ name: 'StoreUnavailable', code: 'locked' }));
  await put(store, 'c');
  expect(await keys(store)).toEqual(['a', 'b', 'c']);
  expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([]);
});

it.each([
  [
    'a text',
    (file: string) => writeFileSync(file, 'not a database at all, whatever its name says'.repeat(50)),
    'corrupt',
  ],
  ['an empty file', (file: string) => writeFileSync(file, ''), 'corrupt'],
  ['a copy that was cut short', (file: string) => truncateSync(file, 20_000), 'corrupt'],
])('refuses %s as a backup and leaves the store alone', async (_what, damage, code) => {
  const folder = mkdtempSync(join(root, 'e-'));
  const path = join(folder, 'caretaker.db');
  const file = join(folder, 'backup.db');
  const store = open(path);
  await put(store, 'a');
  await store.backup(file);
  await store.close();
  damage(file);
  const attempt = () => restore({ url: `sqlite:${path}`, file, now: 7 });
  expect(attempt).toThrow(expect.objectContaining({ name: 'StoreUnavailable', code }));
  expect(await keys(open(path))).toEqual(['a']);
});

it('refuses a backup of a later version, and one that is not there', async () => {
  const folder = mkdtempSync(join(root, 'f-'));
  const file = join(folder, 'backup.db');
  const store = open(join(folder, 'one.db'));
  await store.transaction((trx) => sql`update schema_versions set version = 99`.execute(trx));
  await store.backup(file);
  const target = `sqlite:${join(folder, 'two.db')}`;
  expect(() => restore({ url: target, file, now: 7 })).toThrow(expect.objectContaining({ name: 'StoreTooNew' }));
  expect(() => restore({ url: target, file: `${file}x`, now: 7 })).toThrow('There is no backup at');
  expect(() => restore({ url: 'postgres://localhost/x', file, now: 7 })).toThrow('pg_restore');
  expect(existsSync(join(folder, 'two.db'))).toBe(false);
});

describeOnEveryEngine('backup', (openHere) => {
  it('makes a file, or says what to use instead', async () => {
    const store = await openHere();
    const file = join(mkdtempSync(join(root, 'g-')), 'backup.db');
    const backup = store.backup(file);
    if (store.engine === 'sqlite') await backup;
    else await expect(backup).rejects.toThrow('pg_dump');
    expect(existsSync(file)).toBe(store.engine === 'sqlite');
  });
});
