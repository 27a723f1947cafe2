import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBill, type BillFacts } from '../../src/accounting/bill.ts';
import type { Bill } from '../../src/model/records.ts';
import { accounts, bill, properties, TODAY, units, vendor } from './posting_facts.ts';

const facts = (change: Partial<BillFacts> = {}): BillFacts => ({
  vendor: vendor(),
  properties,
  units,
  gl_accounts: accounts,
  today: TODAY,
  ...change,
});
const line = (change: Partial<Bill['lines'][number]> = {}) => ({
  gl_account_id: '6100',
  amount: 35_000,
  property_id: '12',
  ...change,
});
const posted = (account: string) => bill({ lines: [line({ gl_account_id: account })] });

describe('checkBill', () => {
  test.each<[string, Bill]>([
    ['one line', bill()],
    ['two lines', bill({ lines: [line({ amount: 9_000 }), line({ amount: 26_000, gl_account_id: '6200' })] })],
    ['due on the day of the invoice', bill({ due_date: '2026-11-29' })],
    ['the first open day', bill({ invoice_date: '2026-11-01' })],
    ['prepaid', posted('2200')],
  ])('allows %s', (_, asked) => {
    expect(checkBill(asked, facts())).toBeUndefined();
  });

  test.each<[string, Bill, Partial<BillFacts>, string, string]>([
    ['no vendor', bill(), { vendor: undefined }, 'not_found', 'vendor_id'],
    ['an inactive vendor', bill(), { vendor: vendor({ is_active: false }) }, 'conflict', 'vendor_id'],
    ['no invoice number', bill({ invoice_number: ' - ' }), {}, 'invalid_input', 'invoice_number'],
    [
      'an invoice number that the PMS would cut',
      bill({ invoice_number: '7'.repeat(41) }),
      {},
      'invalid_input',
      'invoice_number',
    ],
    ['a cent too much', bill({ total: 35_001 }), {}, 'invalid_input', 'total'],
    ['no lines', bill({ lines: [] }), {}, 'invalid_input', 'total'],
    ['a total of nothing', bill({ total: 0, lines: [line({ amount: 0 })] }), {}, 'invalid_input', 'total'],
    [
      'a negative line',
      bill({ lines: [line({ amount: 36_000 }), line({ amount: -1_000 })] }),
      {},
      'invalid_input',
      'lines.1.amount',
    ],
    ['due before the invoice', bill({ due_date: '2026-11-28' }), {}, 'invalid_input', 'due_date'],
    ['due in ten years', bill({ due_date: '2036-11-29' }), {}, 'invalid_input', 'due_date'],
    ['no such account', posted('9999'), {}, 'not_found', 'lines.0.account_id'],
    ['an inactive account', posted('6999'), {}, 'invalid_input', 'lines.0.account_id'],
    ['bank', posted('1000'), {}, 'not_permitted', 'lines.0.account_id'],
    ['receivable', posted('1200'), {}, 'not_permitted', 'lines.0.account_id'],
    ['payable', posted('2000'), {}, 'not_permitted', 'lines.0.account_id'],
    ['the deposit liability', posted('2100'), {}, 'not_permitted', 'lines.0.account_id'],
    ['no such property', bill({ lines: [line({ property_id: '99' })] }), {}, 'not_found', 'lines.0.property_id'],
    ['a unit of another property', bill({ lines: [line({ unit_id: '401' })] }), {}, 'not_found', 'lines.0.unit_id'],
    ['a closed period', bill({ invoice_date: '2026-10-31' }), {}, 'period_closed', 'invoice_date'],
    [
      'a period closed at one of two properties',
      bill({ lines: [line({ amount: 30_000 }), line({ amount: 5_000, property_id: '14' })] }),
      {},
      'period_closed',
      'invoice_date',
    ],
    [
      'a memo that the PMS would cut',
      bill({ memo: 'x'.repeat(21) }),
      { limits: { bill_memo: 20 } },
      'invalid_input',
      'memo',
    ],
  ])('refuses %s', (_, asked, change, code, field) => {
    expect(checkBill(asked, facts(change))).toMatchObject({
      code,
      field,
      message: expect.stringContaining('nothing was posted'),
      next: expect.any(String),
    });
  });

  test('is allowed exactly where the lines add up to the total', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: -2, max: 2 }), (list, off) => {
        const total = list.reduce((a, b) => a + b, 0) + off;
        const refusal = checkBill(bill({ total, lines: list.map((amount) => line({ amount })) }), facts());
        expect(refusal === undefined).toBe(off === 0);
      }),
    );
  });
});
