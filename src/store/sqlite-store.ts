import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { EngineOptions, EngineStore } from './half.ts';
import type { LedgerTables, MirrorTables } from './schema.ts';
import { SqliteFile } from './sqlite-file.ts';

/** The file beside the ledger that holds the mirror: `caretaker.db` has `caretaker.mirror.db`. */
export function mirrorPath(ledgerPath: string): string {
  const extension = extname(ledgerPath);
  return `${ledgerPath.slice(0, ledgerPath.length - extension.length)}.mirror${extension}`;
}

/** Both halves as SQLite files. `:memory:` is a private folder that lives as long as the store does. */
export function openSqlite(path: string, { ready, lockWaitMs }: EngineOptions): EngineStore {
  const temporary = path === ':memory:' ? nameTemporaryFolder() : undefined;
  const ledgerPath = temporary ? join(temporary, 'caretaker.db') : path;
  const ledger = new SqliteFile<LedgerTables>({
    path: ledgerPath,
    synchronous: temporary ? 'off' : 'full',
    lockWaitMs,
    ready,
  });
  const mirror = new SqliteFile<MirrorTables>({
    path: mirrorPath(ledgerPath),
    synchronous: temporary ? 'off' : 'normal',
    lockWaitMs,
    ready,
  });
  return {
    ledger,
    mirror,
    async open() {
      await ledger.open('ledger');
      try {
        await mirror.open('mirror');
      } catch (error) {
        ledger.close();
        throw error;
      }
    },
    async backup(file) {
      if (existsSync(file)) throw new Error(`${file} exists already: a backup goes to a new file`);
      // Under another name first, so that a copy that was cut short is never taken for a backup.
      const unfinished = `${file}.unfinished`;
      rmSync(unfinished, { force: true });
      await ledger.backup(unfinished);
      renameSync(unfinished, file);
    },
    async close() {
      ledger.close();
      mirror.close();
      if (temporary) removeTemporaryFolder(temporary);
    },
  };
}

/*
 * A database in SQLite's own memory cannot be shared between a writer and a reader that does not wait for it, so that
 * tests would run on other rules than the real thing. Files that are never synchronised are as fast.
 */
const temporaryFolders = new Set<string>();
let removedAtExit = false;

function nameTemporaryFolder(): string {
  if (!removedAtExit) process.once('exit', () => temporaryFolders.forEach(removeTemporaryFolder));
  removedAtExit = true;
  const folder = join(tmpdir(), `caretaker-${randomUUID()}`);
  temporaryFolders.add(folder);
  return folder;
}

function removeTemporaryFolder(folder: string): void {
  temporaryFolders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}
