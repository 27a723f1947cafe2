import type { Tour } from '../../model/records.ts';
import type { ValueTables } from '../connector.ts';
import { oneToOne } from '../kit/value_tables.ts';

/**
 * Statuses, priorities, categories, lead sources, stages and reasons are each company's own: their ids come from the
 * mapping file, for which `connections check --propose` lists them. What stands here is the same for every company.
 */
export const TABLES: ValueTables = {
  /** `IsAllowedToEnter` is one tick: who has to be called first, or did not say, has not given it. */
  entry: {
    to_pms: { yes: 'true', no: 'false', call_first: 'false', unknown: 'false' },
    from_pms: { true: 'yes', false: 'unknown' },
  },
  /** How the subject of an appointment begins that Caretaker has made. */
  tour_type: oneToOne({ agent_led: 'Tour', self_guided: 'Self-guided tour', virtual: 'Virtual tour' }),
};

/** An appointment has no status; the subject says it, where colleagues see it. A tour without a word is to come. */
export const TOUR_WORDS: Readonly<Record<Exclude<Tour['status'], 'scheduled'>, string>> = {
  cancelled: 'CANCELLED',
  toured: 'Done',
  no_show: 'No-show',
};

/**
 * Kinds of a general ledger account. The members of the list are not published; these are the words of the product's own
 * chart of accounts. `role` is what nobody posts to directly.
 */
export const ACCOUNT_TYPES: Readonly<
  Record<
    string,
    { type: 'asset' | 'liability' | 'equity' | 'income' | 'expense'; role?: 'bank' | 'receivable' | 'payable' }
  >
> = {
  Bank: { type: 'asset', role: 'bank' },
  Cash: { type: 'asset', role: 'bank' },
  AccountsReceivable: { type: 'asset', role: 'receivable' },
  Asset: { type: 'asset' },
  CurrentAsset: { type: 'asset' },
  OtherAsset: { type: 'asset' },
  FixedAsset: { type: 'asset' },
  AccountsPayable: { type: 'liability', role: 'payable' },
  CreditCard: { type: 'liability' },
  Liability: { type: 'liability' },
  CurrentLiability: { type: 'liability' },
  OtherLiability: { type: 'liability' },
  LongTermLiability: { type: 'liability' },
  Equity: { type: 'equity' },
  Income: { type: 'income' },
  OtherIncome: { type: 'income' },
  Expense: { type: 'expense' },
  OtherExpense: { type: 'expense' },
  CostOfGoodsSold: { type: 'expense' },
};

/** The names that companies give to types of telephone, in lower case. */
export const PHONE_TYPES: Readonly<Record<string, 'mobile' | 'home' | 'work' | 'after_hours'>> = {
  cell: 'mobile',
  'cell phone': 'mobile',
  mobile: 'mobile',
  home: 'home',
  work: 'work',
  office: 'work',
  'after hours': 'after_hours',
  emergency: 'after_hours',
};

/** The names that companies give to types of contact, in lower case; any other shares the lease. */
export const CONTACT_ROLES: Readonly<Record<string, 'occupant' | 'guarantor'>> = {
  occupant: 'occupant',
  dependent: 'occupant',
  child: 'occupant',
  minor: 'occupant',
  guarantor: 'guarantor',
  cosigner: 'guarantor',
  'co-signer': 'guarantor',
};
