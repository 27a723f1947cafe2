import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { VendorError } from '../connector.ts';
import { Database, isBusy } from './database.ts';
import { INDEXES, SCHEMA_VERSION, TABLES } from './schema.ts';

/** How long an opener waits while another process fills the file; 100,000 units take under a minute. */
const WAIT_FOR_SEEDING_MS = 300_000;
const WAIT_STEP_MS = 50;
/** How long a change waits for another process; shorter than any request does, so that its sender is told in time. */
const BUSY_TIMEOUT_MS = 2_000;

export interface OpenOptions {
  file: string;
  open_database?: (file: string) => DatabaseSync;
  busy_timeout_ms?: number;
  /** Fills an empty PMS; inside the transaction that creates it. */
  seed: (db: Database) => Promise<void>;
}

async function openFile(file: string): Promise<DatabaseSync> {
  // Loaded on first use: starting up must cost nothing.
  const [{ DatabaseSync }, { mkdirSync }, { dirname }] = await Promise.all([
    import('node:sqlite'),
    import('node:fs'),
    import('node:path'),
  ]);
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  } catch {
    throw new VendorError('misconfigured', 'The folder of the sandbox PMS cannot be made.');
  }
  return new DatabaseSync(file);
}

function versionOf(db: Database): number {
  return Number(db.get('PRAGMA user_version')?.['user_version']);
}

/** Retries what another process's lock keeps from happening, without holding up this process meanwhile. */
async function whenFree<T>(attempt: () => T): Promise<T> {
  for (let waited = 0; ; waited += WAIT_STEP_MS) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || waited >= WAIT_FOR_SEEDING_MS) throw error;
      await delay(WAIT_STEP_MS);
    }
  }
}

/*
 * In rollback-journal mode a new file is written in place and a crash in the middle leaves it empty, so that filling it
 * is one transaction of any size. WAL comes after it.
 */
async function createAndSeed(db: Database, seed: OpenOptions['seed']): Promise<void> {
  await whenFree(() => db.run('BEGIN EXCLUSIVE'));
  try {
    // Another process may have done it while this one waited.
    if (versionOf(db) === 0) {
      db.exec(TABLES);
      await seed(db);
      db.exec(INDEXES);
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    db.run('COMMIT');
  } catch (error) {
    db.rollback();
    throw error;
  }
}

/** Opens the PMS's file, and makes and fills it first where it is new. Others who open it meanwhile wait. */
export async function openPms(options: OpenOptions): Promise<Database> {
  const handle = options.open_database?.(options.file) ?? (await openFile(options.file));
  const busyTimeoutMs = options.busy_timeout_ms ?? BUSY_TIMEOUT_MS;
  const db = new Database(handle, busyTimeoutMs);
  try {
    // Waiting is done here, without holding up the process; every statement below may meet the lock of a seeder.
    db.exec('PRAGMA busy_timeout = 0');
    await whenFree(() => db.exec('PRAGMA synchronous = NORMAL'));
    if ((await whenFree(() => versionOf(db))) === 0) await createAndSeed(db, options.seed);
    if ((await whenFree(() => versionOf(db))) !== SCHEMA_VERSION) {
      throw new VendorError('misconfigured', 'The file of the sandbox PMS was made by another version.');
    }
    await whenFree(() => db.exec('PRAGMA journal_mode = WAL'));
    await whenFree(() => db.exec('PRAGMA synchronous = FULL'));
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
