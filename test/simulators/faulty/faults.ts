import * as z from 'zod/v4';

const ON_WRITES = [
  'commit_then_drop',
  'drop_before_commit',
  'late_commit',
  'error_before_commit',
  'error_after_commit',
  'duplicate_answer',
  'stale_reads',
] as const;
const ON_BOTH = ['throttle', 'truncated_body', 'slow', 'nonsense'] as const;
const ON_READS = ['drop_answer_of_read', 'error_on_read'] as const;
const FAULT_NAMES = [...ON_WRITES, ...ON_BOTH, ...ON_READS] as const;

/** The faults that writes can meet by chance. */
export const WRITE_FAULT_NAMES = [...ON_WRITES, ...ON_BOTH] as const;
type WriteFaultName = (typeof WRITE_FAULT_NAMES)[number];

function impossible(on: 'write' | 'read' | 'look_up'): readonly string[] {
  return on === 'write' ? ON_READS : ON_WRITES;
}

const NONSENSE = ['html', 'empty', 'wrong_types', 'unknown_id', 'other_kind'] as const;

/** One fault, for the next requests that fit it. */
export const Fault = z
  .strictObject({
    how: z.enum(FAULT_NAMES),
    /** `read` is every read, `look_up` only those that look for an effect. Default by the kind of fault. */
    on: z.enum(['write', 'read', 'look_up']).optional(),
    /** `<write id>/<step>`, or a write id for all of its steps. */
    label: z.string().optional(),
    /** The command of a write. */
    operation: z.string().optional(),
    /** The record kind of a read. */
    kind: z.string().optional(),
    /** For how many requests it is. */
    times: z.int().positive().default(1),
    /** Milliseconds: of `late_commit` until it is committed, of `throttle` to wait, of `slow` to the answer, of `stale_reads`. */
    ms: z.int().nonnegative().optional(),
    retry_after: z.enum(['seconds', 'date', 'none']).default('seconds'),
    status: z.int().min(500).max(599).default(500),
    shape: z.enum(NONSENSE).default('html'),
    /** `late_commit` leaves the client without an answer instead of closing the connection. */
    hang: z.boolean().default(false),
  })
  .refine(({ how, on }) => on === undefined || !impossible(on).includes(how), {
    message: 'there is no such fault on these requests',
  });
export type Fault = z.output<typeof Fault>;
export type GivenFault = z.input<typeof Fault>;

/** What is known of a request when its fault is chosen. */
export interface Occasion {
  on: 'write' | 'read' | 'look_up';
  label: string;
  /** The command of a write, the record kind of a read. */
  about: string;
}

function isFor(fault: Fault, { on, label, about }: Occasion): boolean {
  const asked = fault.on ?? (impossible('write').includes(fault.how) ? 'read' : 'write');
  if (asked !== on && !(asked === 'read' && on === 'look_up')) return false;
  if (fault.label !== undefined && label !== fault.label && !label.startsWith(`${fault.label}/`)) return false;
  const named = on === 'write' ? fault.operation : fault.kind;
  return named === undefined || named === about;
}

/** A number from 0 up to 1 that depends on nothing but its arguments (the mixing steps of mulberry32). */
function chance(seed: number, draw: number): number {
  let mixed = (Math.imul(seed + 1, 0x9e3779b1) + Math.imul(draw + 1, 0x6d2b79f5)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Each kind of nonsense that shows; a made-up id does not, so it comes only on request. */
const VISIBLE_NONSENSE = NONSENSE.filter((shape) => shape !== 'unknown_id');

/** How long faults that nobody has timed last. */
export interface Times {
  late_commit_ms: number;
  read_lag_ms: number;
  deadline_ms: number;
}

/** Faults that were asked for, in order, and beside them faults by chance on writes. */
export class Faults {
  rate: number;
  seed: number;
  readonly #names: readonly WriteFaultName[];
  readonly #times: Times;
  #queue: Fault[] = [];
  #writes = 0;

  constructor(options: { rate: number; seed: number; names?: readonly WriteFaultName[] | undefined }, times: Times) {
    this.rate = options.rate;
    this.seed = options.seed;
    this.#names = options.names ?? WRITE_FAULT_NAMES;
    this.#times = times;
  }

  add(faults: readonly Fault[]): void {
    this.#queue.push(...faults);
  }

  clear(): void {
    this.#queue = [];
  }

  get waiting(): readonly Fault[] {
    return this.#queue;
  }

  /** The fault that a request meets. The first one in the queue that fits is used up by it. */
  take(occasion: Occasion): Fault | undefined {
    const draw = occasion.on === 'write' ? this.#writes++ : undefined;
    const asked = this.#queue.find((fault) => isFor(fault, occasion));
    if (asked !== undefined) {
      asked.times -= 1;
      this.#queue = this.#queue.filter(({ times }) => times > 0);
      return asked;
    }
    return draw === undefined || chance(this.seed, draw * 4) >= this.rate ? undefined : this.#byChance(draw * 4);
  }

  #byChance(draw: number): Fault {
    const pick = <T>(from: readonly T[], at: number) =>
      from[Math.floor(chance(this.seed, draw + at) * from.length)] as T;
    const how = pick(this.#names, 1);
    const { late_commit_ms, deadline_ms } = this.#times;
    const earliest = Math.min(deadline_ms, late_commit_ms);
    const late = Math.ceil(earliest + chance(this.seed, draw + 2) * (late_commit_ms - earliest));
    return Fault.parse({
      how,
      ...(how === 'late_commit' && { ms: late, hang: chance(this.seed, draw + 3) < 0.25 }),
      ...(how === 'throttle' && { retry_after: pick(['seconds', 'date', 'none'] as const, 2) }),
      ...(how === 'nonsense' && { shape: pick(VISIBLE_NONSENSE, 2) }),
    });
  }

  /** How long a fault lasts: as asked, else as long as the PMS says that it takes at most. */
  msOf(fault: Fault): number {
    if (fault.ms !== undefined) return fault.ms;
    const { late_commit_ms, read_lag_ms, deadline_ms } = this.#times;
    if (fault.how === 'late_commit') return late_commit_ms;
    if (fault.how === 'stale_reads') return read_lag_ms;
    return fault.how === 'slow' ? deadline_ms * 1.5 : 1_000;
  }
}
