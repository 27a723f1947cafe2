import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ReadAudit } from '../../src/audit/read-audit.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type Connector, VendorError } from '../../src/connectors/connector.ts';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import type { Grant, Pin } from '../../src/grants/grant.ts';
import { makeGrant } from '../../src/grants/make_grant.ts';
import type { Role } from '../../src/grants/scopes.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import type { CommandKind } from '../../src/model/commands.ts';
import type { ErrorCode } from '../../src/model/errors.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createRecords } from '../../src/sync/records.ts';
import { createCall } from '../../src/tool/call.ts';
import { createPipeline, type PipelineParts } from '../../src/tool/pipeline.ts';
import type { Tool } from '../../src/tool.ts';
import type { OpenWrite } from '../../src/writeback/open_write.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { inferring } from './guessed.ts';

/** A Tuesday, 9 AM in Chicago. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

export const CONNECTION = 'sandbox';

export interface HarnessOptions {
  tools: readonly Tool[];
  /** Keys of the configuration beside `connections`. */
  config?: Record<string, unknown>;
  /** Size of the portfolio; small, because it is laid out and loaded anew for every harness. */
  units?: number;
  properties?: number;
  /** Default: a store in memory. */
  store?: Store;
  /** Commands that nobody has seen the PMS take. */
  inferred?: readonly CommandKind[];
}

export interface Who {
  role?: Role;
  /** More scopes than the role has. */
  scopes?: readonly string[];
  /** Property ids of the sandbox; none means all. */
  pins?: readonly string[];
  principal?: string;
  kind?: Grant['kind'];
  owner?: string;
  limits?: Grant['limits'];
}

export interface ToolError {
  code: ErrorCode;
  message: string;
  field?: string;
  next?: string;
  details?: Record<string, unknown>;
}

/**
 * Tools on the embedded PMS through the whole pipeline, in memory: fixed clock, fixed portfolio. What `call` does is
 * what a client's call does, without the protocol around it.
 */
export async function openHarness(options: HarnessOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-tools-'));
  const time = { now: NOW };
  const clock = () => time.now;
  const config = configIn(folder, options);
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
  const store = options.store ?? openStore({ url: 'sqlite::memory:', clock });
  const sandbox = createSandbox({
    file: ':memory:',
    clock,
    seed: 1,
    properties: options.properties ?? 3,
    units: options.units ?? 60,
  });
  const pms = { down: false, read_only: false };
  const connector = withOutages(inferring(sandbox, options.inferred ?? []), pms);
  const mirror = createMirror(store, keyring);
  const records = createRecords({
    connections: [{ id: CONNECTION, connector, stale_after_ms: 900_000 }],
    mirror,
    clock,
  });
  const troubles: unknown[] = [];
  const report = (error: unknown) => {
    troubles.push(error);
    return `e-${troubles.length}`;
  };
  const writeback = createWriteback({
    store,
    keyring,
    mirror,
    connections: new Map([[CONNECTION, connector]]),
    clock,
    monotonic: clock,
    owner: 'harness',
    ownerIsAlive: () => true,
    judgeAgain,
    policy: { wait_ms: 10_000, duplicate_ms: 86_400_000, approval_ms: 259_200_000 },
    onTrouble: (_event, _writeId, error) => void report(error),
  });
  const reads = new ReadAudit(store, keyring, (_lost, reason) => void report(reason));
  const parts: PipelineParts = {
    catalogue: options.tools,
    config,
    store,
    keyring,
    records,
    writeback,
    reads,
    clock,
    report,
  };
  const pipeline = createPipeline(parts);

  async function judgeAgain(write: OpenWrite): Promise<void> {
    const tool = options.tools.find(({ name }) => name === write.row.tool);
    if (tool === undefined || !('judgeAgain' in tool)) return;
    const stored = JSON.parse(write.row.grant_json) as Omit<Grant, 'scopes'> & { scopes: Grant['scopes'] };
    await tool.judgeAgain(createCall(parts, { ...stored, scopes: new Set(stored.scopes) }, clock()), write);
  }

  function grantOf(who: Who | Role = {}): Grant {
    const asked: Who = typeof who === 'string' ? { role: who } : who;
    const { role = 'property_manager', principal = `${role}-1`, kind = 'agent' } = asked;
    return makeGrant(
      {
        organisation: config.organisation,
        connections: config.connections,
        tools: options.tools.map(({ name }) => name),
        limits: config.policy.limits,
        emergency_limit: config.policy.emergency_limit,
        sandboxOnly: config.sandboxOnly,
      },
      { principal, kind, owner: asked.owner ?? (kind === 'person' ? principal : 'the-owner'), from_role: false },
      {
        roles: [role],
        scopes: asked.scopes ?? [],
        pins: (asked.pins ?? []).map((property_id): Pin => ({ connection: CONNECTION, property_id })),
        limits: asked.limits,
      },
    );
  }

  let requests = 0;

  return {
    config,
    store,
    keyring,
    sandbox,
    records,
    writeback,
    pipeline,
    clock,
    time,
    pms,
    /** What was reported as unexpected; a test that provokes nothing expects it to stay empty. */
    troubles,
    grantOf,
    /** A request id that has not been used. */
    requestId: () => `request-${String(++requests).padStart(8, '0')}`,
    /** A call's answer as a client gets it. */
    call: (who: Grant | Who | Role, tool: string, args: unknown = {}) =>
      pipeline.call(isGrant(who) ? who : grantOf(who), tool, args),
    /** The structured result of a call that has to succeed. */
    async ok<T = any>(who: Grant | Who | Role, tool: string, args: unknown = {}): Promise<T> {
      const answer = await this.call(who, tool, args);
      expect(answer.isError, JSON.stringify(answer.structured)).toBe(false);
      return answer.structured as T;
    },
    /** The error of a call that has to be refused. */
    async refused(who: Grant | Who | Role, tool: string, args: unknown = {}): Promise<ToolError> {
      const answer = await this.call(who, tool, args);
      expect(answer.isError, JSON.stringify(answer.structured)).toBe(true);
      return answer.structured['error'] as ToolError;
    },
    async close() {
      await writeback.drain();
      await reads.flush();
      await records.close();
      await store.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Harness = Awaited<ReturnType<typeof openHarness>>;

function isGrant(who: Grant | Who | Role): who is Grant {
  return typeof who === 'object' && 'organisation' in who;
}

function configIn(folder: string, options: HarnessOptions): Config {
  const file = join(folder, 'caretaker.config.json');
  const connections = [{ id: CONNECTION, pms: 'sandbox', file: ':memory:' }];
  writeFileSync(file, JSON.stringify({ connections, ...options.config }));
  return loadConfig(
    { file, cwd: folder, environment: {} },
    { tools: options.tools.map(({ name }) => name), pms: ['sandbox'] },
  );
}

/** The connector behind switches: while the PMS is down or takes no changes, a request fails before it is looked at. */
function withOutages(connector: Connector, pms: { down: boolean; read_only: boolean }): Connector {
  const guarded =
    <A extends unknown[], T>(method: (...args: A) => Promise<T>, fails: () => boolean) =>
    (...args: A): Promise<T> =>
      fails() ? Promise.reject(new VendorError('unavailable', 'The PMS does not answer.')) : method(...args);
  const isDown = () => pms.down;
  return {
    ...connector,
    get: guarded(connector.get, isDown) as Connector['get'],
    list: guarded(connector.list, isDown) as Connector['list'],
    send: guarded(connector.send, () => pms.down || pms.read_only),
    locate: guarded(connector.locate, isDown),
  };
}

/** The first value that fits; a portfolio without one is a mistake in the test. */
export function first<T>(values: readonly T[], fits: (value: T) => boolean = () => true): T {
  const value = values.find(fits);
  if (value === undefined) throw new Error('the portfolio has none of these');
  return value;
}
