import { type Command, Option } from 'commander';
import { allowsProperty, type Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { formatAmount } from '../model/money.ts';
import type { KeyRing } from '../store/keyring.ts';
import { markerOf } from '../writeback/ids.ts';
import { evidenceOf } from '../writeback/journal.ts';
import type { WriteRow } from '../writeback/ledger.ts';
import { type StepRow, stepsOf } from '../writeback/step_rows.ts';
import { openRequest } from '../writeback/open_write.ts';
import { WRITE_STATES, type WriteState } from '../writeback/states.ts';
import { table } from './output.ts';
import {
  commonOptions,
  type CommonOptions,
  grantFor,
  inSession,
  needsScope,
  personFor,
  roleOption,
} from './session.ts';
import { count, each, moment, shown } from './values.ts';
import { writeText } from './write_text.ts';

interface ListOptions extends CommonOptions {
  role?: string;
  state?: string[];
  since?: number;
  until?: number;
  limit: number;
}

interface ResolveOptions extends CommonOptions {
  happened?: boolean;
  didNotHappen?: boolean;
  record?: string;
  note: string;
}

export function define(command: Command): void {
  roleOption(commonOptions(command.command('list').description('list writes, newest first')))
    .addOption(new Option('--state <state>', 'only in this state; may be repeated').argParser(each(String)))
    .option('--since <time>', 'recorded at or after', moment)
    .option('--until <time>', 'recorded before', moment)
    .option('--limit <n>', 'at most so many', count, 50)
    .action(list);
  roleOption(commonOptions(command.command('show').description('show a write with its command and its evidence')))
    .argument('<write-id>')
    .action(show);
  commonOptions(command.command('resolve').description('say what became of a write that needs attention'))
    .argument('<write-id>')
    .addOption(new Option('--happened', 'the PMS has carried it out').conflicts('didNotHappen'))
    .addOption(new Option('--did-not-happen', 'the PMS has not carried it out').conflicts('happened'))
    .option('--record <id>', 'the record that it made or changed')
    .requiredOption('--note <text>', 'how it was found out')
    .action(resolveByHand);
  roleOption(commonOptions(command.command('withdraw').description('take back a write of your own that still waits')))
    .argument('<write-id>')
    .action(withdraw);
}

function list(options: ListOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const grant = await grantFor(caretaker, options.role);
    needsScope(grant, ['portfolio:read']);
    const { store, writeback } = await caretaker.engine();
    await store.ready();
    const rows = await writeback.list({
      organisation: grant.organisation,
      limit: options.limit,
      ...(options.state !== undefined && { states: options.state.map(stateOf) }),
      ...(options.since !== undefined && { since: options.since }),
      ...(options.until !== undefined && { until: options.until }),
    });
    const seen = rows.filter((row) => isWithin(grant, row));
    const writes = await Promise.all(seen.map(async (row) => ({ ...(await writeback.view(row)), by: row.principal })));
    const head = ['write', 'recorded', 'by', 'tool', 'record', 'amount', 'state'];
    output.result({ writes }, table([head, ...seen.map(rowOf)]));
  });
}

function show(writeId: string, options: ListOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const grant = await grantFor(caretaker, options.role);
    // The command may hold personal data and amounts: that is for those who decide and those who audit.
    needsScope(grant, ['approvals:decide', 'audit:read']);
    const { store, writeback, records, keyring } = await caretaker.engine();
    await store.ready();
    const write = await writeback.byId(writeId);
    if (write === undefined || !isWithin(grant, write.row)) throw noSuchWrite();
    const steps = (await stepsOf(store.ledger, writeId)).map((step) => shownStep(keyring, step));
    const view = await writeback.view(write.row);
    const marker = markerOf(writeId);
    const { principal: by, owner } = write.row;
    output.result(
      { ...view, by, owner, marker, command: write.command, before: write.before, steps },
      await writeText(write, view, steps, marker, { mirror: records.mirror, config: caretaker.config }),
    );
  });
}

/** What was sent, when, and what was found. */
function shownStep(keyring: KeyRing, row: StepRow) {
  const { request_sealed, evidence_json: _evidence, result_json, write_id, ...step } = row;
  return {
    ...step,
    request: openedRequest(keyring, write_id, step.step_index, request_sealed),
    evidence: evidenceOf(row),
    ...(result_json !== null && { result: JSON.parse(result_json) as unknown }),
  };
}

/** The rest of the evidence is shown also where the key of the request is gone. */
function openedRequest(...[keyring, writeId, index, sealed]: Parameters<typeof openRequest>) {
  try {
    return openRequest(keyring, writeId, index, sealed);
  } catch {
    return undefined;
  }
}

function resolveByHand(writeId: string, options: ResolveOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'approvals:decide');
    if (options.happened !== true && options.didNotHappen !== true)
      throw new CaretakerError('invalid_input', 'Say --happened or --did-not-happen. Nothing was changed.');
    const { store, writeback } = await caretaker.engine();
    await store.ready();
    await writeback.resolve(person, writeId, {
      happened: options.happened === true,
      note: options.note,
      ...(options.record !== undefined && { record_id: options.record }),
    });
    const write = await writeback.byId(writeId);
    if (write === undefined) throw noSuchWrite();
    output.result(await writeback.view(write.row), `${writeId} is ${write.row.state}.`);
  });
}

/** By the key of whoever asked for it, or of the person who answers for that one. */
function withdraw(writeId: string, options: CommonOptions & { role?: string }): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const grant = await grantFor(caretaker, options.role);
    const { store, writeback } = await caretaker.engine();
    await store.ready();
    await writeback.withdraw(grant, writeId);
    const write = await writeback.byId(writeId);
    if (write === undefined) throw noSuchWrite();
    output.result(await writeback.view(write.row), `${writeId} is ${write.row.state}.`);
  });
}

function isWithin(grant: Grant, row: WriteRow): boolean {
  return row.organisation === grant.organisation && allowsProperty(grant, row.connection, row.property_id ?? undefined);
}

function noSuchWrite(): CaretakerError {
  return new CaretakerError('not_found', 'There is no such write.', { next: 'caretaker writes list' });
}

function stateOf(text: string): WriteState {
  const found = WRITE_STATES.find((state) => state === text);
  if (found !== undefined) return found;
  throw new CaretakerError('invalid_input', `There is no state "${text}"; the states are ${WRITE_STATES.join(', ')}.`, {
    field: 'state',
  });
}

function rowOf(row: WriteRow): string[] {
  const amount = row.amount === null ? '' : formatAmount(row.amount);
  return [row.write_id, shown(row.created_at), row.principal, row.tool, row.record_id ?? '', amount, row.state];
}
