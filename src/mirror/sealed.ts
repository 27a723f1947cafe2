import type { RecordKind, RecordOf } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';

/** The names in `SEALED_FIELDS`, as a type; a test holds the two together. */
interface SealedNames {
  resident: 'phones' | 'emails' | 'birth_date' | 'forwarding_address';
  staff: 'phone' | 'email';
  vendor: 'phones' | 'emails';
  work_order: 'callback_phone' | 'notes' | 'entry_notes';
  guest_card: 'phones' | 'emails' | 'notes' | 'touches';
  tour: 'notes';
  communication: 'summary';
}

type SealedField<K extends RecordKind> = K extends keyof SealedNames ? SealedNames[K] : never;

/** A record without the fields that are encrypted at rest. */
export type PlainRecord<K extends RecordKind> = Omit<RecordOf<K>, SealedField<K>>;

/** A record as the mirror has it. `as_of` is when the PMS was asked, epoch milliseconds. */
export interface Mirrored<R> {
  record: R;
  scope: string;
  version: string;
  as_of: number;
}

/** A sealed text is bound to its record, so that it opens nowhere else. */
const contextOf = (connection: string, kind: RecordKind, scope: string, id: string) =>
  `mirror:${connection}:${kind}:${scope}:${id}`;

export interface SealedRow {
  connection: string;
  kind: string;
  scope: string;
  id: string;
  body_json: string;
  sealed: string | null;
}

export function sealFields(
  keyring: KeyRing,
  at: { connection: string; kind: RecordKind; scope: string; id: string },
  fields: object,
): string {
  return keyring.seal(JSON.stringify(fields), contextOf(at.connection, at.kind, at.scope, at.id));
}

/** The record of a row, without its sealed fields. */
export function plainRecord<K extends RecordKind>(row: SealedRow): PlainRecord<K> {
  return JSON.parse(row.body_json) as PlainRecord<K>;
}

/** The whole record of a row. Throws where the key ring cannot open it. */
export function wholeRecord<K extends RecordKind>(keyring: KeyRing, row: SealedRow): RecordOf<K> {
  const record = JSON.parse(row.body_json) as RecordOf<K>;
  if (row.sealed === null) return record;
  const opened = keyring.open(row.sealed, contextOf(row.connection, row.kind as K, row.scope, row.id));
  return Object.assign(record, JSON.parse(opened));
}
