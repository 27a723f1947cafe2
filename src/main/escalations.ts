import type { Command } from 'commander';
import { acknowledge, type EscalationRow, isVisible } from '../approvals/escalations.ts';
import { table } from './output.ts';
import { commonOptions, type CommonOptions, inSession, personFor } from './session.ts';
import { shown } from './values.ts';

const LIST_LIMIT = 200;

export function define(command: Command): void {
  commonOptions(command.command('list').description('cases that nobody has taken over')).action(list);
  commonOptions(command.command('acknowledge').description('take a case over; nobody is paged any more'))
    .argument('<escalation-id>')
    .action(take);
}

function list(options: CommonOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'portfolio:read');
    const { store } = await caretaker.engine();
    const rows = await store.ledger
      .selectFrom('escalations')
      .selectAll()
      .where('organisation', '=', person.organisation)
      .where('state', '=', 'open')
      .orderBy('created_at')
      .limit(LIST_LIMIT)
      .execute();
    const seen = rows.filter((row) => isVisible(person, row));
    const head = ['case', 'opened', 'urgency', 'reason', 'by', 'property', 'record'];
    output.result({ escalations: seen.map(viewOf) }, table([head, ...seen.map(rowOf)]));
  });
}

function take(escalationId: string, options: CommonOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'portfolio:read');
    const { store, keyring } = await caretaker.engine();
    const row = await acknowledge({ store, keyring, clock: store.clock }, person, escalationId);
    output.result(viewOf(row), `${escalationId} is with ${row.acknowledged_by ?? 'nobody'}.`);
  });
}

/** What identifies a case; what was said in it goes to the one who is paged. */
function viewOf(row: EscalationRow) {
  const { body_sealed: _body, input_digest: _digest, request_id: _request, ...rest } = row;
  return rest;
}

function rowOf(row: EscalationRow): string[] {
  const { escalation_id, created_at, urgency, reason, principal, property_id, record_id } = row;
  return [escalation_id, shown(created_at), urgency, reason, principal, property_id ?? '', record_id ?? ''];
}
