import { setTimeout } from 'node:timers/promises';
import { CannotOpen, type KeyRing } from './keyring.ts';
import type { Store } from './store.ts';

/** Small values that processes share and that can be made again: vendor tokens, cursors. Sealed, with a life span. */
export interface Kv {
  /** Undefined where there is none, where it is over, and where its key is no longer in the ring. */
  get(key: string): Promise<string | undefined>;
  /** Without `ttl_ms` (milliseconds) it stays until it is set again. */
  set(key: string, value: string, ttl_ms?: number): Promise<void>;
  /**
   * The value; where there is none, `make` makes it in one process, and all others wait for that. Who dies while making
   * it is waited for no longer than 30 s. Rejects with what `make` throws, in the process that ran it; another one of
   * those who wait then tries itself. `beforeWaiting` is called each time before somebody else is waited for: who waits
   * lets go there of what that one may need.
   */
  once(key: string, ttl_ms: number, make: () => Promise<string>, beforeWaiting?: () => void): Promise<string>;
  /** Removes up to so many values that are over, and says how many it were. */
  forgetExpired(limit: number): Promise<number>;
}

export interface KvOptions {
  store: Store;
  keyring: KeyRing;
  /** How those wait who wait for a value that another process makes. */
  pause?: (ms: number) => Promise<unknown>;
}

/** How long somebody may be at making a value before another one makes it. */
const CLAIM_MS = 30_000;
/** How often is looked whether it has been made. */
const LOOK_MS = 100;

/** Values in the store's `kv` table. Every method throws `StoreUnavailable`. */
export function createKv({ store, keyring, pause = setTimeout }: KvOptions): Kv {
  const making = new Map<string, Promise<string>>();

  /** Who claims a key alone makes its value. A claim is a row of its own, so that an older value can be read meanwhile. */
  function claim(key: string, claimant: string): Promise<boolean> {
    const now = store.clock();
    const row = { key: claimOf(key), value_sealed: claimant, expires_at: now + CLAIM_MS };
    return store.transaction(async (trx) => {
      // A claim that ends later than any can was made by a clock that has been set back since.
      await trx
        .deleteFrom('kv')
        .where('key', '=', row.key)
        .where((claim) => claim.or([claim('expires_at', '<=', now), claim('expires_at', '>', row.expires_at)]))
        .execute();
      const made = await trx
        .insertInto('kv')
        .values(row)
        .onConflict((at) => at.column('key').doNothing())
        .executeTakeFirst();
      return Number(made.numInsertedOrUpdatedRows ?? 0) > 0;
    });
  }

  async function unclaim(key: string, claimant: string): Promise<void> {
    await store.transaction((trx) =>
      trx.deleteFrom('kv').where('key', '=', claimOf(key)).where('value_sealed', '=', claimant).execute(),
    );
  }

  /** For one at a time of this process, which has looked and found none. */
  async function makeOrWait(
    key: string,
    ttl_ms: number,
    make: () => Promise<string>,
    beforeWaiting: () => void,
  ): Promise<string> {
    // Sealed anew it is like no other, whichever process seals it.
    const claimant = keyring.seal('', contextOf(claimOf(key)));
    while (!(await claim(key, claimant))) {
      beforeWaiting();
      await pause(LOOK_MS);
      const there = await kv.get(key);
      if (there !== undefined) return there;
    }
    try {
      // It may have been made between the look and the claim.
      const meanwhile = await kv.get(key);
      if (meanwhile !== undefined) return meanwhile;
      const value = await make();
      await kv.set(key, value, ttl_ms);
      return value;
    } finally {
      await unclaim(key, claimant);
    }
  }

  const kv: Kv = {
    async get(key) {
      const row = await store.ledger
        .selectFrom('kv')
        .select('value_sealed')
        .where('key', '=', key)
        .where((value) => value.or([value('expires_at', 'is', null), value('expires_at', '>', store.clock())]))
        .executeTakeFirst();
      return row && opened(keyring, row.value_sealed, key);
    },
    async set(key, value, ttl_ms) {
      const row = {
        value_sealed: keyring.seal(value, contextOf(key)),
        expires_at: ttl_ms === undefined ? null : Math.ceil(store.clock() + ttl_ms),
      };
      await store.transaction((trx) =>
        trx
          .insertInto('kv')
          .values({ key, ...row })
          .onConflict((at) => at.column('key').doUpdateSet(row))
          .execute(),
      );
    },
    async once(key, ttl_ms, make, beforeWaiting = () => {}) {
      // Everybody looks for himself: where it is there, nobody is waited for.
      const there = await kv.get(key);
      if (there !== undefined) return there;
      const current = making.get(key);
      if (current !== undefined) {
        beforeWaiting();
        return current;
      }
      const promise = makeOrWait(key, ttl_ms, make, beforeWaiting).finally(() => making.delete(key));
      making.set(key, promise);
      return promise;
    },
    async forgetExpired(limit) {
      const now = store.clock();
      const over = store.ledger.selectFrom('kv').select('key').where('expires_at', '<=', now).limit(limit);
      const keys = (await over.execute()).map(({ key }) => key);
      if (keys.length === 0) return 0;
      const removed = await store.transaction((trx) =>
        trx.deleteFrom('kv').where('key', 'in', keys).where('expires_at', '<=', now).executeTakeFirst(),
      );
      return Number(removed.numDeletedRows);
    },
  };
  return kv;
}

function claimOf(key: string): string {
  return `claim of ${key}`;
}

/** A sealed value belongs to its key and opens under no other. */
function contextOf(key: string): string {
  return `kv:${key}`;
}

function opened(keyring: KeyRing, sealed: string, key: string): string | undefined {
  try {
    return keyring.open(sealed, contextOf(key));
  } catch (error) {
    if (error instanceof CannotOpen) return undefined;
    throw error;
  }
}
