import type { Command } from 'commander';
import { type ApprovalRow, findApproval, listApprovals } from '../approvals/approvals.ts';
import { allowsProperty, type Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { type Case, decisionText } from './decision_text.ts';
import type { Engine } from './engine.ts';
import { commonOptions, type CommonOptions, inSession, personFor } from './session.ts';

interface DecideOptions extends CommonOptions {
  note?: string;
  yes?: boolean;
}

/** More than this waits for nobody's eyes. */
const LIST_LIMIT = 200;

export function define(command: Command): void {
  commonOptions(command.command('list').description('what waits for a person')).action(list);
  for (const [name, approve] of [
    ['approve', true],
    ['reject', false],
  ] as const)
    commonOptions(command.command(name).description(`${name} exactly what is shown`))
      .argument('<id>', 'of the approval or of its write')
      .option('--note <text>', 'why; kept with the decision')
      .option('--yes', 'do not ask at a terminal')
      .action((id: string, options: DecideOptions) => decide(id, approve, options));
}

function list(options: CommonOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'approvals:decide');
    const engine = await caretaker.engine();
    await engine.store.ready();
    const rows = await listApprovals(engine.store.ledger, { states: ['waiting'], limit: LIST_LIMIT });
    const cases = (await Promise.all(rows.map((row) => caseOf(engine, person, row)))).filter(
      (one) => one !== undefined,
    );
    const texts = await Promise.all(cases.map((one) => decisionText(one, engine.records.mirror, caretaker.config)));
    output.result({ approvals: cases.map(viewOf) }, texts.join('\n') || 'Nothing waits for a decision.');
  });
}

function decide(id: string, approve: boolean, options: DecideOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output, signal }) => {
    const person = await personFor(caretaker, 'approvals:decide');
    const engine = await caretaker.engine();
    await engine.store.ready();
    const row = await findApproval(engine.store.ledger, id);
    const found = row && (await caseOf(engine, person, row));
    if (found === undefined)
      throw new CaretakerError('not_found', 'There is no such approval.', { next: 'caretaker approvals list' });
    output.note(
      output.json ? JSON.stringify(viewOf(found)) : await decisionText(found, engine.records.mirror, caretaker.config),
    );
    if (process.stdin.isTTY && options.yes !== true && !(await confirmed(approve, signal)))
      throw new CaretakerError('invalid_input', 'Not confirmed. Nothing was decided.');
    const { approval_id } = found.approval;
    const write = await engine.writeback.decide(person, approval_id, {
      approve,
      ...(options.note !== undefined && { note: options.note }),
    });
    const view = await engine.writeback.view(write);
    output.result(view, `${write.write_id} is ${write.state}.${view.error ? ` ${view.error.message}` : ''}`);
    // A decision stands even where what was approved could then not be done; the exit code tells the latter.
    if (approve && view.error !== undefined) process.exitCode = 1;
  });
}

async function confirmed(approve: boolean, signal: AbortSignal): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  const message = approve ? 'Approve exactly this?' : 'Reject this?';
  return (await confirm({ message, initialValue: false, output: process.stderr, signal })) === true;
}

/** An approval with its write; undefined where it lies outside of the person's grant. */
async function caseOf({ writeback }: Engine, person: Grant, approval: ApprovalRow): Promise<Case | undefined> {
  const write = await writeback.byId(approval.write_id);
  if (write === undefined || write.row.organisation !== person.organisation) return undefined;
  const { connection, property_id } = write.row;
  return allowsProperty(person, connection, property_id ?? undefined) ? { approval, write } : undefined;
}

function viewOf({ approval, write }: Case) {
  const { note_sealed: _note, ...rest } = approval;
  const { tool, risk, amount, connection, scope } = write.row;
  return { ...rest, tool, risk, amount, connection, scope, command: write.command, before: write.before };
}
