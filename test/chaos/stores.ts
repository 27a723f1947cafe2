import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** An empty store of a run. */
export interface RunStore {
  address: string;
  remove(): Promise<void>;
}

/** A SQLite file of its own, or a schema of its own in a PostgreSQL database. */
export async function newStore(postgres: string | undefined): Promise<RunStore> {
  if (postgres === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'caretaker-chaos-store-'));
    return {
      address: `sqlite:${join(folder, 'caretaker.db')}`,
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  }
  const schema = `chaos_${randomUUID().replaceAll('-', '')}`;
  await query(postgres, `create schema ${schema}`);
  const url = new URL(postgres);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return {
    address: url.href.replaceAll('+', '%20'),
    async remove() {
      await query(postgres, `drop schema ${schema} cascade`);
      await query(postgres, `drop schema if exists ${schema}_jobs cascade`);
    },
  };
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
