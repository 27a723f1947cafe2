import {
  type Located,
  type RetryMode,
  type StepContext,
  type StepResult,
  VendorError,
} from '../../../src/connectors/connector.ts';
import { digestOf } from '../../../src/model/version.ts';

/** What the simulated PMS promises, milliseconds. It keeps to it, and uses all of it. */
export const LATE_COMMIT_MS = 30_000;
export const READ_LAG_MS = 10_000;
export const KEY_LIFE_MS = 86_400_000;

/** What kind of vendor the simulated PMS is. */
export interface Personality {
  name: string;
  /** How a repeated creation, or a repeated note, is told from the first. */
  retry: Exclude<RetryMode, 'set_value'>;
  /** Whether a look-up by key, marker or content sees all records. */
  looks_up: boolean;
  /** Whether answers say which record was made. */
  names_records: boolean;
  /** A work order takes one request, or three: open it, describe it, add a first note. */
  steps: 1 | 3;
  /** Descriptions longer than this are shortened without a word. */
  keeps?: number;
}

export const PERSONALITIES: readonly Personality[] = [
  { name: 'keys', retry: 'idempotency_key', looks_up: false, names_records: true, steps: 1 },
  { name: 'keys that are shown', retry: 'idempotency_key', looks_up: true, names_records: true, steps: 1 },
  { name: 'markers', retry: 'marker', looks_up: true, names_records: true, steps: 1 },
  { name: 'markers, no ids', retry: 'marker', looks_up: true, names_records: false, steps: 1, keeps: 4 },
  { name: 'natural keys', retry: 'natural_key', looks_up: true, names_records: true, steps: 1 },
  { name: 'natural keys, no ids', retry: 'natural_key', looks_up: true, names_records: false, steps: 1 },
  { name: 'nothing', retry: 'none', looks_up: false, names_records: true, steps: 1 },
  { name: 'markers in three steps', retry: 'marker', looks_up: true, names_records: true, steps: 3 },
  { name: 'natural keys in three steps, no ids', retry: 'natural_key', looks_up: true, names_records: false, steps: 3 },
  { name: 'keys in three steps', retry: 'idempotency_key', looks_up: false, names_records: true, steps: 3 },
];

/** One request as it is journaled. The label is for the count of effects alone: the PMS tells nothing apart by it. */
export interface PmsRequest {
  action: 'create' | 'set' | 'note';
  kind: string;
  id?: string;
  fields: Record<string, unknown>;
  marker: string;
  key?: string;
  write_id: string;
  step: number;
}

/** A record as the PMS keeps it from a moment on. */
interface Version {
  at: number;
  id: string;
  kind: string;
  fields: Record<string, unknown>;
  notes: readonly { text: string; marker: string }[];
  /** What the one who made it said of it. */
  made_by: PmsRequest | undefined;
}

/** Something that a request did to a record. */
export interface Effect {
  at: number;
  write_id: string;
  step: number;
  record_id: string;
}

/** What the PMS does with a request: it takes effect now or later, and the answer says so, lies, or gets lost. */
export type SendFault =
  | { how: 'ok' | 'answer_lost' | 'answer_broken' | 'request_lost' | 'unavailable' | 'rate_limited' | 'refused' }
  | { how: 'needs_override' | 'hangs' | 'answer_of_another' }
  | { how: 'late'; after: number };

export type ReadFault = 'ok' | 'stale' | 'unavailable' | 'misconfigured';

const NO_ANSWER = () => new VendorError('outcome_unknown', 'The PMS did not answer.');

/** A vendor in memory. Time is given to it from outside; it remembers every version of every record. */
export class Pms {
  readonly personality: Personality;
  readonly effects: Effect[] = [];
  readonly #versions: Version[] = [];
  readonly #keys = new Map<string, { at: number; result: StepResult }>();
  #late: { at: number; request: PmsRequest }[] = [];
  #made = 0;

  constructor(personality: Personality) {
    this.personality = personality;
    for (const id of SEEDS) {
      const fields = { ...EMPTY_WORK_ORDER, title: `Seed ${id}`, property_id: '1' };
      this.#versions.push({ at: -1e9, id, kind: 'work_order', fields, notes: [], made_by: undefined });
    }
  }

  /** Carries out what was on its way for long. */
  passTime(now: number): void {
    const due = this.#late.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
    this.#late = this.#late.filter(({ at }) => at > now);
    for (const { at, request } of due) this.#commit(request, at);
  }

  /** The answer to a request; undefined where none ever comes. Throws what a connector would throw. */
  receive(request: PmsRequest, fault: SendFault, now: number): StepResult | undefined {
    switch (fault.how) {
      case 'unavailable':
        throw new VendorError('unavailable', 'The PMS is down.');
      case 'rate_limited':
        throw new VendorError('rate_limited', 'Too many requests.', { retry_after_ms: 7_000 });
      case 'refused':
        throw new VendorError('refused', 'The PMS refused it.');
      case 'needs_override':
        throw new VendorError('needs_override', 'The period is soft-closed.');
      case 'request_lost':
        throw NO_ANSWER();
      case 'late':
        this.#late.push({ at: now + Math.min(fault.after, LATE_COMMIT_MS), request });
        throw NO_ANSWER();
      default:
    }
    const result = this.#commit(request, now);
    if (fault.how === 'answer_lost') throw NO_ANSWER();
    if (fault.how === 'answer_broken') throw new SyntaxError('Unexpected end of the answer');
    if (fault.how === 'hangs') return undefined;
    if (!this.personality.names_records) return {};
    const others = this.#versions.filter(
      ({ kind, made_by: maker }) => kind === request.kind && maker !== undefined && maker.write_id !== request.write_id,
    );
    const other = others.at(-1);
    return fault.how === 'answer_of_another' && request.action === 'create' && other !== undefined
      ? { record: { kind: request.kind, scope: '', id: other.id } as NonNullable<StepResult['record']> }
      : result;
  }

  #commit(request: PmsRequest, at: number): StepResult {
    const known = request.key === undefined ? undefined : this.#keys.get(request.key);
    if (known !== undefined && at - known.at < KEY_LIFE_MS) return known.result;
    const id = request.action === 'create' ? `r${++this.#made}` : (request.id as string);
    const before = this.recordAt(id, at);
    if (request.action !== 'create' && before === undefined) throw new VendorError('not_found', 'No such record.');
    this.#versions.push(this.#changed(before, request, id, at));
    this.effects.push({ at, write_id: request.write_id, step: request.step, record_id: id });
    const result: StepResult = { record: { kind: request.kind as 'work_order', scope: '', id } };
    if (request.key !== undefined) this.#keys.set(request.key, { at, result });
    return result;
  }

  #changed(before: Version | undefined, request: PmsRequest, id: string, at: number): Version {
    const { action, kind, marker, key } = request;
    const isNote = action === 'note';
    const base = before?.fields ?? (kind === 'work_order' ? EMPTY_WORK_ORDER : {});
    return {
      at,
      id,
      kind,
      fields: isNote ? base : { ...base, ...shortened(request.fields, this.personality) },
      notes: [
        ...(before?.notes ?? []),
        ...(isNote ? [{ text: request.fields['text'] as string, marker: key ?? marker }] : []),
      ],
      made_by: before === undefined ? request : before.made_by,
    };
  }

  /** A record as it was at a moment; undefined before it was made. */
  recordAt(id: string, at: number): Version | undefined {
    return this.#versions.findLast((version) => version.id === id && version.at <= at);
  }

  /** The record as the port shows it, at a moment. */
  show(kind: string, id: string, at: number): Record<string, unknown> | undefined {
    const version = this.recordAt(id, at);
    if (version === undefined || version.kind !== kind) return undefined;
    return { ...version.fields, id, notes: version.notes.map(({ text }) => ({ text })) };
  }

  /** Looks for the effect of a request, as the PMS was at a moment. */
  locate(request: PmsRequest, context: StepContext, at: number): Located {
    if (request.action === 'set') return this.#locateValue(request, context, at);
    if (!this.personality.looks_up) return { outcome: 'absent', covers_all: false };
    if (request.action === 'note') return this.#locateNote(request, context, at);
    const fits = (one: PmsRequest): boolean => {
      if (this.personality.retry === 'marker') return one.marker === request.marker;
      if (this.personality.retry === 'idempotency_key') return one.key === request.key;
      return digestOf(one.fields) === digestOf(request.fields);
    };
    const ids = this.#versions
      .filter(({ kind, made_by: maker, at: since }) => since <= at && kind === request.kind && maker && fits(maker))
      .map(({ id }) => id);
    const results = [...new Set(ids)].map((id) => ({ record: { kind: request.kind as 'work_order', scope: '', id } }));
    const [result, ...others] = results;
    return result === undefined
      ? { outcome: 'absent', covers_all: true }
      : { outcome: 'found', result, ...(others.length > 0 && { others }) };
  }

  #locateValue({ id, kind, fields }: PmsRequest, { before }: StepContext, at: number): Located {
    const now = this.recordAt(id as string, at)?.fields;
    const was = (before ?? EMPTY_WORK_ORDER) as Record<string, unknown>;
    const same = (values: Record<string, unknown>) => Object.keys(fields).every((key) => now?.[key] === values[key]);
    if (now !== undefined && same(shortened(fields, this.personality)))
      return { outcome: 'found', result: { record: { kind: kind as 'work_order', scope: '', id: id as string } } };
    if (now === undefined || same(was)) return { outcome: 'absent', covers_all: true };
    return { outcome: 'differs', detail: 'The record is neither as it was nor as it was to be.' };
  }

  #locateNote({ id, kind, fields, marker, key }: PmsRequest, { before }: StepContext, at: number): Located {
    const notes = this.recordAt(id as string, at)?.notes ?? [];
    const isMarked = this.personality.retry === 'natural_key' ? undefined : (key ?? marker);
    const count = (list: readonly { text: string }[]) => list.filter(({ text }) => text === fields['text']).length;
    const there =
      isMarked === undefined
        ? count(notes) > count((before as { notes?: { text: string }[] } | undefined)?.notes ?? [])
        : notes.some((note) => note.marker === isMarked);
    return there
      ? { outcome: 'found', result: { record: { kind: kind as 'work_order', scope: '', id: id as string } } }
      : { outcome: 'absent', covers_all: true };
  }
}

/** Records that are there from the beginning. */
export const SEEDS = ['s1', 's2'] as const;

const EMPTY_WORK_ORDER = {
  status: 'new',
  description: '',
  trade: 'plumbing',
  severity: 'urgent',
  entry: 'yes',
  file_ids: [],
};

function shortened(fields: Record<string, unknown>, { keeps }: Personality): Record<string, unknown> {
  const { description } = fields;
  return typeof description === 'string' && keeps !== undefined
    ? { ...fields, description: description.slice(0, keeps) }
    : fields;
}
