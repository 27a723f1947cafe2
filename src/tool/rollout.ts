import type { Config } from '../config.ts';
import { CaretakerError } from '../model/errors.ts';
import type { CommandKind } from '../model/commands.ts';
import { type Rollout, ROLLOUTS, type Workflow } from '../model/rollout.ts';
import type { Store } from '../store/store.ts';
import { isProved, isWriteTest } from '../writeback/write_tests.ts';
import type { Writeback } from '../writeback/writeback.ts';

/** A change of which it is to be known whether it may be sent. */
export interface ChangeAsked {
  connection: string;
  /** The part of the business that it belongs to, if any. */
  workflow: Workflow | undefined;
  kind: CommandKind;
  risk: 'write' | 'money' | 'legal';
  principal: string;
  request_id: string;
}

/** Whether a change is sent or only recorded, and why it is only recorded where that is not the connection's rollout. */
export type Readiness = { rollout: 'live' } | { rollout: 'shadow'; shadow_reason?: 'not_proved' };

/**
 * Decides whether a change is sent. Money and leases are not moved on a guess: where nobody has seen how the PMS takes
 * such a change, it is only recorded until a test on this very connection has proved it. Throws `not_permitted` where the
 * connection takes no changes of this kind.
 */
export async function readinessOf(
  { config, store, writeback }: { config: Config; store: Store; writeback: Pick<Writeback, 'capabilities'> },
  { workflow, risk, ...change }: ChangeAsked,
): Promise<Readiness> {
  const { connection, kind } = change;
  const rollout = configured(config, connection, workflow);
  const { support, evidence } = writeback.capabilities(connection).commands[kind];
  const guessed = risk !== 'write' && support !== 'sidecar' && evidence !== 'seen';
  if (rollout === 'live' && !guessed) return { rollout };
  if (await isWriteTest(store.ledger, change)) return { rollout: 'live' };
  if (rollout === 'shadow') return { rollout };
  if (rollout === 'live')
    return (await isProved(store.ledger, connection, kind))
      ? { rollout }
      : { rollout: 'shadow', shadow_reason: 'not_proved' };
  throw new CaretakerError(
    'not_permitted',
    'This connection is not open for changes of this kind. Nothing was changed.',
  );
}

/** What belongs to no workflow is as far along as the furthest of them. */
function configured(config: Config, connection: string, workflow: Workflow | undefined): Rollout {
  const settings = config.connections.find(({ id }) => id === connection);
  if (settings === undefined) return 'off';
  if (workflow !== undefined) return settings.workflows[workflow];
  const rollouts = Object.values(settings.workflows);
  return ROLLOUTS.findLast((one) => rollouts.includes(one)) ?? 'off';
}
