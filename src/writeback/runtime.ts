import type { Connector } from '../connectors/connector.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import type { Pace } from '../pace/pace.ts';
import type { ClockGuard } from './clock_guard.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { OpenWrite } from './open_write.ts';
import type { PlacesByConnection } from './places.ts';

/** What the ledger needs to work. */
export interface Runtime {
  store: Store;
  keyring: KeyRing;
  mirror: Mirror;
  connections: ReadonlyMap<string, Connector>;
  /** How fast a connection may be asked; undefined for one without limits, such as the embedded PMS. */
  paceOf?(connection: string): Pace | undefined;
  /** Wakes processes for writes that become due; without it only the sweep finds them. */
  dispatcher?: Dispatcher;
  clock: () => number;
  /** Milliseconds of a clock that cannot be set, such as `performance.now`. */
  monotonic: () => number;
  /** Which start of which machine this is, and whole milliseconds since; undefined where the system does not tell. */
  uptime?: { boot: string; ms: () => number };
  /** Both are set by the ledger itself at its start. */
  guard?: ClockGuard;
  look_ups?: PlacesByConnection;
  /** From 0 to below 1; spreads repeated attempts. `Math.random` by default. */
  random?: () => number;
  /** Names this process in leases, so that a dead owner's can be told from a living one's. */
  owner: string;
  ownerIsAlive(owner: string): boolean;
  /**
   * The rules of the trade once more, read from the PMS, for a write that was not judged just now. Throws
   * `CaretakerError` where it may no longer be sent.
   */
  judgeAgain(write: OpenWrite): Promise<void>;
  /** What else is forgotten once an hour, by one process of all. */
  tidy?(): Promise<void>;
  policy: WritePolicy;
  /** Called with every failure that no caller waits for. Ids and codes only. */
  onTrouble(event: string, writeId: string, error: unknown): void;
}

export interface WritePolicy {
  /** How long a caller waits for the outcome before it gets the write's id instead. */
  wait_ms: number;
  /** How long an identical command counts as a duplicate. */
  duplicate_ms: number;
  /** How long a person has to decide. */
  approval_ms: number;
}

/** Time over the request's deadline that the sender's lease lasts: to read the answer and commit it. */
export const LEASE_MARGIN_MS = 15_000;

export function connectorOf(runtime: Runtime, connection: string): Connector {
  const connector = runtime.connections.get(connection);
  if (connector === undefined) throw new RangeError(`no connection ${connection}`);
  return connector;
}
