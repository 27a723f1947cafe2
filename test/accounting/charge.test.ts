import { describe, expect, test } from 'vitest';
import { checkCharge, chargedBack, type ChargeFacts } from '../../src/accounting/charge.ts';
import { accounts, bill, chargeCode, entry, lease, property, TODAY } from './posting_facts.ts';

type Charge = Parameters<typeof checkCharge>[0];
const charge = (facts: Partial<Charge> = {}): Charge => ({
  property_id: '12',
  lease_id: 'L1',
  household_id: 'h1',
  charge_code_id: 'MAINT',
  gl_account_id: '4000',
  amount: 18_000,
  date: TODAY,
  memo: 'Repair share',
  ...facts,
});
const facts = (change: Partial<ChargeFacts> = {}): ChargeFacts => ({
  property: property(),
  lease: lease(),
  charge_code: chargeCode(),
  gl_account: accounts.get('4000'),
  today: TODAY,
  ...change,
});
const deposit = chargeCode({ id: 'DEP', is_deposit: true, gl_account_id: '2100' });
const passedOn = [
  entry({ id: 'C1', bill_id: 'B9', amount: 20_000, reversed_amount: 5_000 }),
  entry({ id: 'C2', bill_id: 'B8', amount: 30_000 }),
  entry({ id: 'C3', bill_id: 'B9', kind: 'credit', amount: -5_000 }),
];
const onBill = (amount: number) => charge({ bill_id: 'B9', amount });

describe('checkCharge', () => {
  test.each<[string, Charge, Partial<ChargeFacts>]>([
    ['a plain charge', charge(), {}],
    ['on a lease with notice', charge(), { lease: lease({ status: 'notice' }) }],
    ['a PMS without charge codes', charge({ charge_code_id: '4000' }), { charge_code: undefined }],
    [
      'a deposit to the deposit liability',
      charge({ charge_code_id: 'DEP', gl_account_id: '2100' }),
      { charge_code: deposit, gl_account: accounts.get('2100') },
    ],
    ['the first open day', charge({ date: '2026-11-01' }), {}],
    [
      'an unlocked property',
      charge({ date: '2026-10-31' }),
      { property: property({ books_locked_through: undefined }) },
    ],
    ['a whole bill', onBill(35_000), { bill: bill() }],
    ['exactly what is left of a bill', onBill(20_000), { bill: bill(), charge_backs: passedOn }],
    ['a memo that just fits', charge({ memo: 'é'.repeat(65) }), {}],
  ])('allows %s', (_, asked, change) => {
    expect(checkCharge(asked, facts(change))).toBeUndefined();
  });

  test.each<[string, Charge, Partial<ChargeFacts>, string, string]>([
    ['an ended lease', charge(), { lease: lease({ status: 'past' }) }, 'conflict', 'lease_id'],
    ['a cancelled lease', charge(), { lease: lease({ status: 'cancelled' }) }, 'conflict', 'lease_id'],
    ['no lease', charge(), { lease: undefined }, 'not_found', 'lease_id'],
    ['a lease of another property', charge(), { lease: lease({ property_id: '14' }) }, 'not_found', 'lease_id'],
    ['a lease of another household', charge(), { lease: lease({ household_id: 'h2' }) }, 'not_found', 'lease_id'],
    ['nothing', charge({ amount: 0 }), {}, 'invalid_input', 'amount'],
    ['a negative amount', charge({ amount: -100 }), {}, 'invalid_input', 'amount'],
    ['half a cent', charge({ amount: 0.5 }), {}, 'invalid_input', 'amount'],
    ['an inactive code', charge(), { charge_code: chargeCode({ is_active: false }) }, 'invalid_input', 'account_id'],
    [
      'an inactive account',
      charge({ gl_account_id: '6999' }),
      { charge_code: chargeCode({ gl_account_id: '6999' }), gl_account: accounts.get('6999') },
      'invalid_input',
      'account_id',
    ],
    [
      'an account that is not chargeable',
      charge({ gl_account_id: '6100' }),
      { charge_code: undefined, gl_account: accounts.get('6100') },
      'not_found',
      'account_id',
    ],
    ['no account', charge(), { gl_account: undefined }, 'not_found', 'account_id'],
    [
      'a bank account',
      charge({ gl_account_id: '1000' }),
      { charge_code: chargeCode({ gl_account_id: '1000' }), gl_account: accounts.get('1000') },
      'not_permitted',
      'account_id',
    ],
    [
      'a deposit to income',
      charge({ charge_code_id: 'DEP' }),
      { charge_code: { ...deposit, gl_account_id: '4000' } },
      'not_permitted',
      'account_id',
    ],
    [
      'rent to the deposit liability',
      charge({ gl_account_id: '2100' }),
      { charge_code: chargeCode({ gl_account_id: '2100' }), gl_account: accounts.get('2100') },
      'not_permitted',
      'account_id',
    ],
    [
      'a code that was moved to another account',
      charge(),
      { charge_code: chargeCode({ gl_account_id: '6100' }) },
      'conflict',
      'account_id',
    ],
    ['an account other than the one looked up', charge({ gl_account_id: '6100' }), {}, 'conflict', 'account_id'],
    ['no memo', charge({ memo: '  ' }), {}, 'invalid_input', 'memo'],
    ['a memo too long', charge({ memo: 'x'.repeat(66) }), {}, 'invalid_input', 'memo'],
    ['the last locked day', charge({ date: '2026-10-31' }), {}, 'period_closed', 'charge_date'],
    ['the wrong year', charge({ date: '2027-11-30' }), {}, 'invalid_input', 'charge_date'],
    [
      'two years ago',
      charge({ date: '2024-11-30' }),
      { property: property({ books_locked_through: undefined }) },
      'invalid_input',
      'charge_date',
    ],
    ['more than the bill', onBill(35_001), { bill: bill() }, 'invalid_input', 'amount'],
    [
      'more than is left of the bill',
      onBill(20_001),
      { bill: bill(), charge_backs: passedOn },
      'invalid_input',
      'amount',
    ],
    ['no such bill', onBill(100), {}, 'not_found', 'bill_id'],
    [
      'a bill of another property',
      onBill(100),
      { bill: bill({ lines: [{ gl_account_id: '6100', amount: 35_000, property_id: '14' }] }) },
      'not_found',
      'bill_id',
    ],
    ['a reversed bill', onBill(100), { bill: bill({ reversed_by_id: 'B10' }) }, 'conflict', 'bill_id'],
  ])('refuses %s', (_, asked, change, code, field) => {
    const refusal = checkCharge(asked, facts(change));
    expect(refusal).toMatchObject({
      code,
      field,
      message: expect.stringContaining('nothing was posted'),
      next: expect.any(String),
    });
  });

  test('a closed period names the first day that is open', () => {
    const refusal = checkCharge(
      charge({ date: '2026-02-28' }),
      facts({ property: property({ books_locked_through: '2026-02-28' }) }),
    );
    expect(refusal?.details).toMatchObject({ first_open_date: '2026-03-01' });
  });
});

test('what was passed on counts charges of the bill, without what was taken back', () => {
  expect(chargedBack('B9', passedOn)).toBe(15_000);
});
