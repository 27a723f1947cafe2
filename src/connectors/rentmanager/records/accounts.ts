import { flag, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { ACCOUNT_TYPES } from '../tables.ts';
import { sourceReader, type Vendor } from '../vendor.ts';

/** What a word for a kind of account says; the words are compared without blanks. */
const kindOf = (raw: unknown) => ACCOUNT_TYPES[String(raw).replaceAll(' ', '')];

export const GL_ACCOUNT = mapping(
  'gl_account',
  { wire: 'GLAccount', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'GLAccountID', as: idText, always: true },
    { field: 'number', wire: 'Reference', as: text },
    { field: 'name', wire: 'Name', as: text, always: true },
    {
      field: 'type',
      wire: 'GLAccountType',
      as: {
        read(raw, at) {
          const kind = kindOf(raw);
          if (kind === undefined) at.onDrift('unknown_value', at.path);
          return kind?.type;
        },
        write: () => undefined,
      },
      support: 'mapped',
      evidence: 'inferred',
      always: true,
    },
    {
      field: 'role',
      wire: 'GLAccountType',
      as: readBy((raw) => kindOf(raw)?.role),
      support: 'mapped',
      evidence: 'inferred',
      note: 'deposits and prepayments cannot be told from other liabilities',
    },
    { field: 'is_active', wire: 'IsActive', as: flag },
  ],
  [{ field: 'is_chargeable', support: 'unsupported', note: 'residents are charged by charge type' }],
);

export function glAccountReader(vendor: Vendor): Reader<'gl_account'> {
  return sourceReader<'gl_account', { GLAccountID: number; Reference?: string; IsParent?: boolean }>(vendor, {
    kind: 'gl_account',
    resource: 'GLAccounts',
    read: (rows) =>
      rows
        // Nothing is posted to a heading.
        .filter(({ IsParent }) => IsParent !== true)
        .flatMap(
          (row) => readRecord(GL_ACCOUNT, { Reference: String(row.GLAccountID), ...row }, vendor.circumstances) ?? [],
        ),
  });
}

export const CHARGE_CODE = mapping(
  'charge_code',
  { wire: 'ChargeType', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'ChargeTypeID', as: idText, always: true },
    { field: 'name', wire: 'Name', as: text, always: true },
    { field: 'gl_account_id', wire: 'GLAccountID', as: idText, always: true },
    { field: 'is_active', wire: 'IsActive', as: flag },
    { field: 'is_deposit', wire: 'is_deposit', as: flag, called: 'SecurityDepositTypes.ChargeTypeID' },
  ],
);

interface ChargeType {
  ChargeTypeID: number;
}

export function chargeCodeReader(vendor: Vendor): Reader<'charge_code'> {
  return sourceReader<'charge_code', ChargeType>(vendor, {
    kind: 'charge_code',
    resource: 'ChargeTypes',
    undated: true,
    async read(rows, signal) {
      const deposits = await vendor.client.all<Partial<ChargeType>>('SecurityDepositTypes', {}, signal);
      const ids = new Set(deposits.map(({ ChargeTypeID }) => ChargeTypeID));
      return rows.flatMap(
        (row) => readRecord(CHARGE_CODE, { ...row, is_deposit: ids.has(row.ChargeTypeID) }, vendor.circumstances) ?? [],
      );
    },
  });
}
