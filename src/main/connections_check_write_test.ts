import { setTimeout as pause } from 'node:timers/promises';
import type { Grant } from '../grants/grant.ts';
import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { WORKFLOWS } from '../model/rollout.ts';
import { newId } from '../writeback/ids.ts';
import { type FieldOutcome } from '../writeback/proof.ts';
import type { WriteRow } from '../writeback/ledger.ts';
import { SPENT_STATES, type WriteState } from '../writeback/states.ts';
import { keepWriteProof, noteWriteTest, openWriteTests, whyNoProof } from '../writeback/write_tests.ts';
import type { Caretaker } from './caretaker.ts';
import type { TestChain, TestPlace, TestStep } from './connections_check_chains.ts';
import { chainsFor, placeOf, type TestOptions, type TestRequest } from './connections_check_plan.ts';
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
  if (test !== undefined) running.caretaker.startBackground();
  if (test === undefined) {
    const request_id = `${prefixOf(step)}${newId('t', engine.store.clock())}`;
    await noteWriteTest(engine.store, { connection, principal: tester.principal, request_id, kind: step.kind });
    const refused = await make(running, step, made, request_id);
    const row = await rowOf(engine, tester, step, request_id);
    if (row === undefined) return { ...about, outcome: 'failed', detail: refused ?? 'it was not recorded' };
    test = { request_id, row };
  }
  return judged(running, step, await settled(running, step, test));
}

/** How long a change that is under way, or waits for its turn at the PMS, is waited for, and how often it is looked at. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 250;

const UNDER_WAY: readonly WriteState[] = ['ready', 'sending', 'sent', 'unknown'];

/** The test once nothing goes on with it by itself, or after a minute. */
async function settled({ engine, tester, options }: Running, step: TestStep, test: OpenTest): Promise<OpenTest> {
  const until = engine.store.clock() + PATIENCE_MS;
  let { row } = test;
  while (UNDER_WAY.includes(row.state) && engine.store.clock() < until && !options.signal.aborted) {
    await pause(LOOK_AGAIN_MS, undefined, { signal: options.signal });
    row = (await rowOf(engine, tester, step, test.request_id)) ?? row;
  }
  return { ...test, row };
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
