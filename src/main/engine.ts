import { ReadAudit } from '../audit/read-audit.ts';
import type { Config } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import { createKeys, type Keys } from '../grants/keys.ts';
import type { GrantRules } from '../grants/make_grant.ts';
import { type Scope, workflowOf } from '../grants/scopes.ts';
import { createMirror } from '../mirror/mirror.ts';
import { createSidecar, type Sidecar } from '../mirror/sidecar.ts';
import { CaretakerError } from '../model/errors.ts';
import type { KeyRing } from '../store/keyring.ts';
import { openStore, type Store } from '../store/store.ts';
import { createDriftRecorder, type DriftRecorder } from '../sync/drift.ts';
import { withSidecar } from '../sync/beside/with_sidecar.ts';
import { createRecords, type Records } from '../sync/records.ts';
import type { Tool } from '../tool.ts';
import { createCall } from '../tool/call.ts';
import type { Dispatcher } from '../writeback/dispatcher.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import { createQueueDispatcher } from '../writeback/queue_dispatcher.ts';
import { createTimerDispatcher } from '../writeback/timer_dispatcher.ts';
import { createWriteback, type Writeback } from '../writeback/writeback.ts';
import { createConnectors, storeUrl } from './connections.ts';
import type { Log } from './log.ts';
import { createNetwork } from './network.ts';
import { machineUptime, ownerIsAlive, processOwner } from './process_owner.ts';

export interface EngineOptions {
  config: Config;
  rules: GrantRules;
  catalogue: readonly Tool[];
  keyring: KeyRing;
  clock: () => number;
  log: Log;
  /** Told while a new sandbox portfolio is laid out. */
  onSeeding?: (done: number, total: number) => void;
}

/** Everything behind the tools: store, PMSs, ledger, keys. It is made without opening any of it. */
export interface Engine {
  store: Store;
  keyring: KeyRing;
  /** By connection; what is kept beside a PMS's records is part of what they give and of what they can do. */
  connectors: ReadonlyMap<string, Connector>;
  /** The same PMSs by themselves, for what has to be told apart. */
  pms: ReadonlyMap<string, Connector>;
  records: Records;
  sidecar: Sidecar;
  writeback: Writeback;
  keys: Keys;
  reads: ReadAudit;
  drift: DriftRecorder;
  /** Waits for what is under way, then closes everything. */
  close(): Promise<void>;
}

/** Puts the parts together. Loaded on first use, because the modules behind it are most of a start's time. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { config, rules, keyring, log } = options;
  const url = storeUrl(config);
  const store = openStore({ url, clock: options.clock, alignClock: true });
  const { clock } = store;
  const owner = processOwner();
  const machine = machineUptime();
  const drift = createDriftRecorder({ store, report: (error) => void log.trouble('drift_not_noted', error) });
  const network = createNetwork({
    store,
    keyring,
    owner,
    onLost: (connection) => log.info({ event: 'pace_lost', where: connection }),
    onDrift: drift.note,
  });
  const pms = await createConnectors(config, {
    clock,
    network,
    ...(options.onSeeding && { onProgress: options.onSeeding }),
  });
  const mirror = createMirror(store, keyring);
  const sidecar = createSidecar(store, keyring);
  const connectors = new Map(
    [...pms].map(([connection, connector]) => [
      connection,
      withSidecar(connector, { connection, store, keyring, sidecar, clock }),
    ]),
  );
  const records = createRecords({
    connections: config.connections.map(({ id, stale_after_seconds }) => ({
      id,
      connector: connectors.get(id) as Connector,
      stale_after_ms: stale_after_seconds * 1_000,
      isDown: () => network.paceOf(id)?.isDown() === true,
    })),
    mirror,
    clock,
  });
  const writeback: Writeback = createWriteback({
    store,
    keyring,
    mirror,
    connections: connectors,
    paceOf: (connection) => network.paceOf(connection),
    dispatcher: createDispatcher(store, url, log),
    tidy: () => network.tidy(),
    clock,
    monotonic: () => performance.now(),
    ...(machine !== undefined && { uptime: machine }),
    owner,
    ownerIsAlive,
    judgeAgain: (write) => judgeAgain(write),
    policy: {
      wait_ms: config.policy.write_wait_seconds * 1_000,
      duplicate_ms: config.policy.duplicate_hours * 3_600_000,
      approval_ms: config.policy.approval_hours * 3_600_000,
    },
    onTrouble: (event, write_id, error) => log.trouble(event, error, { write_id }),
  });
  const keys = createKeys({ store, keyring, rules });
  const byName = new Map(options.catalogue.map((tool) => [tool.name, tool]));

  /** The rules of the tool that recorded a write, under the grant that it was asked with. */
  async function judgeAgain(write: OpenWrite): Promise<void> {
    const tool = byName.get(write.row.tool);
    if (tool === undefined || !('judgeAgain' in tool))
      throw new CaretakerError(
        'conflict',
        'This version of Caretaker no longer has the rules for this. Nothing was sent.',
      );
    const call = createCall({ config, store, keyring, records, writeback }, grantOfWrite(write), clock());
    const { rollout } = await call.readinessOf({
      connection: write.row.connection,
      workflow: workflowOf(tool.scope),
      kind: write.command.kind,
      risk: tool.risk,
      request_id: write.row.request_id,
    });
    if (rollout !== 'live')
      throw new CaretakerError('not_permitted', 'This connection is no longer live for it. Nothing was sent.');
    if (!(await keys.holds(write.row.principal)))
      throw new CaretakerError('not_permitted', 'The key of whoever asked for it was taken back. Nothing was sent.');
    await tool.judgeAgain(call, write);
  }

  const reads = new ReadAudit(store, keyring, (count, error) => log.trouble('reads_not_audited', error, { count }));
  return {
    store,
    keyring,
    connectors,
    pms,
    records,
    sidecar,
    writeback,
    keys,
    reads,
    drift,
    async close() {
      await writeback.drain();
      await records.close();
      await reads.flush();
      await Promise.all([...connectors.values()].map((connector) => connector.close()));
      await network.close();
      await drift.close();
      await store.close();
    },
  };
}

/** One host wakes itself; on PostgreSQL there may be others, and the queue wakes whichever is free. */
function createDispatcher(store: Store, url: string, log: Log): Dispatcher {
  const report = (event: string, error: unknown): void => void log.trouble(event, error);
  return store.engine === 'postgres'
    ? createQueueDispatcher({ url, store, report })
    : createTimerDispatcher({ clock: store.clock, report });
}

/** The grant as it was stored with the write; JSON has no sets. */
function grantOfWrite({ row }: OpenWrite): Grant {
  const stored = JSON.parse(row.grant_json) as Omit<Grant, 'scopes'> & { scopes: Scope[] };
  return { ...stored, scopes: new Set(stored.scopes) };
}
