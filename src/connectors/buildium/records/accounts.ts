import type { GlAccount, RecordOf } from '../../../model/records.ts';
import { fixed, flag, idText, readBy, text } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';

interface WireAccount {
  Id: number;
  Name?: string;
  Type?: string;
  SubType?: string;
  IsActive?: boolean;
  IsBankAccount?: boolean;
  DefaultAccountName?: string | null;
}

/**
 * The names of the accounts that every company begins with and that money is never posted to by hand. Nothing says how
 * they are written; these are what the product shows.
 */
const ROLES: Readonly<Record<string, NonNullable<GlAccount['role']>>> = {
  'accounts receivable': 'receivable',
  'accounts payable': 'payable',
  'security deposit liability': 'deposit_liability',
  prepayments: 'prepaid',
};

export function roleOf({ IsBankAccount, DefaultAccountName }: Omit<WireAccount, 'Id'>): GlAccount['role'] {
  if (IsBankAccount === true) return 'bank';
  return ROLES[(DefaultAccountName ?? '').toLowerCase()];
}

/** What residents may be charged to: income, and the deposits that are held for them. */
function isChargeable(account: WireAccount): boolean {
  return account.Type === 'Income' || roleOf(account) === 'deposit_liability';
}

const ACCOUNT_TYPES = {
  Asset: 'asset',
  Liability: 'liability',
  Equity: 'equity',
  Income: 'income',
  Expense: 'expense',
};

export const GL_ACCOUNT = mapping(
  'gl_account',
  { wire: 'GLAccount', changes: 'webhook', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'number', wire: '', as: readBy((raw) => String((raw as { AccountNumber?: string }).AccountNumber ?? '')) },
    { field: 'name', wire: 'Name', as: text, always: true },
    { field: 'type', wire: 'Type', as: fixed(ACCOUNT_TYPES), always: true },
    { field: 'is_active', wire: 'IsActive', as: flag },
    {
      field: 'role',
      wire: '',
      as: readBy((raw) => roleOf(raw as WireAccount)),
      evidence: 'inferred',
      note: 'IsBankAccount, and DefaultAccountName of the accounts that every company begins with',
    },
    {
      field: 'is_chargeable',
      wire: '',
      as: readBy((raw) => isChargeable(raw as WireAccount)),
      note: 'income and deposits',
    },
  ],
);

/** Buildium has no charge codes: every account that residents may be charged to is one. */
export const CHARGE_CODE = mapping(
  'charge_code',
  { wire: 'GLAccount', read: 'mapped', changes: 'webhook', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'name', wire: 'Name', as: text, always: true },
    { field: 'gl_account_id', wire: 'Id', as: idText },
    { field: 'is_active', wire: 'IsActive', as: flag },
    {
      field: 'is_deposit',
      wire: '',
      as: readBy((raw) => roleOf(raw as WireAccount) === 'deposit_liability'),
      evidence: 'inferred',
    },
  ],
);

function reader<K extends 'gl_account' | 'charge_code'>(
  vendor: Vendor,
  read: (account: WireAccount) => RecordOf<K> | undefined,
): Reader<K> {
  const { client } = vendor;
  return {
    async get(_scope, id, signal) {
      const account = await client.one<WireAccount>((one) => path`v1/glaccounts/${one}`, id, signal);
      return account === undefined ? undefined : read(account);
    },
    async list(query, signal) {
      const page = await client.page<WireAccount>('v1/glaccounts', {}, windowOf(query), signal);
      return vendor.pageOf<K, WireAccount>(page, read);
    },
  };
}

export function glAccountReader(vendor: Vendor): Reader<'gl_account'> {
  return reader<'gl_account'>(vendor, (account) => readRecord(GL_ACCOUNT, account, vendor.circumstances));
}

export function chargeCodeReader(vendor: Vendor): Reader<'charge_code'> {
  return reader<'charge_code'>(vendor, (account) =>
    isChargeable(account) ? readRecord(CHARGE_CODE, account, vendor.circumstances) : undefined,
  );
}
