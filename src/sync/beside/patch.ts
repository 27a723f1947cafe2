import * as z from 'zod/v4';
import { VendorError } from '../../connectors/connector.ts';
import { type Kept, NOTHING_KEPT } from '../../mirror/sidecar.ts';
import { changed } from '../../model/record_change.ts';
import { RECORD_KINDS, RECORDS, type RecordKind } from '../../model/records.ts';

const Shown = z.strictObject({ value: z.unknown(), as: z.unknown(), unwritten: z.literal(true).optional() });

const Values = z.record(z.string(), z.unknown());

/** What a write changes of what is kept beside one record, as plain data. */
export const Patch = z.strictObject({
  kind: z.enum(RECORD_KINDS as [RecordKind, ...RecordKind[]]),
  record_id: z.string().min(1),
  /** Only Caretaker holds the record: `makes` where it comes into being, `changes` where it must be there already. */
  whole: z.enum(['makes', 'changes']).optional(),
  /** What fields are from then on; null clears one. */
  set: Values,
  /** What is added to fields that others add to as well. */
  add: Values,
  /** Values that stand for as long as the PMS shows `as`; null where nothing more exact than the PMS's is known. */
  shown: z.record(z.string(), Shown.nullable()),
  /** Statuses of a whole record in which it can be done at all. */
  only_from: z.array(z.string()).optional(),
  /** Statuses in which nothing is done. */
  not_from: z.array(z.string()).optional(),
});
export type Patch = z.infer<typeof Patch>;

/** So many writes back it is known whether one has been carried out. Those on one record go one at a time. */
const WRITES_KNOWN = 50;

/** What is kept beside a record once a write has changed it; undefined where the write leaves it as it is. */
export function patched(kept: Kept | undefined, patch: Patch, writeId: string): Kept | undefined {
  const { kind, record_id, whole, set, add, shown, only_from, not_from } = patch;
  if (whole === 'changes' && kept === undefined) throw gone(kind, record_id);
  const { fields, shown: known, writes } = kept ?? NOTHING_KEPT;
  const status = String(fields['status'] ?? '');
  if (not_from?.includes(status) === true) return undefined;
  if (whole !== undefined && only_from !== undefined && !only_from.includes(status))
    throw new VendorError('conflict', `The ${kind.replaceAll('_', ' ')} is ${status} already. Nothing was changed.`);
  const next = changed(whole === 'makes' ? { ...fields, id: record_id } : fields, { set, add });
  return {
    fields: whole === undefined ? next : RECORDS[kind].parse(next),
    shown: Object.fromEntries(
      Object.entries({ ...known, ...shown }).flatMap(([field, one]) => (one === null ? [] : [[field, one]])),
    ),
    writes: [...writes, writeId].slice(-WRITES_KNOWN),
  };
}

function gone(kind: RecordKind, id: string): VendorError {
  return new VendorError(
    'not_found',
    `There is no ${kind.replaceAll('_', ' ')} ${id} among those that Caretaker holds. Nothing was changed.`,
  );
}

/** The names of the fields that a patch is about. */
export function fieldsOf({ set, add, shown }: Patch): string[] {
  return [...new Set([...Object.keys(set), ...Object.keys(add), ...Object.keys(shown)])];
}
