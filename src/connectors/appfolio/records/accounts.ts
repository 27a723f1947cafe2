import { VendorError } from '../../connector.ts';
import { idText, readBy, type Place } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { POLL_FRESHNESS_SECONDS } from '../limits.ts';
import { isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

/** Types by the words of requests; answers were also seen to say `ExpenseGlAccount` and the like. */
const TYPES: Readonly<Record<string, string>> = {
  asset: 'asset',
  cash: 'asset',
  liability: 'liability',
  capital: 'equity',
  equity: 'equity',
  income: 'income',
  other_income: 'income',
  expense: 'expense',
  other_expense: 'expense',
};

function wordOf(raw: unknown): string {
  const { Type, AccountType } = raw as wire.GlAccount;
  const word = (Type ?? AccountType ?? '').replace(/GlAccount$/, '');
  return word
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase();
}

function typeOf(raw: unknown, at: Place): string | undefined {
  const type = TYPES[wordOf(raw)];
  if (type === undefined) at.onDrift('unknown_value', 'gl_account.Type');
  return type;
}

const name = readBy((raw) => (raw as wire.GlAccount).Name || (raw as wire.GlAccount).AccountName || undefined);

export const GL_ACCOUNT = mapping(
  'gl_account',
  { wire: 'GlAccount', changes: 'poll', freshness_seconds: POLL_FRESHNESS_SECONDS, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    {
      field: 'number',
      wire: '',
      called: 'Number',
      as: readBy((raw) => (raw as { Number?: string | null }).Number ?? ''),
    },
    { field: 'name', wire: '', called: 'Name, AccountName', as: name },
    { field: 'type', wire: '', called: 'Type, AccountType', as: readBy(typeOf), support: 'mapped' },
    { field: 'is_active', wire: '', called: 'HiddenAt', as: readBy((raw) => !(raw as wire.GlAccount).HiddenAt) },
    {
      field: 'role',
      wire: '',
      called: 'Type, AccountType',
      as: readBy((raw) => (wordOf(raw) === 'cash' ? 'bank' : undefined)),
      support: 'mapped',
      note: 'receivables, payables and deposits are not told apart',
    },
    {
      field: 'is_chargeable',
      wire: '',
      called: 'Type, AccountType',
      as: readBy((raw) => TYPES[wordOf(raw)] === 'income'),
      support: 'mapped',
      evidence: 'inferred',
      note: 'residents are charged to income accounts; there are no charge codes',
    },
  ],
);

/** The whole chart: it is one answer without pages. */
export function allAccounts(vendor: Vendor, since?: string, signal?: AbortSignal): Promise<wire.GlAccount[]> {
  return vendor.client.all<wire.GlAccount>('gl_accounts', vendor.since(since === undefined ? {} : { since }), signal);
}

export function glAccountReader(vendor: Vendor): Reader<'gl_account'> {
  const read = (wire: wire.GlAccount) => readRecord(GL_ACCOUNT, wire, vendor.circumstances);
  return {
    async get(_scope, id, signal) {
      // There is no filter by id.
      if (!isId(id)) return undefined;
      const account = (await allAccounts(vendor, undefined, signal)).find(({ Id }) => Id === id);
      return account && read(account);
    },
    async list(query, signal) {
      const rows = query.cursor === undefined ? await allAccounts(vendor, query.since, signal) : [];
      return vendor.pageOf({ rows }, read);
    },
  };
}

/** Names of the account that rent goes to in AppFolio's own charts. */
const RENT = /^rent(al)?( income)?$/i;

/** How long the chart is believed where it is asked for the rent account. */
const CHART_MS = 3_600_000;

/** Finds the accounts that rent is charged to: as the configuration says, else by their names. */
export function rentAccountFinder(vendor: Vendor): (signal?: AbortSignal) => Promise<ReadonlySet<string>> {
  const given = vendor.settings.defaults['rent_gl_account'];
  let known: { ids: ReadonlySet<string>; until: number } | undefined;
  return async (signal) => {
    if (given !== undefined) return new Set([given]);
    if (known !== undefined && vendor.clock() < known.until) return known.ids;
    const accounts = await allAccounts(vendor, undefined, signal);
    const rent = accounts.filter(
      (account) => TYPES[wordOf(account)] === 'income' && RENT.test(account.Name ?? account.AccountName ?? ''),
    );
    if (rent.length === 0)
      throw new VendorError(
        'misconfigured',
        'Which GL account rent is charged to is not known: set defaults.rent_gl_account of the connection.',
      );
    known = { ids: new Set(rent.map(({ Id }) => Id)), until: vendor.clock() + CHART_MS };
    return known.ids;
  };
}
