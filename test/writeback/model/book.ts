import { verifyAudit } from '../../../src/audit/verify.ts';
import { COMMANDS } from '../../../src/model/commands.ts';
import { digestOf } from '../../../src/model/version.ts';
import type { WriteRow } from '../../../src/writeback/ledger.ts';
import { openWrite } from '../../../src/writeback/open_write.ts';
import { eventsIn, IN_FLIGHT_STATES, OPEN_STATES, type WriteState } from '../../../src/writeback/states.ts';
import type { Intent } from '../../../src/writeback/intent.ts';
import type { Effect } from './pms.ts';
import { requestOf, stepsOf } from './pms_port.ts';
import type { World } from './world.ts';

/*
 * What an observer who sees the store and the PMS writes down while a run goes on, and what has to be true in the end.
 */

/** A change that was asked for. */
export interface Asked {
  intent: Intent;
  /** Whether an equal change is meant once more where the ledger asks. */
  insists: boolean;
  /** The count of operations when it was first asked for. */
  since: number;
  /** The write that an answer has named. */
  write_id?: string;
}

interface Seen {
  state: WriteState;
  step: number;
  attempts: number;
  order_key: string;
  /** The count of operations when it was first seen in the ledger. */
  recorded: number;
  /** When a request of it was journaled, and how the others on its record stood then. */
  takes: { count: number; others: Map<string, WriteState> }[];
}

export class Book {
  readonly asked: Asked[] = [];
  readonly #world: World;
  readonly #seen = new Map<string, Seen>();
  readonly #auditFrom: number;

  constructor(world: World, auditFrom: number) {
    this.#world = world;
    this.#auditFrom = auditFrom;
  }

  stateOf(writeId: string): WriteState | undefined {
    return this.#seen.get(writeId)?.state;
  }

  /** Compares the ledger with what was seen of it before. */
  async look(): Promise<void> {
    const { store, wrongs, pending } = this.#world;
    const rows = await store.ledger
      .selectFrom('writes')
      .select(['write_id', 'state', 'step_index', 'attempts', 'order_key'])
      .execute();
    for (const row of rows) {
      const state = row.state as WriteState;
      const known = this.#seen.get(row.write_id);
      if (!mayFollow(known?.state, state)) wrongs.push(`${row.write_id} went from ${known?.state} to ${state}`);
      const isTaken =
        state === 'sending' &&
        (known?.state !== 'sending' || known.step !== row.step_index || known.attempts !== row.attempts);
      if (known?.state !== state) this.#world.trace.push(`    ${row.write_id}: ${known?.state ?? ''} -> ${state}`);
      const seen = known ?? { recorded: pending.count, takes: [] as Seen['takes'] };
      const now = { ...seen, state, step: row.step_index, attempts: row.attempts, order_key: row.order_key };
      this.#seen.set(row.write_id, now);
      if (!isTaken) continue;
      const others = new Map(
        rows
          .filter(({ write_id, order_key: key }) => write_id !== row.write_id && key === row.order_key)
          .map(({ write_id, state: other }) => [write_id, other as WriteState]),
      );
      now.takes.push({ count: pending.count, others });
      for (const [other, its] of others)
        if (IN_FLIGHT_STATES.includes(its)) wrongs.push(`${row.write_id} is sent while ${other} is ${its}`);
    }
  }

  /** What is wrong once everything is healed and its time is over. */
  async verdict(): Promise<string[]> {
    const { store, keyring, wrongs } = this.#world;
    const rows = (await store.ledger.selectFrom('writes').selectAll().execute()) as WriteRow[];
    const wrong = [...wrongs, ...this.#requests(rows), ...this.#owners(rows), ...this.#order(rows)];
    wrong.push(...this.#counts(rows));
    for (const row of rows) wrong.push(...this.#ending(row), ...(row.state === 'done' ? this.#shown(row) : []));
    for (const { write_id: id } of this.#world.pms.effects)
      if (!rows.some(({ write_id }) => write_id === id)) wrong.push(`${id} had an effect and is not in the ledger`);
    const entries = await store.ledger
      .selectFrom('audit_entries')
      .select('subject')
      .where('seq', '>=', this.#auditFrom)
      .where('action', '=', 'write.recorded')
      .execute();
    const audited = new Set(entries.map(({ subject }) => subject));
    for (const { write_id: id } of rows) if (!audited.has(id)) wrong.push(`${id} is not in the audit log`);
    const audit = await verifyAudit(store, keyring, { from: this.#auditFrom });
    if (!audit.ok) wrong.push(`the audit chain is broken: ${JSON.stringify(audit.first_bad)}`);
    return wrong;
  }

  #effectsOf(id: string): Effect[] {
    return this.#world.pms.effects.filter(({ write_id }) => write_id === id);
  }

  /** Each request id has one write, the one that its caller was told of. */
  #requests(rows: readonly WriteRow[]): string[] {
    return this.asked.flatMap(({ intent, write_id: told }) => {
      const its = rows.filter(({ request_id: id }) => id === intent.request_id).map(({ write_id }) => write_id);
      if (its.length > 1) return [`${intent.request_id} has ${its.length} writes`];
      return told !== undefined && its[0] !== told ? [`${intent.request_id} was told of ${told}, not ${its[0]}`] : [];
    });
  }

  /** No record is the effect of two writes. */
  #owners(rows: readonly WriteRow[]): string[] {
    const owners = new Map<string, string>();
    return rows.flatMap((row) => {
      if (row.state !== 'done' || !COMMANDS[row.command_kind as 'post_charge'].creates) return [];
      const name = `${row.record_kind} ${row.record_id}`;
      const other = owners.get(name);
      owners.set(name, row.write_id);
      return other === undefined ? [] : [`${row.write_id} and ${other} both made ${name}`];
    });
  }

  /** Whether everything has come to its end. */
  #ending({ write_id: id, state, error_message: why }: WriteRow): string[] {
    return OPEN_STATES.includes(state) ? [`${id} never ended: it is ${state} (${why ?? ''})`] : [];
  }

  /** Effects of each step, over all writes among which the PMS cannot tell whose an effect is. */
  #counts(rows: readonly WriteRow[]): string[] {
    const groups = Map.groupBy(rows, (row) => (this.#isAnonymous(row) ? this.#contentOf(row) : row.write_id));
    return [...groups.values()].flatMap((group) => {
      const steps = stepsOf(this.#world.pms.personality, group[0]?.command_kind as 'post_charge');
      const done = group.filter(({ state }) => state === 'done').length;
      const doubtful = group.filter(({ state }) => state === 'needs_attention').length;
      return steps.flatMap(({ name }, index) => {
        const effects = group.flatMap(({ write_id: id }) => this.#effectsOf(id)).filter(({ step }) => step === index);
        if (effects.length >= done && effects.length <= done + doubtful) return [];
        const what = group.map(({ write_id: id, state }) => `${id} is ${state}`).join(', ');
        return [`${what}, and "${name}" happened ${effects.length} times`];
      });
    });
  }

  /** What the PMS can tell the record of a write by, when it is made. */
  #contentOf(row: WriteRow): string {
    const { pms, keyring } = this.#world;
    const { command } = openWrite(keyring, row);
    const { fields } = requestOf(pms.personality, command, 0, { write_id: '', marker: '', scope: '', results: [] });
    return digestOf([row.record_kind, fields]);
  }

  /** Whether an effect of this write looks like one of any equal write. */
  #isAnonymous({ command_kind: kind }: WriteRow): boolean {
    return this.#world.pms.personality.retry === 'natural_key' && COMMANDS[kind as 'post_charge'].creates;
  }

  #shown(row: WriteRow): string[] {
    const { pms, keyring, elapsed } = this.#world;
    const { command } = openWrite(keyring, row);
    const record = pms.show(row.record_kind, row.record_id ?? '', elapsed);
    if (record === undefined) return [`${row.write_id} is done and its record is not there`];
    const lost = Object.entries(JSON.parse(row.proof_json ?? '{}') as Record<string, string>)
      .filter(([, outcome]) => outcome !== 'verified')
      .map(([field]) => field);
    if (command.kind === 'add_work_order_note' || command.kind === 'update_work_order') return [];
    return ['title', 'description', 'property_id', 'unit_id', 'amount', 'memo'].flatMap((field) => {
      const asked = (command as Record<string, unknown>)[field];
      return asked === undefined || asked === record[field] || lost.includes(field)
        ? []
        : [`${row.write_id} is done, and ${field} is ${String(record[field])} instead of ${String(asked)}`];
    });
  }

  /** Of two writes on one record, the one that was on record before the other was asked for has its effect first. */
  #order(rows: readonly WriteRow[]): string[] {
    return rows.flatMap((row) =>
      rows.flatMap((other) => {
        const [one, two] = [this.#seen.get(row.write_id), this.#seen.get(other.write_id)];
        const asked = this.asked.find(({ intent }) => intent.request_id === other.request_id);
        if (row === other || this.#isAnonymous(row) || !one || !two || !asked || one.order_key !== two.order_key)
          return [];
        const [first, second] = [this.#effectsOf(row.write_id).at(-1), this.#effectsOf(other.write_id)[0]];
        if (one.recorded > asked.since || !first || !second || first.at <= second.at) return [];
        const waited = two.takes.some(({ others }) => PASSED.includes(others.get(row.write_id) ?? 'recorded'));
        return waited ? [] : [`${row.write_id} was asked for before ${other.write_id} and had its effect after it`];
      }),
    );
  }
}

/** What others may pass: what waits for a person. */
const PASSED: readonly WriteState[] = ['awaiting_approval', 'needs_attention'];

/** Whether a state may be seen after another one; an answer that is read back at once is seen with its proof. */
function mayFollow(from: WriteState | undefined, to: WriteState): boolean {
  if (from === to) return true;
  const next = (state: WriteState) => eventsIn(state).map(([, follows]) => follows);
  if (from === undefined) return [...next('recorded'), 'sending'].includes(to);
  return next(from).includes(to) || (next(from).includes('sent') && next('sent').includes(to) && to === 'done');
}
