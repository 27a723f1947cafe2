import { randomUUID } from 'node:crypto';
import type { ListQuery, StepResult } from '../../../src/connectors/connector.ts';
import { createSandbox, type SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { COMMANDS, parseCommand, type CommandKind } from '../../../src/model/commands.ts';
import type { RecordKind } from '../../../src/model/records.ts';
import { digestOf } from '../../../src/model/version.ts';
import type { Clock } from './clock.ts';
import { Keys } from './keys.ts';
import { imagesBefore, Lag } from './lag.ts';
import type { Options } from './options.ts';
import type { Personality } from './personalities.ts';
import type { Entered, PageAnswer, WriteRequest } from './wire.ts';

/** One accepted write request, as the simulator has counted it. */
export interface AcceptedWrite {
  number: number;
  label: string;
  operation: CommandKind;
  kind: RecordKind;
  record_id: string;
  at: string;
}

/** The moment has passed until which the PMS carries a request out: it has no effect. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** What the simulator's own machine may take for a commit, milliseconds, before it counts as one beyond its limits. */
const TOLERANCE_MS = 200;

/** A write request that was read and not yet carried out; a repetition under a live key has nothing left to do. */
export interface Attempt {
  /**
   * Commits it. With `hideMs` readers see it only so long after. Throws `VendorError` where the PMS refuses it, and
   * `TooLate`.
   */
  carryOut(hideMs?: number): Promise<StepResult>;
}

/** The PMS behind the wire: the sandbox with keys, late commits, a lagging view, and its own count of what it took. */
export class Books {
  readonly #sandbox: ReturnType<typeof createSandbox>;
  readonly #clock: Clock;
  readonly #keys: Keys | undefined;
  readonly #lag: Lag;
  readonly #accepted: AcceptedWrite[] = [];
  readonly #entered = new Map<string, string>();
  readonly #created = new Map<CommandKind | 'any', StepResult>();
  #late: { due: number; attempt: Attempt }[] = [];
  #settling: Promise<void> = Promise.resolve();
  replays = 0;
  /** Requests that were dropped because this process came to them too late, and those that it failed to drop. */
  too_late = 0;
  beyond_limits = 0;

  constructor(options: Options, personality: Personality, clock: Clock) {
    const now = () => clock.now();
    const { file, seed, units, properties } = options;
    this.#sandbox = createSandbox({ file, seed, units, properties, clock: now });
    this.#clock = clock;
    this.#keys = personality.key_life_ms === undefined ? undefined : new Keys(now, personality.key_life_ms);
    this.#lag = new Lag(now);
  }

  /**
   * Reads a request that is carried out until a moment of real time, epoch milliseconds, or never. Throws `VendorError`
   * or `KeyInFlight` where its key is against it.
   */
  begin(label: string, { operation, idempotency_key: key, body }: WriteRequest, until: number): Attempt {
    const keys = this.#keys;
    const submit = (hideMs?: number) => this.#submit(label, operation, body, until, hideMs);
    if (keys === undefined || key === undefined) return { carryOut: submit };
    const replay = keys.begin(key, digestOf({ operation, body }));
    if (replay !== undefined) {
      this.replays += 1;
      return { carryOut: () => Promise.resolve(replay) };
    }
    return {
      carryOut: async (hideMs) => {
        let result: StepResult | undefined;
        try {
          return (result = await submit(hideMs));
        } finally {
          keys.settle(key, result);
        }
      },
    };
  }

  /** Carries a request out after its client has given it up. */
  carryOutLater(attempt: Attempt, ms: number): void {
    this.#late.push({ due: this.#clock.now() + ms, attempt });
    this.#late.sort((a, b) => a.due - b.due);
    // Where the clock is a test's own, this finds nothing due and the test's setting of the clock does it.
    setTimeout(() => void this.settle(), ms).unref();
  }

  /** Commits what has become due, in order. Called before anything is read. */
  settle(): Promise<void> {
    return (this.#settling = this.#settling.then(async () => {
      for (let next = this.#late[0]; next !== undefined && next.due <= this.#clock.now(); next = this.#late[0]) {
        this.#late.shift();
        // Refused that late, it has no effect, and nobody is there to be told.
        await next.attempt.carryOut().catch(() => undefined);
      }
    }));
  }

  /** The answer to the create before this one: of the same kind where there was one. */
  previousCreate(operation: CommandKind): StepResult | undefined {
    return this.#created.get(operation) ?? this.#created.get('any');
  }

  async find(kind: RecordKind, id: string): Promise<Entered | undefined> {
    const record = this.#lag.view(kind, id, await this.#sandbox.get(kind, '', id));
    return record === undefined ? undefined : this.#withEntry(kind, record);
  }

  async page(kind: RecordKind, query: ListQuery): Promise<PageAnswer> {
    const { records, ...rest } = await this.#sandbox.list(kind, query);
    const shown = records.flatMap((record) => {
      // A list of changes does not know yet what is not shown yet.
      if (query.since !== undefined && this.#lag.isHidden(kind, record.id)) return [];
      const seen = this.#lag.view(kind, record.id, record);
      return seen === undefined ? [] : [this.#withEntry(kind, seen)];
    });
    return { records: shown, ...rest };
  }

  state(): Promise<SandboxState> {
    return this.#sandbox.state();
  }

  accepted(): readonly AcceptedWrite[] {
    return this.#accepted;
  }

  /** What people do in the PMS itself. */
  async changeAsStaff(kind: RecordKind, id: string, fields: Record<string, unknown>): Promise<void> {
    await this.#sandbox.asStaff().change(kind, id, fields);
  }

  async submitAsStaff(command: unknown): Promise<{ kind: RecordKind; id: string }> {
    const made = await this.#sandbox.asStaff().submit(parseCommand(command));
    this.#entered.set(`${made.kind}/${made.id}`, this.#moment());
    return { kind: made.kind, id: made.id };
  }

  async close(): Promise<void> {
    await this.#sandbox.close();
  }

  async #submit(
    label: string,
    operation: CommandKind,
    body: object,
    until: number,
    hideMs?: number,
  ): Promise<StepResult> {
    const images = hideMs === undefined ? undefined : await imagesBefore(this.#sandbox, body);
    if (Date.now() > until) {
      this.too_late += 1;
      throw new TooLate();
    }
    // A key of its own for every request: the sandbox must not know a repetition when it sees one.
    const request = { operation, idempotency_key: randomUUID(), body: { ...body, kind: operation } };
    const result = await this.#sandbox.send(request, new AbortController().signal);
    if (Date.now() > until + TOLERANCE_MS) this.beyond_limits += 1;
    const { kind, id } = result.record ?? { kind: COMMANDS[operation].record, id: '' };
    const at = this.#moment();
    this.#accepted.push({ number: this.#accepted.length + 1, label, operation, kind, record_id: id, at });
    if (COMMANDS[operation].creates) {
      this.#entered.set(`${kind}/${id}`, at);
      this.#created.set(operation, result).set('any', result);
    }
    if (images !== undefined && hideMs !== undefined) this.#lag.hide(images, { kind, id }, this.#clock.now() + hideMs);
    return result;
  }

  #withEntry(kind: RecordKind, record: Entered['record']): Entered {
    const entered_at = this.#entered.get(`${kind}/${record.id}`);
    return { record, ...(entered_at !== undefined && { entered_at }) };
  }

  #moment(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
