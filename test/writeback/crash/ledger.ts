import type { Connector } from '../../../src/connectors/connector.ts';
import { ownerIsAlive, processOwner } from '../../../src/main/process_owner.ts';
import { createMirror } from '../../../src/mirror/mirror.ts';
import { type Command, COMMANDS } from '../../../src/model/commands.ts';
import { digestOf } from '../../../src/model/version.ts';
import { KeyRing } from '../../../src/store/keyring.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Intent } from '../../../src/writeback/intent.ts';
import { createWriteback } from '../../../src/writeback/writeback.ts';
import { AGENT, personNamed } from '../grants.ts';

/** What a child is asked to do, and at which boundary it is killed. */
export interface Job {
  address: string;
  /** The simulator's entry for a configuration. */
  connection: { base_url: string };
  now: number;
  request_id: string;
  command: Command;
  before?: Record<string, unknown>;
  /** Whether a person says yes to it afterwards, in the same process. */
  approve: boolean;
  kill_at: number;
}

export const KEYRING = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

export const PERSON = personNamed('manager-1');

/** The ledger of this process, on a store that others use as well. */
export function openLedger(
  store: Store,
  connector: Connector,
  clock: () => number,
  onTrouble: (event: string, error: unknown) => void,
) {
  return createWriteback({
    store,
    keyring: KEYRING,
    mirror: createMirror(store, KEYRING),
    connections: new Map([['faulty', connector]]),
    clock,
    // The clocks of these tests are moved by hand, both at once.
    monotonic: clock,
    owner: processOwner(),
    ownerIsAlive,
    judgeAgain: async () => {},
    policy: { wait_ms: 60_000, duplicate_ms: 86_400_000, approval_ms: 3_600_000 },
    onTrouble: (event, _writeId, error) => onTrouble(event, error),
  });
}

/** The intent of a job, the same whoever records it. */
export function intentOf({ command, before, request_id, now }: Job): Intent {
  const money = command.kind === 'post_charge';
  return {
    ...{ grant: AGENT, tool: command.kind, request_id, input_digest: digestOf(command) },
    ...{ connection: 'faulty', scope: '', command, rollout: 'live', answer: {}, approvals: [], priority: 2 },
    ...(before !== undefined && { before }),
    ...(money && { amount: command.amount }),
    risk: COMMANDS[command.kind].record === 'ledger_entry' ? 'money' : 'write',
    judged_at: now,
    not_after: now + 86_400_000,
    day_start: now - 3_600_000,
  };
}
