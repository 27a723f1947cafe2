import { prove } from '../../src/writeback/proof.ts';
import { END_STATES, SPENT_STATES } from '../../src/writeback/states.ts';
import type { OpenWrite } from '../../src/writeback/open_write.ts';
import type { AcceptedWrite } from '../simulators/faulty/books.ts';
import { brokenProof } from './check_proof.ts';
import type { Facts } from './facts.ts';

/** An invariant that does not hold, with the write at fault and what shows it. */
export interface Broken {
  rule: string;
  write_id: string;
  evidence: string;
}

export interface Verdict {
  writes: number;
  done: number;
  needs_attention: number;
  /** Accepted, but without its effect, and not in an end that says so. */
  lost: number;
  /** With more than one effect of a step. */
  doubled: number;
  broken: Broken[];
}

/** What callers were told, as far as the ledger has to agree with it. */
export interface Promised {
  /** Write ids that were named to callers, each with its request. */
  told: ReadonlyMap<string, string>;
  asked: readonly { request_id: string; outcome: 'unanswered' | 'accepted' | 'refused' }[];
}

type Report = (rule: string, writeId: string, evidence: string) => void;

/** Judges a run that is over. */
export function judge(facts: Facts, promised: Promised): Verdict {
  const broken: Broken[] = [];
  const report: Report = (rule, write_id, evidence) => void broken.push({ rule, write_id, evidence });
  const byWrite = Map.groupBy(facts.effects, ({ label }) => writeOf(label));
  const lost = new Set<string>();
  const doubled = new Set<string>();
  for (const write of facts.writes) {
    const { write_id: id, state } = write.row;
    const counts = countsOf(facts, write, byWrite.get(id) ?? []);
    const isIdle = asksForWhatIs(facts, write);
    checkCounts(write, counts, isIdle, report);
    checkEntries(facts, write, report);
    if (Object.values(counts).some((count) => count > 1)) doubled.add(id);
    if (state === 'done' && !isIdle && Object.values(counts).some((count) => count === 0)) lost.add(id);
    if (!isOver(facts, write)) {
      lost.add(id);
      report('every write comes to an end', id, `it is ${state}`);
    }
    const flaw = state === 'done' ? brokenProof(facts, write) : undefined;
    if (flaw !== undefined) report('a proof is what the PMS shows', id, flaw);
  }
  checkOrphans(facts, byWrite, report);
  checkClaims(facts, byWrite, report);
  checkOrder(facts, report);
  checkPromises(facts, promised, report, lost);
  if (facts.beyond_limits > 0)
    report('the simulated PMS keeps its own limits', '', `${facts.beyond_limits} effects were later than it says`);
  if (!facts.audit.ok) report('the audit chain is intact', '', JSON.stringify(facts.audit.first_bad));
  const inState = (state: string) => facts.writes.filter(({ row }) => row.state === state).length;
  return {
    writes: facts.writes.length,
    done: inState('done'),
    needs_attention: inState('needs_attention'),
    lost: lost.size,
    doubled: doubled.size,
    broken,
  };
}

/** The write of a label, which is `<write id>/<step>`. */
function writeOf(label: string): string {
  return label.slice(0, label.indexOf('/'));
}

/** Whether nothing is to be expected of a write any more, or only after a person has found out about it or its record. */
function isOver({ writes }: Facts, { row }: OpenWrite): boolean {
  const { state, depends_on: id } = row;
  if (END_STATES.some((end) => end === state) || state === 'needs_attention' || state === 'awaiting_approval')
    return true;
  const builtOn = id === null ? undefined : writes.find((one) => one.row.write_id === id);
  return state === 'ready' && builtOn?.row.state === 'needs_attention';
}

/** How often each step of a write had its effect, by the PMS's own count. */
function countsOf(
  { connector }: Facts,
  { command }: OpenWrite,
  effects: readonly AcceptedWrite[],
): Record<string, number> {
  const counts = Object.fromEntries(connector.compile(command).map(({ name }) => [name, 0]));
  for (const { label } of effects) {
    const step = label.slice(label.indexOf('/') + 1);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  return counts;
}

/** Whether a change asks for what its record showed before: found as asked, it is done, whether a request arrived or not. */
function asksForWhatIs({ connector }: Facts, { command, before }: OpenWrite): boolean {
  return before !== undefined && prove(command, before, before, connector.capabilities).proof === 'full';
}

function checkCounts({ row }: OpenWrite, counts: Record<string, number>, isIdle: boolean, report: Report): void {
  const evidence = `${row.state}, effects ${JSON.stringify(counts)}`;
  const all = Object.values(counts);
  const isSpent = SPENT_STATES.includes(row.state) || row.state === 'shadowed' || row.state === 'awaiting_approval';
  if (row.state === 'done' && all.some((count) => count > 1 || (count === 0 && !isIdle)))
    report('what is done has each effect once', row.write_id, evidence);
  else if (isSpent && all.some((count) => count > 0))
    report('what is not to be done has no effect', row.write_id, evidence);
  else if (all.some((count) => count > 1)) report('nothing has an effect twice', row.write_id, evidence);
}

/** The audit entry that each state leaves behind. */
const ENDS: Readonly<Record<string, string>> = {
  done: 'write.done',
  failed: 'write.failed',
  expired: 'write.expired',
  rejected: 'write.rejected',
  withdrawn: 'write.withdrawn',
  needs_attention: 'write.needs_attention',
};

function checkEntries({ entries }: Facts, { row }: OpenWrite, report: Report): void {
  const actions = (entries.get(row.write_id) ?? []).map(({ action }) => action);
  for (const action of ['write.recorded', ENDS[row.state]]) {
    const times = actions.filter((one) => one === action).length;
    if (action !== undefined && times !== 1)
      report(
        'each write is in the audit log',
        row.write_id,
        `${action} is there ${times} times: ${actions.join(', ')}`,
      );
  }
}

function checkOrphans(
  { writes, entries }: Facts,
  byWrite: ReadonlyMap<string, readonly AcceptedWrite[]>,
  report: Report,
): void {
  const known = new Set(writes.map(({ row }) => row.write_id));
  for (const [id, effects] of byWrite) {
    if (!known.has(id)) report('each effect has its ledger row', id, JSON.stringify(effects));
    if (!entries.has(id)) report('each effect has its audit entry', id, JSON.stringify(effects));
  }
}

/** A record belongs to one write, which made it. Equal writes may have each other's, where nothing tells them apart. */
function checkClaims(
  { writes, effects, steps }: Facts,
  byWrite: ReadonlyMap<string, readonly AcceptedWrite[]>,
  report: Report,
): void {
  // Of several effects on a record, the first one made it.
  const made = new Map(
    effects.toReversed().map(({ kind, record_id, label }) => [`${kind}/${record_id}`, writeOf(label)]),
  );
  const digests = new Map(writes.map(({ row }) => [row.write_id, row.command_digest]));
  const owners = new Map<string, string>();
  for (const { row } of writes) {
    if (row.state !== 'done') continue;
    const key = `${row.record_kind}/${row.record_id}`;
    if (/^(create|post|schedule)_/.test(row.command_kind)) {
      const other = owners.get(key);
      if (other !== undefined) report('two writes never claim one record', row.write_id, `${key} is ${other}'s too`);
      owners.set(key, row.write_id);
      const maker = made.get(key);
      const byContent = steps.get(row.write_id)?.[0]?.retry === 'natural_key';
      const isEqual = byContent && digests.get(maker ?? '') === row.command_digest;
      if (maker !== row.write_id && !isEqual)
        report('a write claims what it has made', row.write_id, `${key} was made by ${maker ?? 'nobody'}`);
    } else if (byWrite.get(row.write_id)?.some((effect) => effect.record_id !== row.record_id) === true)
      report('a write names the record that it changed', row.write_id, `not ${key}`);
  }
}

/**
 * Effects on one record come in the order in which they were recorded. Two that were recorded at almost the same moment
 * by two processes have no order that anybody was told: they count only where both their entries and their ids say so.
 */
function checkOrder({ writes, effects, entries }: Facts, report: Report): void {
  const seqOf = (id: string, of: string) => entries.get(id)?.find(({ action }) => action === of)?.seq ?? 0;
  const recorded = (id: string) => seqOf(id, 'write.recorded');
  const maker = new Map(writes.map(({ row }) => [row.write_id, row.depends_on]));
  const byRecord = Map.groupBy(effects, ({ kind, record_id }) => `${kind}/${record_id}`);
  for (const [record, all] of byRecord)
    for (const [index, effect] of all.entries()) {
      const [before, after] = [writeOf(all[index - 1]?.label ?? ''), writeOf(effect.label)];
      if (index === 0 || before === after) continue;
      // Who knew the record's own id before the ledger knew which write had made it is in no line with what waits for that.
      const madeBy = maker.get(after);
      if (madeBy != null && seqOf(madeBy, 'write.done') > recorded(before)) continue;
      if (recorded(before) > recorded(after) && before > after)
        report('effects come in the order of recording', after, `${record}: after ${before}`);
    }
}

function checkPromises({ writes }: Facts, { told, asked }: Promised, report: Report, lost: Set<string>): void {
  const byRequest = Map.groupBy(writes, ({ row }) => row.request_id);
  const ids = new Set(writes.map(({ row }) => row.write_id));
  for (const [id, request] of told)
    if (!ids.has(id)) {
      lost.add(id);
      report('every write that was named is in the ledger', id, `named in the answer to ${request}`);
    }
  const known = new Set(asked.map(({ request_id }) => request_id));
  for (const { request_id, outcome } of asked) {
    const rows = byRequest.get(request_id) ?? [];
    const named = rows.map(({ row }) => row.write_id).join(', ');
    if (outcome === 'accepted' && rows.length === 0) lost.add(request_id);
    if (outcome === 'accepted' && rows.length !== 1)
      report('an accepted request has one row', named, `${request_id} has ${rows.length}`);
    if (outcome === 'refused' && rows.length > 0)
      report('what was refused was not recorded', named, `${request_id} was answered that nothing was changed`);
  }
  for (const [request, rows] of byRequest)
    if (!known.has(request)) report('nothing is done that nobody asked for', rows[0]?.row.write_id ?? '', request);
}
