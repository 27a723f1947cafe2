import type { ChargeCode, GlAccount, RecordOf } from '../../../model/records.ts';
import { readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, type Context } from '../context.ts';
import { readChargeTypes, type ChargeType } from '../lists.ts';

export const CHARGE_CODE = mapping(
  'charge_code',
  {
    wire: 'GetChargeTypes_Login',
    changes: 'poll',
    freshness_seconds: 86_400,
    evidence: 'seen',
    note: 'Those that the interface entity may charge under.',
  },
  [
    { field: 'id', wire: 'code', as: text, always: true, max_length: 8 },
    { field: 'name', wire: 'code', as: text },
    { field: 'gl_account_id', wire: 'account', as: text, always: true },
  ],
);

/**
 * The answer of the operation that exports the chart of accounts was not seen, so that the accounts are those that charge
 * codes post to.
 */
export const GL_ACCOUNT = mapping(
  'gl_account',
  {
    wire: 'GetChargeTypes_Login',
    read: 'mapped',
    changes: 'poll',
    freshness_seconds: 86_400,
    evidence: 'inferred',
    note: 'Only accounts that residents can be charged to; each counts as income.',
  },
  [
    { field: 'id', wire: 'account', as: text, always: true },
    { field: 'number', wire: 'account', as: text },
    { field: 'name', wire: 'codes', as: text },
    { field: 'type', wire: '', as: readBy(() => 'income') },
    { field: 'is_chargeable', wire: '', as: readBy(() => true) },
  ],
);

interface Account {
  account: string;
  codes: string;
}

/** The accounts of charge codes, each once, under the names of the codes that post to it. */
function accountsOf(types: readonly ChargeType[]): Account[] {
  const codes = new Map<string, string[]>();
  for (const { code, account } of types) codes.set(account, [...(codes.get(account) ?? []), code]);
  return [...codes].map(([account, names]) => ({ account, codes: names.join(', ') }));
}

export function chargeCodeReader(context: Context): Reader<'charge_code'> {
  const read = async (signal?: AbortSignal): Promise<ChargeCode[]> => {
    const [types, circumstances] = [await readChargeTypes(context, signal), await context.circumstances(signal)];
    return types.flatMap((type) => readRecord(CHARGE_CODE, type, circumstances) ?? []);
  };
  return sameEverywhere(context, read);
}

export function glAccountReader(context: Context): Reader<'gl_account'> {
  const read = async (signal?: AbortSignal): Promise<GlAccount[]> => {
    const [types, circumstances] = [await readChargeTypes(context, signal), await context.circumstances(signal)];
    return accountsOf(types).flatMap((account) => readRecord(GL_ACCOUNT, account, circumstances) ?? []);
  };
  return sameEverywhere(context, read);
}

/** A list that belongs to the interface entity and is told under every property. */
function sameEverywhere<K extends 'charge_code' | 'gl_account'>(
  context: Context,
  read: (signal?: AbortSignal) => Promise<RecordOf<K>[]>,
): Reader<K> {
  return {
    async get(_scope, id, signal) {
      return (await read(signal)).find((one) => one.id === id);
    },
    list: (query, signal) => listByProperty<K>(context, query, async () => ({ records: await read(signal) })),
  };
}
