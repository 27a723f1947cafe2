import type { ChargeCode, GlAccount } from '../../../model/records.ts';
import type { Trade } from '../../../model/values.ts';
import type { Layout } from './layout.ts';

type Row = readonly [number: string, name: string, type: GlAccount['type'], role?: GlAccount['role']];

const CHART: readonly Row[] = [
  ['1010', 'Operating cash', 'asset', 'bank'],
  ['1020', 'Security deposit trust account', 'asset', 'bank'],
  ['1200', 'Accounts receivable', 'asset', 'receivable'],
  ['1300', 'Prepaid expenses', 'asset'],
  ['2010', 'Accounts payable', 'liability', 'payable'],
  ['2100', 'Security deposits held', 'liability', 'deposit_liability'],
  ['2200', 'Prepaid rent', 'liability', 'prepaid'],
  ['3010', 'Owner equity', 'equity'],
  ['3020', 'Owner draws', 'equity'],
  ['4010', 'Rent income', 'income'],
  ['4020', 'Late fees', 'income'],
  ['4030', 'Utility reimbursement', 'income'],
  ['4040', 'Repair recovery', 'income'],
  ['4050', 'Parking income', 'income'],
  ['4060', 'Pet fees', 'income'],
  ['4070', 'Application fees', 'income'],
  ['5100', 'Repairs and maintenance', 'expense'],
  ['5110', 'Plumbing', 'expense'],
  ['5120', 'Heating and cooling', 'expense'],
  ['5130', 'Electrical', 'expense'],
  ['5140', 'Turnover: painting, flooring, cleaning', 'expense'],
  ['5150', 'Grounds', 'expense'],
  ['5160', 'Pest control', 'expense'],
  ['5200', 'Utilities', 'expense'],
  ['5300', 'Management fees', 'expense'],
  ['5400', 'Taxes and insurance', 'expense'],
  ['5500', 'Advertising', 'expense'],
  ['5600', 'Office and administration', 'expense'],
  ['5990', 'Repairs (old chart)', 'expense'],
];

const CODES: readonly (readonly [name: string, account: string, isActive?: boolean])[] = [
  ['Rent', '4010'],
  ['Late fee', '4020'],
  ['Utilities', '4030'],
  ['Damage and repairs', '4040'],
  ['Parking', '4050'],
  ['Pet fee', '4060'],
  ['Application fee', '4070'],
  ['Lock-out', '4040'],
  ['Security deposit', '2100'],
  ['Cable (old)', '4030', false],
];

/** Where a trade's invoices go; everything else is repairs in general. */
const EXPENSE_OF: Readonly<Partial<Record<Trade, string>>> = {
  plumbing: '5110',
  hvac: '5120',
  electrical: '5130',
  painting: '5140',
  flooring: '5140',
  cleaning: '5140',
  grounds: '5150',
  pest: '5160',
};

/** The chart of a portfolio, found by account number and by the name of a charge code. */
export class Accounts {
  readonly #accounts = new Map<string, GlAccount>();
  readonly #codes = new Map<string, ChargeCode>();

  constructor(layout: Layout) {
    const charged = new Set(CODES.map(([, number]) => number));
    for (const [number, name, type, role] of CHART) {
      const is_active = number !== '5990';
      const fields = { number, name, type, is_active, ...(role && { role }), is_chargeable: charged.has(number) };
      this.#accounts.set(number, layout.add('gl_account', fields));
    }
    for (const [name, number, is_active = true] of CODES) {
      const is_deposit = number === '2100';
      this.#codes.set(name, layout.add('charge_code', { name, gl_account_id: this.id(number), is_active, is_deposit }));
    }
  }

  /** The id of the account with this number. */
  id(number: string): string {
    return found(this.#accounts, number).id;
  }

  code(name: string): ChargeCode {
    return found(this.#codes, name);
  }

  expenseFor(trade: Trade): string {
    return this.id(EXPENSE_OF[trade] ?? '5100');
  }
}

function found<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`the chart has no ${key}`);
  return value;
}
