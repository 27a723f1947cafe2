import { type StepContext, type StepResult, VendorError } from '../connectors/connector.ts';
import { changedRecordId, type Command, COMMANDS } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { byPmsIds } from './dependency.ts';
import { expectedFields } from './expectations.ts';
import { stepContext } from './journal.ts';
import { overtakersOf, writeById } from './ledger.ts';
import { openWrite, type OpenWrite, orderKey } from './open_write.ts';
import { ask } from './pms_requests.ts';
import { APPENDED } from './proof.ts';
import type { Runtime } from './runtime.ts';
import { type StepRow, stepsOf } from './step_rows.ts';

/*
 * The step of a write that is Caretaker's own, where a person says that the write has happened. The person speaks for the
 * PMS, which has no place for what is kept beside it: nobody but Caretaker can have done that.
 */

/** What became of it. */
export interface OwnStep {
  /** The record that it is kept beside, or that it has made. */
  record_id?: string;
  /** Later writes have set some of the same fields, so that it was left out. */
  overtaken?: true;
}

/**
 * Carries out what is left of it, once however often it is asked for. Throws `CaretakerError`; nothing was changed then.
 */
export async function carryOutOwnStep(
  runtime: Runtime,
  write: OpenWrite,
  recordId: string | undefined,
): Promise<OwnStep> {
  const { row } = write;
  const connector = runtime.connections.get(row.connection);
  // What is beside the records of a connection that is gone is read by nobody.
  if (connector === undefined) return {};
  try {
    const command = await byPmsIds(runtime.store.ledger, write.command);
    if (command === undefined)
      throw new CaretakerError('conflict', 'A write that this one builds on is not done yet: that one comes first.');
    const index = connector.compile(command).findIndex(({ local }) => local === true);
    const steps = await stepsOf(runtime.store.ledger, row.write_id);
    const isDone = steps.some((step) => step.step_index === index && step.state === 'proved');
    if (index < 0 || isDone) return {};
    const { creates, record: kind } = COMMANDS[command.kind];
    const id = changedRecordId(command) ?? recordId;
    if (creates && index > 0 && id === undefined)
      throw new CaretakerError(
        'invalid_input',
        'The PMS has no place for a part of it, which is kept beside the record: say which record that is. Nothing was changed.',
        { field: 'record', next: 'the same with --record and the id of the record in the PMS' },
      );
    if (id !== undefined && (await isOvertaken(runtime, { ...write, command }, steps, id))) return { overtaken: true };
    const said: StepResult[] = id === undefined ? [] : [{ record: { kind, scope: row.scope, id } }];
    const earlier = stepContext(
      write,
      steps.filter((step) => step.step_index < index),
    );
    const context: StepContext = { ...earlier, results: [...earlier.results, ...said] };
    const request = await ask(runtime, row, () => connector.prepare(command, index, context));
    const { record } = await ask(runtime, row, (_connector, signal) => connector.send(request, signal));
    return record === undefined ? {} : { record_id: record.id };
  } catch (error) {
    throw error instanceof VendorError ? notCarriedOut(error) : error;
  }
}

const LATER: readonly string[] = ['unavailable', 'rate_limited', 'outcome_unknown'];

function notCarriedOut({ code, message }: VendorError): CaretakerError {
  return new CaretakerError(
    LATER.includes(code) ? 'pms_unavailable' : 'conflict',
    `What Caretaker itself had to do of it could not be done: ${message} The write is not resolved.`,
  );
}

/** Whether writes that were carried out on its record after it was sent have set what it would set now. */
async function isOvertaken(
  { store: { ledger }, keyring }: Runtime,
  { row, command, before }: OpenWrite,
  steps: readonly StepRow[],
  id: string,
): Promise<boolean> {
  const line = orderKey(row.connection, COMMANDS[command.kind].record, row.scope, id);
  const since = steps[0]?.sent_at ?? row.created_at;
  const mine = new Set(fieldsSetBy(command, before));
  for (const writeId of await overtakersOf(ledger, { write_id: row.write_id, order_key: line }, since)) {
    const other = await writeById(ledger, writeId);
    if (other?.state !== 'done') continue;
    const later = openWrite(keyring, other);
    if (fieldsSetBy(later.command, later.before).some((field) => mine.has(field))) return true;
  }
  return false;
}

/** Those of which the last word counts. */
function fieldsSetBy(command: Command, before: unknown): string[] {
  return Object.keys(expectedFields(command, before)).filter((field) => !APPENDED.has(field));
}
