import type { RecordKind } from '../../../model/records.ts';
import {
  VendorError,
  type Located,
  type RecordRef,
  type StepContext,
  type StepRequest,
  type StepResult,
} from '../../connector.ts';
import type { Operation, PlannedStep } from '../../kit/vendor.ts';
import { SEARCH_MARGIN_MS } from '../limits.ts';
import { CHANGED_FROM, isId, type Client, type Filters } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import { shows } from './same.ts';

/*
 * The three kinds of request that every command is made of: something new, under an idempotency key; a change of some
 * fields; a note. Requests are kept with the very text of their body, because a key is bound to it.
 */

type Body = Readonly<Record<string, unknown>>;

interface Creation<W> {
  name: string;
  kind: RecordKind;
  /** The address below `api/v0/`. */
  address: string;
  body(context: StepContext): Promise<Body> | Body;
  /** What may be the new record, among all that changed since a little before the request. */
  search(since: Filters, request: StepRequest, signal?: AbortSignal): Promise<readonly W[]>;
  /** What it is told by. A record that does not show one of these may be ours: not every account is shown every field. */
  told_by: readonly string[];
  /** Whether it is ours; by default, where it shows all of that as it was sent. */
  fits?(wire: W, body: Body, context: StepContext): boolean;
  /** False where records vanish from the list, so that absence proves nothing. */
  covers_all?: false;
  /** True where others may make the very same: what fits is not taken for ours, and the key alone decides. */
  is_common?: true;
  /** The record that the command is about, where that is not the new one. */
  about?: RecordRef;
}

/** Makes a record. Looked for by what was sent; a living key makes the retry safe in any case. */
export function create<W extends { Id: string }>(vendor: Vendor, step: Creation<W>): PlannedStep {
  const refTo = (id: string): RecordRef => step.about ?? { kind: step.kind, scope: '', id };
  return {
    name: step.name,
    retry: 'idempotency_key',
    ...(step.about === undefined && { makes_record: true }),
    operation: 'post',
    prepare: async (context) => ({
      address: step.address,
      body: JSON.stringify(await step.body(context)),
      key: keyOf(context, step.name),
      kind: step.kind,
      ...(step.about !== undefined && { about: step.about }),
      asked_at: new Date(vendor.clock()).toISOString(),
    }),
    async locate(request, context, signal): Promise<Located> {
      const from = Date.parse(String(request['asked_at'])) - SEARCH_MARGIN_MS;
      const since = { [CHANGED_FROM]: new Date(from).toISOString() };
      const body = JSON.parse(String(request['body'])) as Body;
      const all = await step.search(since, request, signal);
      const fits = step.fits ?? ((wire: W) => shows(wire, body, step.told_by));
      const found = all.filter((wire) => fits(wire, body, context));
      const [result, ...others] = found.map(({ Id }): StepResult => ({ record: refTo(Id) }));
      if (result !== undefined && step.is_common === true) return { outcome: 'absent', covers_all: false };
      const isToldOfAll = all.every((wire) => step.told_by.every((field) => field in wire));
      if (result === undefined) return { outcome: 'absent', covers_all: (step.covers_all ?? true) && isToldOfAll };
      return { outcome: 'found', result, ...(others.length > 0 && { others }) };
    },
  };
}

interface Change<W> {
  name: string;
  about: RecordRef;
  address: string;
  read(signal?: AbortSignal): Promise<W | undefined>;
  /** The fields that change, given the record as it is. */
  body(wire: W, context: StepContext): Promise<Body> | Body;
}

/** Sets fields of a record. What they were is kept with the request, so that a look-up can tell before from after. */
export function change<W extends object>(step: Change<W>): PlannedStep {
  return {
    name: step.name,
    retry: 'set_value',
    operation: 'patch',
    async prepare(context) {
      const wire = await step.read();
      if (wire === undefined) throw gone(step.about.kind);
      const body = await step.body(wire, context);
      const was = Object.fromEntries(Object.keys(body).map((field) => [field, fieldOf(wire, field)]));
      return { address: step.address, body: JSON.stringify(body), was, about: step.about };
    },
    async locate(request, _context, signal): Promise<Located> {
      const wire = await step.read(signal);
      if (wire === undefined) return { outcome: 'differs', detail: 'The record is no longer there.' };
      return compare(wire, JSON.parse(String(request['body'])) as Body, request['was'] as Body, step.about);
    },
  };
}

/** Whether a record is as asked or as before. Fields that it does not show decide nothing, and leave doubt. */
function compare(wire: object, asked: Body, was: Body, about: RecordRef): Located {
  const fields = Object.keys(asked).filter((field) => field in wire);
  const [isAsked, isBefore] = [shows(wire, asked, fields), shows(wire, was, fields)];
  const isAllShown = fields.length === Object.keys(asked).length;
  if (isAsked && (isAllShown || !isBefore)) return { outcome: 'found', result: { record: about } };
  if (isBefore) return { outcome: 'absent', covers_all: isAllShown || !isAsked };
  return { outcome: 'differs', detail: 'Somebody else has changed the record meanwhile.' };
}

interface NoteStep {
  about: RecordRef;
  address(): Promise<string> | string;
  text(context: StepContext): string;
  /** The texts of the notes that are there, where AppFolio shows them. */
  shown?(request: StepRequest, signal?: AbortSignal): Promise<readonly (string | null | undefined)[]>;
  fits(text: string | null | undefined, context: StepContext): boolean;
}

/** Adds a note. Where notes are not shown, its key alone makes the retry safe. */
export function note(step: NoteStep): PlannedStep {
  const name = 'add_note';
  return {
    name,
    retry: 'idempotency_key',
    operation: 'post',
    prepare: async (context) => ({
      address: await step.address(),
      body: JSON.stringify({ Body: step.text(context) }),
      key: keyOf(context, name),
      about: step.about,
    }),
    async locate(request, context, signal): Promise<Located> {
      if (step.shown === undefined) return { outcome: 'absent', covers_all: false };
      const texts = await step.shown(request, signal);
      if (texts.some((text) => step.fits(text, context))) return { outcome: 'found', result: { record: step.about } };
      return { outcome: 'absent', covers_all: texts.every((text) => text !== undefined) };
    },
  };
}

/** Printable ASCII, one per step and write, the same at every sending. */
function keyOf({ write_id }: StepContext, step: string): string {
  return `${write_id}/${step}`;
}

function fieldOf(wire: object, field: string): unknown {
  return (wire as Record<string, unknown>)[field];
}

/** The record that a command is about is not there. */
export function gone(kind: RecordKind): VendorError {
  const name = kind.replaceAll('_', ' ');
  return new VendorError('not_found', `AppFolio does not show this ${name} any more. Nothing was changed.`);
}

/** A list goes out whole, so that one which the account is not shown cannot be added to. */
export function notShown(what: string, field: string): VendorError {
  return new VendorError(
    'unsupported',
    `AppFolio does not show this account which ${what} are there, and what is not sent along would be deleted. Nothing was ` +
      'changed: add it in AppFolio.',
    { field },
  );
}

/** What sends prepared requests. */
export function operations({ client }: { client: Client }): Record<string, Operation> {
  return {
    async post({ address, body, key, kind, about }, signal) {
      const headers = { 'Idempotency-Key': String(key) };
      const answer = await client.send('POST', `api/v0/${String(address)}`, String(body), { signal, headers });
      if (about !== undefined) return { record: about as RecordRef };
      const id = (answer.body as { Id?: unknown } | undefined)?.Id;
      if (isId(id)) return { record: { kind: kind as RecordKind, scope: '', id } };
      throw new VendorError('outcome_unknown', 'AppFolio answered without saying what it made.');
    },
    async patch({ address, body, about }, signal) {
      await client.send('PATCH', `api/v0/${String(address)}`, String(body), { signal });
      return { record: about as RecordRef };
    },
  };
}
