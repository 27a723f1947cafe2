import { randomUUID } from 'node:crypto';
import type { Grant } from '../../src/grants/grant.ts';
import type { Command } from '../../src/model/commands.ts';
import { digestOf } from '../../src/model/version.ts';
import type { Intent } from '../../src/writeback/intent.ts';
import { CONNECTION } from './pms.ts';

const DAY_MS = 86_400_000;

/** A change as a tool hands it to the ledger, when its rules have been checked. */
export function intentFor(grant: Grant, command: Command, more: Pick<Intent, 'before' | 'effect'>): Intent {
  const now = Date.now();
  return {
    grant,
    tool: command.kind,
    request_id: randomUUID(),
    input_digest: digestOf(command),
    connection: CONNECTION,
    scope: '',
    command,
    ...more,
    risk: 'write',
    approvals: [],
    priority: 2,
    judged_at: now,
    not_after: now + DAY_MS,
    day_start: now - (now % DAY_MS),
    rollout: 'live',
    answer: {},
  };
}
