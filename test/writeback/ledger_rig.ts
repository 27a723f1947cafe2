import { type Connector, type RetryMode, type StepResult, VendorError } from '../../src/connectors/connector.ts';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import type { Grant } from '../../src/grants/grant.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import type { Command } from '../../src/model/commands.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { digestOf } from '../../src/model/version.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import type { Runtime } from '../../src/writeback/runtime.ts';
import type { Intent } from '../../src/writeback/intent.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { AGENT, personNamed } from './grants.ts';

export const START = Date.parse('2026-11-24T15:00:00.000Z');

/** What the PMS does to the next request; afterwards it behaves again. */
export type Fault =
  | {
      on: 'send';
      how: 'commit_then_drop' | 'drop_before_commit' | 'unavailable' | 'rate_limited' | 'refuse' | 'needs_override';
    }
  | { on: 'get'; how: 'unavailable' | 'missing' | 'lossy' }
  | { on: 'locate'; how: 'unavailable' | 'absent' | 'not_all' | 'differs' };

/** The sandbox PMS with faults on request, and with the settling times of a slower one. */
function faulty(inner: Connector, faults: Fault[]): Connector {
  const take = (on: Fault['on']): Fault['how'] | undefined => (faults[0]?.on === on ? faults.shift()?.how : undefined);
  return {
    ...inner,
    capabilities: { ...inner.capabilities, settling: { late_commit_ms: 30_000, read_lag_ms: 10_000 } },
    async send(request, signal): Promise<StepResult> {
      const how = take('send');
      if (how === 'unavailable') throw new VendorError('unavailable', 'The PMS is down.');
      if (how === 'rate_limited')
        throw new VendorError('rate_limited', 'Too many requests.', { retry_after_ms: 7_000 });
      if (how === 'refuse') throw new VendorError('refused', 'The PMS refused it.', { field: 'title' });
      if (how === 'needs_override') throw new VendorError('needs_override', 'The period is soft-closed.');
      if (how === 'drop_before_commit') throw new VendorError('outcome_unknown', 'No answer.');
      const result = await inner.send(request, signal);
      if (how === 'commit_then_drop') throw new VendorError('outcome_unknown', 'No answer.');
      return result;
    },
    async get(kind, scope, id) {
      const how = take('get');
      if (how === 'unavailable') throw new VendorError('unavailable', 'The PMS is down.');
      if (how === 'missing') return undefined;
      const record = await inner.get(kind, scope, id);
      return how === 'lossy' && record !== undefined ? { ...record, description: 'cut' } : record;
    },
    async locate(command, step, request, context) {
      const how = take('locate');
      if (how === 'unavailable') throw new VendorError('unavailable', 'The PMS is down.');
      if (how === 'absent') return { outcome: 'absent', covers_all: true };
      if (how === 'not_all') return { outcome: 'absent', covers_all: false };
      if (how === 'differs') return { outcome: 'differs', detail: 'Somebody changed it meanwhile.' };
      return inner.locate(command, step, request, context);
    },
  };
}

/** The ledger on a store of either engine, over a PMS with faults. */
export async function openRig(store: Store, options: { wait_ms?: number; owner?: string; alive?: boolean } = {}) {
  const time = { now: START, set: 0 };
  const clock = () => time.now;
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
  const sandbox = createSandbox({ file: ':memory:', clock, seed: 1, properties: 2, units: 20 });
  const faults: Fault[] = [];
  const connector = faulty(sandbox, faults);
  const troubles: string[] = [];
  const verdict: { refusal?: CaretakerError } = {};
  await store.ready();
  const runtime: Runtime = {
    store,
    keyring,
    mirror: createMirror(store, keyring),
    connections: new Map([['main', connector]]),
    clock,
    // Time that passes moves both clocks; a test that sets the wall clock alone says so.
    monotonic: () => time.now - time.set,
    owner: options.owner ?? 'host:1:1',
    ownerIsAlive: () => options.alive ?? true,
    async judgeAgain() {
      if (verdict.refusal !== undefined) throw verdict.refusal;
    },
    policy: { wait_ms: options.wait_ms ?? 5_000, duplicate_ms: 86_400_000, approval_ms: 3_600_000 },
    onTrouble: (event, _id, error) => void troubles.push(`${event}: ${String(error)}`),
  };
  const writeback = createWriteback(runtime);
  const unit = (await sandbox.list('unit', { scope: '', limit: 1 })).records[0]!;
  let requests = 0;

  const grant = (over: Partial<Grant> = {}): Grant => ({ ...AGENT, ...over });

  const createWorkOrder = (title = 'Leak'): Command => ({
    kind: 'create_work_order',
    property_id: unit.property_id,
    unit_id: unit.id,
    title,
    description: `${title} under the sink`,
    trade: 'plumbing',
    severity: 'urgent',
    entry: 'yes',
    file_ids: [],
  });

  const intent = (command: Command, over: Partial<Intent> = {}): Intent => ({
    grant: grant(),
    tool: command.kind,
    request_id: `request-${++requests}`,
    input_digest: digestOf(command),
    connection: 'main',
    scope: '',
    command,
    risk: 'write',
    approvals: [],
    priority: 2,
    judged_at: time.now,
    not_after: time.now + 86_400_000,
    day_start: time.now - 3_600_000,
    rollout: 'live',
    answer: {},
    ...over,
  });

  return {
    store,
    keyring,
    sandbox,
    runtime,
    writeback,
    faults,
    troubles,
    time,
    unit,
    verdict,
    grant,
    person: (name = 'manager-1') => personNamed(name),
    intent,
    createWorkOrder,
    submit: (command: Command, over: Partial<Intent> = {}) => writeback.submit(intent(command, over)),
    /** Effects in the PMS since the portfolio was laid out, counted by the PMS itself. */
    effects: async () => (await sandbox.effects()).length,
    /** Lets the sweep run until nothing is due any more. */
    async recover(passing = 0) {
      time.now += passing;
      for (let round = 0; round < 10 && (await writeback.recover()) > 0; round += 1);
    },
    state: async (writeId: string) => (await writeback.byId(writeId))?.row.state,
    async close() {
      await writeback.drain();
      await sandbox.close();
    },
  };
}

/** Lets the one step of every command be retried in another way, as with a PMS that has no keys. */
export function retriedBy(rig: Awaited<ReturnType<typeof openRig>>, retry: RetryMode): void {
  const connector = rig.runtime.connections.get('main') as Connector;
  connector.compile = () => [{ name: 'submit', retry }];
}
