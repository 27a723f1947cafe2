import type { RecordKind } from '../../../model/records.ts';
import { idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord, type RecordMapping } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { siteReader } from '../paging.ts';
import type { Vendor } from '../vendor.ts';

/*
 * What residents may be charged under. No operation tells the transaction codes of a site, and none its accounts: the
 * codes that the mapping file names are given, and behind each code an account of its own, because OneSite alone knows
 * which one it books to.
 */

const FACTS = {
  wire: 'transaction code',
  read: 'mapped',
  changes: 'none',
  freshness_seconds: 86_400,
  evidence: 'inferred',
  note: 'those under charge_code in the mapping file, on the left their names, on the right their codes',
} as const;

export const CHARGE_CODE = mapping('charge_code', FACTS, [
  { field: 'id', wire: 'code', as: idText },
  { field: 'name', wire: 'name', as: text },
  { field: 'gl_account_id', wire: 'code', as: text, note: 'stands for the account that OneSite books the code to' },
]);

export const GL_ACCOUNT = mapping('gl_account', FACTS, [
  { field: 'id', wire: 'code', as: idText },
  { field: 'number', wire: 'code', as: text },
  { field: 'name', wire: 'name', as: text },
  { field: 'type', wire: 'code', as: readBy(() => 'income'), note: 'name no deposit codes in the mapping file' },
]);

/** A reader of the codes that the mapping file names, the same for every site. */
export function codeReader<K extends RecordKind>(vendor: Vendor, rows: RecordMapping<K>): Reader<K> {
  const codes = Object.entries(vendor.tables.charge_code?.to_pms ?? {});
  const records = codes.flatMap(([name, code]) => readRecord(rows, { code, name }, vendor.circumstances) ?? []);
  return siteReader(vendor, () => Promise.resolve(records));
}
