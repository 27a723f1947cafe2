import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { latestVersion, StoreTooNew } from './migrations.ts';
import { SqliteConnection } from './sqlite.ts';
import { mirrorPath } from './sqlite-store.ts';
import { StoreUnavailable } from './unavailable.ts';

export interface RestoreOptions {
  /** The address of the store to put in place: `sqlite:` and a file name. */
  url: string;
  /** The backup. It is copied, and stays as it is. */
  file: string;
  /** Milliseconds since the epoch; names the copy of what was replaced. */
  now: number;
}

/**
 * Puts a backup in the place of a ledger that no process has open. What was there is kept beside it, and the mirror
 * is removed, because it may know more than the ledger now does; it is loaded again. Returns where the replaced
 * ledger is kept, if there was one.
 */
export function restore({ url, file, now }: RestoreOptions): { replaced: string | undefined } {
  if (!url.startsWith('sqlite:') || url === 'sqlite::memory:') {
    throw new Error('Only a store in a SQLite file is restored by Caretaker; on PostgreSQL use pg_restore.');
  }
  const target = url.slice('sqlite:'.length);
  if (!existsSync(file)) throw new Error(`There is no backup at ${file}.`);
  const incoming = `${target}.restoring`;
  removeDatabase(incoming);
  try {
    copyFileSync(file, incoming);
    checkBackup(incoming);
    synchronise(incoming);
    const replaced = existsSync(target) ? setAside(target, `${target}.replaced-${now}`) : undefined;
    renameSync(incoming, target);
    removeDatabase(mirrorPath(target));
    return { replaced };
  } finally {
    removeDatabase(incoming);
  }
}

/** Throws unless the file is a whole ledger of this or an earlier version. */
function checkBackup(path: string): void {
  const connection = new SqliteConnection(path, { onlyInTransaction: false, timeout: 0 });
  try {
    // Also takes the copy out of write-ahead mode, so that it is one file.
    connection.exec('pragma journal_mode = delete');
    const [check] = connection.prepare('pragma integrity_check').all([]);
    if (check?.['integrity_check'] !== 'ok') throw new StoreUnavailable('corrupt');
    const [table] = connection.prepare(`select 1 from sqlite_schema where name = 'schema_versions'`).all([]);
    if (!table) throw new StoreUnavailable('corrupt');
    const [row] = connection.prepare(`select version from schema_versions where part = 'ledger'`).all([]);
    const version = row?.['version'];
    if (typeof version !== 'number') throw new StoreUnavailable('corrupt');
    if (version > latestVersion('ledger')) throw new StoreTooNew('ledger', version);
  } finally {
    connection.close();
  }
}

/** Renames a ledger away. Leaving write-ahead mode fails while any other process has the file open, even idle. */
function setAside(target: string, replaced: string): string {
  const connection = new SqliteConnection(target, { onlyInTransaction: false, timeout: 0 });
  try {
    connection.exec('pragma journal_mode = delete');
    connection.exec('begin exclusive');
    renameSync(target, replaced);
    return replaced;
  } finally {
    connection.close();
  }
}

function synchronise(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
}
