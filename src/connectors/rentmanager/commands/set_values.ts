import type { RecordKind } from '../../../model/records.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import type { PlannedStep } from '../../kit/vendor.ts';
import type { Client } from '../transport.ts';
import { found, OPERATIONS, post, refuseOverride } from './post.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A change of fields of one record, by its key and as of a fresh reading. */
export interface Change<W> {
  name: string;
  /** Where the record is read, and written unless `write_to` says another place. */
  resource: string;
  embeds?: readonly string[];
  write_to?: string;
  /** The record that the command is about. */
  record: { kind: RecordKind; id: string };
  /** Number of the row that is read. May throw `not_found`. */
  row(): number;
  /** The part of the row that is changed, where it is not the row itself. */
  part?(row: W): Fields | undefined;
  key: string;
  /** What is set, given the row as it is; what is undefined is not. */
  set(row: W, context: StepContext): Fields | Promise<Fields>;
  /** Fields that the vendor wants back though they are not changed. */
  sent_back?: readonly string[];
}

/**
 * A step that sets values. What is sent back of the fresh reading, above all the date of the last change, keeps it from
 * going over somebody else's (409).
 */
export function setStep<W extends object>(client: Client, change: Change<W>): PlannedStep {
  const { name, resource, embeds = [], key, record, part = (row) => row as Fields } = change;
  const read = async (signal?: AbortSignal): Promise<{ row: W; fields: Fields } | undefined> => {
    const row = await client.one<W>(resource, change.row(), embeds, signal);
    const fields = row && part(row);
    return row === undefined || fields === undefined ? undefined : { row, fields };
  };
  return {
    ...{ name, retry: 'set_value', operation: OPERATIONS.post },
    async prepare(context): Promise<StepRequest> {
      refuseOverride(context);
      const now = await read();
      if (now === undefined) throw gone(record.kind);
      const set = defined(await change.set(now.row, context));
      const back = pick(now.fields, [key, 'UpdateDate', 'ConcurrencyID', ...(change.sent_back ?? [])]);
      const request = post(change.write_to ?? resource, [{ ...back, ...set }], record);
      return { ...request, set, before: pick(now.fields, Object.keys(set)) };
    },
    async locate(request, _context, signal): Promise<Located> {
      const now = await read(signal);
      if (now === undefined) return { outcome: 'differs', detail: `The ${record.kind} is no longer there.` };
      const { set, before } = request as { set: Fields; before: Fields };
      if (holds(now.fields, set)) return found(record.kind, record.id);
      const as_before = Object.keys(set).every((field) => holds(now.fields[field], before[field]));
      return as_before
        ? { outcome: 'absent', covers_all: true }
        : { outcome: 'differs', detail: `Rent Manager shows neither what was there before nor what was asked.` };
    },
  };
}

function gone(kind: RecordKind): VendorError {
  return new VendorError(
    'not_found',
    `Rent Manager does not have the ${kind.replaceAll('_', ' ')}. Nothing was changed.`,
  );
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

/** Whether a value shows what was asked: all fields of an object, something for each item of a list. */
function holds(now: unknown, asked: unknown): boolean {
  if (Array.isArray(asked)) return Array.isArray(now) && asked.every((one) => now.some((item) => holds(item, one)));
  if (asked !== null && typeof asked === 'object')
    return (
      now !== null &&
      typeof now === 'object' &&
      Object.entries(asked).every(([name, value]) => holds((now as Fields)[name], value))
    );
  return plain(now) === plain(asked);
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?/;

/** Nothing, zero and no are one at this vendor, which leaves out what is null; so are a day and its midnight. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return undefined;
  const [whole, day, time = '00:00'] = (typeof value === 'string' && DATE.exec(value)) || [];
  return whole === undefined ? value : `${day}T${time}`;
}
