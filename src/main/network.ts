import type { ConnectorEnvironment, Drift, PaceLimits } from '../connectors/connector.ts';
import type { Pace } from '../pace/pace.ts';
import { createPacedFetch, type PacedFetch } from '../pace/paced_fetch.ts';
import { aheadOfOthers, takePermit } from '../pace/request_scope.ts';
import { createPace } from '../pace/store_pace.ts';
import type { KeyRing } from '../store/keyring.ts';
import { createKv } from '../store/kv.ts';
import type { Store } from '../store/store.ts';

export interface NetworkOptions {
  store: Store;
  keyring: KeyRing;
  /** Names this process. */
  owner: string;
  /** Told when what was stored of a connection's pace could not be read and was begun anew. */
  onLost(connection: string): void;
  /** Told of every answer of a PMS that is not as it used to be; never throws, never waits. */
  onDrift?(connection: string, drift: Drift): void;
}

/** What connectors reach their PMSs with. Nothing is opened before the first request. */
export interface Network {
  /**
   * One connector's share of it: its own pace, its own kept values, and requests to `base_url` alone. A connector whose
   * PMS has several addresses asks again for each; the limits are the connection's, and those of the first time count.
   */
  environment(connection: string, base_url: string, limits: PaceLimits, deadline_ms?: number): ConnectorEnvironment;
  /** The pace of a connection that asked for an environment. */
  paceOf(connection: string): Pace | undefined;
  /** Forgets vendor tokens and the like that have expired. */
  tidy(): Promise<void>;
  /** Refuses what waits for its turn, and ends the connections that are kept open. */
  close(): Promise<void>;
}

/** Expired values that are removed in one transaction. */
const EXPIRED_AT_ONCE = 500;

/** Shorter than the lease of a write; a connector whose PMS is slower says so. */
const DEADLINE_MS = 30_000;

export function createNetwork({ store, keyring, owner, onLost, onDrift }: NetworkOptions): Network {
  const kv = createKv({ store, keyring });
  const paces = new Map<string, Pace>();
  const fetches: PacedFetch[] = [];
  return {
    environment(connection, base_url, limits, deadline_ms = DEADLINE_MS) {
      const lost = () => onLost(connection);
      const pace = paces.get(connection) ?? createPace({ store, connection, limits, deadline_ms, owner, onLost: lost });
      paces.set(connection, pace);
      const fetch = createPacedFetch({ pace, base_url, deadline_ms, clock: store.clock });
      fetches.push(fetch);
      const own = (key: string) => `${connection}:${key}`;
      return {
        clock: store.clock,
        fetch,
        onDrift: (drift) => onDrift?.(connection, drift),
        kv: {
          get: (key) => kv.get(own(key)),
          set: (key, value, ttl_ms) => kv.set(own(key), value, ttl_ms),
          once: (key, ttl_ms, make) => kv.once(own(key), ttl_ms, () => aheadOfOthers(make), giveLeaveBack),
        },
      };
    },
    paceOf: (connection) => paces.get(connection),
    async tidy() {
      while ((await kv.forgetExpired(EXPIRED_AT_ONCE)) === EXPIRED_AT_ONCE);
    },
    async close() {
      for (const pace of paces.values()) pace.close();
      await Promise.all(fetches.map((fetch) => fetch.close()));
    },
  };
}

/**
 * Whoever makes the value may need the very place that somebody keeps who waits for it. The request after the wait asks
 * for its own turn, and its sender's lease is looked at then as always. A maker's leave serves what makes the value.
 */
function giveLeaveBack(): void {
  takePermit()?.done();
}
