import type { Capabilities, Support } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { WORKFLOWS } from '../model/rollout.ts';
import { createCall } from '../tool/call.ts';
import { newId } from '../writeback/ids.ts';
import { type FieldOutcome } from '../writeback/proof.ts';
import type { WriteRow } from '../writeback/ledger.ts';
import { SPENT_STATES } from '../writeback/states.ts';
import { keepWriteProof, noteWriteTest, openWriteTests, whyNoProof } from '../writeback/write_tests.ts';
import type { Caretaker } from './caretaker.ts';
import {
  NAMED_CHAINS,
  type TestChain,
  type TestPlace,
  type TestStep,
  WORK_ORDER_STEPS,
} from './connections_check_chains.ts';
import type { Engine } from './engine.ts';

/** What came of one change of a write test. */
export interface TestOutcome {
  step: string;
  kind: CommandKind;
  /** `waits`: for a person, or for the PMS; run the same command again then. */
  outcome: 'proved' | 'waits' | 'failed';
  detail: string;
  write_id?: string;
  /** The record that was made or changed, by its id in the PMS. */
  record_id?: string;
  fields?: Readonly<Record<string, FieldOutcome>>;
}

export interface TestRequest {
  unit: string;
  /** The connection that was asked about, where one was. */
  connection: string | undefined;
  kinds: readonly CommandKind[];
  accounts: readonly string[];
  vendor: string | undefined;
}

export interface TestOptions {
  signal: AbortSignal;
  note(text: string): void;
  onProgress(done: number, total: number | undefined, what: string): void;
}

/** The kinds that a test makes where they are named. */
export const NAMED_KINDS: readonly CommandKind[] = [
  ...new Set([WORK_ORDER_STEPS.assign, ...NAMED_CHAINS.flatMap(({ steps }) => steps)].map(({ kind }) => kind)),
];

/**
 * Makes the changes of a test on one unit, one after the other, each through the whole pipeline, and keeps what they
 * prove. What an earlier run has left waiting is gone on with instead of being made twice.
 */
export async function runWriteTest(
  caretaker: Caretaker,
  grant: Grant,
  request: TestRequest,
  options: TestOptions,
): Promise<{ connection: string; outcomes: TestOutcome[] }> {
  const engine = await caretaker.engine();
  await engine.store.ready();
  // A test is made however far the rollout is; see `readinessOf`. The scopes of the grant hold all the same.
  const tester = { ...grant, rollout: Object.fromEntries(WORKFLOWS.map((one) => [one, 'live'])) as Grant['rollout'] };
  const place = await placeOf(caretaker, engine, tester, request, options);
  const { connection } = place.unit;
  const { capabilities } = engine.connectors.get(connection)!;
  const chains = chainsFor(request, capabilities);
  for (const { warning } of chains) options.note(`This ${warning}, in the PMS of connection ${connection}.`);
  const outcomes: TestOutcome[] = [];
  for (const chain of chains) outcomes.push(...(await runChain({ caretaker, engine, tester, place, options }, chain)));
  return { connection, outcomes };
}

async function placeOf(
  { config }: Caretaker,
  engine: Engine,
  grant: Grant,
  { unit: given, connection, accounts, vendor }: TestRequest,
  { signal, onProgress }: TestOptions,
): Promise<TestPlace> {
  const call = createCall({ config, ...engine }, grant, engine.store.clock(), {
    signal,
    progress: (done, total, message) => onProgress(done, total, message ?? 'reading'),
  });
  await call.load();
  const isWhole = connection === undefined || config.connections.length === 1 || given.startsWith(`${connection}:`);
  const unit = await call.records.get('unit', isWhole ? given : `${connection}:${given}`, 'write-test');
  if (connection !== undefined && unit.connection !== connection)
    throw new CaretakerError('invalid_input', `This unit is not of connection "${connection}". Nothing was changed.`, {
      field: 'write-test',
    });
  const property = await call.records.linked(unit, 'property', unit.record.property_id);
  if (property === undefined) throw new CaretakerError('not_found', 'The property of this unit is not known.');
  const name = new Date(engine.store.clock()).toISOString().slice(0, 19).replace('T', ' ');
  return { call, unit, property, accounts, vendor, name };
}

/** The chains of a request. Throws `invalid_input` where one lacks what it needs. */
function chainsFor({ kinds, accounts, vendor }: TestRequest, capabilities: Capabilities): TestChain[] {
  const { create, assign, cancel } = WORK_ORDER_STEPS;
  const assigns = kinds.includes('assign_work_order');
  const workOrder: TestChain = {
    warning: `creates a work order on the unit${assigns ? ', assigns it to the vendor, whom the PMS may tell,' : ''}${
      closesThere(capabilities) ? ' and cancels it' : ', which a person has to close there afterwards'
    }`,
    steps: assigns ? [create, assign, cancel] : [create, cancel],
    needs: { vendor: assigns },
  };
  const named = NAMED_CHAINS.filter(({ steps }) => steps.some(({ kind }) => kinds.includes(kind)));
  const chains = [workOrder, ...named.map((chain) => onlyWhatIsAsked(chain, kinds, capabilities))];
  for (const { needs = {}, steps } of chains) {
    const names = [...new Set(steps.map(({ kind }) => kind))].join(' and ');
    if ((needs.accounts ?? 0) > accounts.length)
      throw missing('account', `${names} takes ${needs.accounts === 1 ? 'an --account' : 'two --account'} of the PMS`);
    if (needs.vendor === true && vendor === undefined) throw missing('vendor', `${names} takes a --vendor of the PMS`);
  }
  return chains;
}

/** Whether a work order that is cancelled here is so in the PMS too. */
function closesThere({ commands, records }: Capabilities): boolean {
  const isSent = (support: Support | undefined) => support === 'native' || support === 'mapped';
  return isSent(commands.update_work_order.support) && isSent(records.work_order?.fields['status']?.support);
}

/** A posting is taken back where that is asked for and the PMS can; where it cannot, the warning says so. */
function onlyWhatIsAsked(chain: TestChain, kinds: readonly CommandKind[], { commands }: Capabilities): TestChain {
  const [first, ...rest] = chain.steps as [TestStep, ...TestStep[]];
  const isPossible =
    commands[first.kind].reversible !== false && rest.every(({ kind }) => commands[kind].support !== 'unsupported');
  const taken = rest.filter(({ kind }) => kind === first.kind || (isPossible && kinds.includes(kind)));
  const end =
    taken.length > 0
      ? ' and takes it back'
      : isPossible
        ? `, which stays: ${rest[0]?.kind} was not asked for`
        : ', which cannot be undone by API: a person has to do it in the PMS';
  return { ...chain, steps: [first, ...taken], warning: `${chain.warning}${first.kind === 'update_lease' ? '' : end}` };
}

function missing(field: string, what: string): CaretakerError {
  return new CaretakerError('invalid_input', `${what}. Nothing was changed.`, { field });
}

interface Running {
  caretaker: Caretaker;
  engine: Engine;
  tester: Grant;
  place: TestPlace;
  options: TestOptions;
}

async function runChain(running: Running, { steps }: TestChain): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  const open = await Promise.all(steps.map((step) => openTest(running, step)));
  // An open test of a later step means that the earlier ones are done.
  const from = Math.max(
    0,
    open.findLastIndex((one) => one !== undefined),
  );
  let made: string | undefined;
  for (const [index, step] of steps.entries()) {
    if (index < from) continue;
    running.options.onProgress(index + 1, steps.length, step.label.replaceAll('_', ' '));
    if (index > from && made === undefined) break;
    const outcome = await runStep(running, step, made ?? '', index === from ? open[index] : undefined);
    outcomes.push(outcome);
    if (outcome.outcome === 'waits') break;
    if (outcome.outcome === 'proved' || index === 0) made = outcome.record_id ?? made;
  }
  return outcomes;
}

interface OpenTest {
  request_id: string;
  row: WriteRow;
}

const prefixOf = (step: TestStep): string => `write-test-${step.label}-`;

/** A test of this step that is neither over nor proved yet; an earlier run of the command has begun it. */
async function openTest({ engine, tester, place }: Running, step: TestStep): Promise<OpenTest | undefined> {
  const { connection } = place.unit;
  const key = { connection, principal: tester.principal, kind: step.kind };
  for (const request_id of await openWriteTests(engine.store.ledger, key)) {
    if (!request_id.startsWith(prefixOf(step))) continue;
    const row = await rowOf(engine, tester, step, request_id);
    const isOver = row === undefined || SPENT_STATES.includes(row.state) || row.state === 'shadowed';
    if (!isOver && (row.state !== 'done' || whyNoProof(row) === undefined)) return { request_id, row };
  }
  return undefined;
}

async function rowOf(
  { writeback }: Engine,
  { organisation, principal }: Grant,
  { tool }: TestStep,
  request_id: string,
) {
  return (await writeback.ofRequest({ organisation, principal, tool, request_id }))?.row;
}

async function runStep(
  running: Running,
  step: TestStep,
  made: string,
  earlier: OpenTest | undefined,
): Promise<TestOutcome> {
  const { engine, tester, place } = running;
  const { connection } = place.unit;
  const about = { step: step.label, kind: step.kind };
  const { support, reason } = engine.writeback.capabilities(connection).commands[step.kind];
  if (support === 'unsupported') return { ...about, outcome: 'failed', detail: reason ?? 'the PMS cannot do it' };
  let test = earlier;
  if (test === undefined) {
    const request_id = `${prefixOf(step)}${newId('t', engine.store.clock())}`;
    await noteWriteTest(engine.store, { connection, principal: tester.principal, request_id, kind: step.kind });
    const refused = await make(running, step, made, request_id);
    const row = await rowOf(engine, tester, step, request_id);
    if (row === undefined) return { ...about, outcome: 'failed', detail: refused ?? 'it was not recorded' };
    test = { request_id, row };
  }
  return judged(running, step, test);
}

/** Calls the tool; returns the refusal in words, if there was one. */
async function make(
  { caretaker, tester, place, options }: Running,
  step: TestStep,
  made: string,
  request_id: string,
): Promise<string | undefined> {
  const ask = async (more: object) => {
    const args = { request_id, ...(await step.args(place, made)), ...more };
    const { isError, structured, text } = await caretaker.pipeline.call(tester, step.tool, args, {
      signal: options.signal,
    });
    return isError
      ? { error: structured['error'] as { code?: string; details?: { write_id?: string } } | undefined, text }
      : undefined;
  };
  try {
    const refused = await ask({});
    const twin = refused?.error?.code === 'duplicate' ? refused.error.details?.write_id : undefined;
    if (twin === undefined) return refused?.text;
    return (await ask({ not_duplicate_of: twin }))?.text;
  } catch (error) {
    if (error instanceof CaretakerError) return error.message;
    throw error;
  }
}

async function judged({ engine, tester, place }: Running, step: TestStep, test: OpenTest): Promise<TestOutcome> {
  const { connection, scope } = place.unit;
  const { row, request_id } = test;
  const about = {
    step: step.label,
    kind: step.kind,
    write_id: row.write_id,
    ...(row.record_id !== null && { record_id: place.call.records.ref(connection, scope, row.record_id) }),
  };
  if (row.state === 'done' && whyNoProof(row) === undefined) {
    const key = { connection, principal: tester.principal, request_id, kind: step.kind };
    const { fields } = await keepWriteProof(engine, key, row);
    return { ...about, outcome: 'proved', detail: 'carried out, read back and compared', fields };
  }
  if (row.state === 'done') return { ...about, outcome: 'failed', detail: whyNoProof(row) ?? '' };
  if (SPENT_STATES.includes(row.state) || row.state === 'shadowed')
    return { ...about, outcome: 'failed', detail: row.error_message ?? `it is ${row.state}` };
  const next =
    row.state === 'awaiting_approval'
      ? `a second person decides: caretaker approvals approve ${row.write_id}`
      : `caretaker writes show ${row.write_id}`;
  return { ...about, outcome: 'waits', detail: `${row.state.replaceAll('_', ' ')}; ${next}; then run this again` };
}
