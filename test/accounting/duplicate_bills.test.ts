import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareBills,
  findDuplicateBills,
  invoiceNumberKey,
  vendorNameKey,
  type BillIdentity,
} from '../../src/accounting/duplicate_bills.ts';
import { matchBillToWorkOrder } from '../../src/accounting/work_order_match.ts';
import { Bill, WorkOrder } from '../../src/model/records.ts';

const NAMES = new Map([
  ['v1', 'Metro Power & Light, LLC'],
  ['v2', 'metro power and light'],
  ['v3', 'Summit HVAC'],
  ['v4', 'Summit HVAC'],
  ['v5', '***'],
  ['v6', '—'],
]);
const bill = (facts: Partial<Bill> = {}) =>
  Bill.parse({
    id: 'B1',
    property_id: '12',
    vendor_id: 'v1',
    invoice_number: 'INV-0077',
    invoice_date: '2026-11-24',
    due_date: '2026-12-24',
    total: 35_000,
    lines: [],
    ...facts,
  });

test.each([
  ['INV-0077', 'inv 77', true],
  ['0077', '77', true],
  ['INV#77/A', 'Inv77a', true],
  ['１２３', '123', true],
  ['10-05', '105', false],
  ['100', '1', false],
  ['77', '78', false],
  ['2026-001', '2026-01', false],
])('invoice numbers %j and %j the same: %s', (a, b, same) => {
  expect(invoiceNumberKey(a) === invoiceNumberKey(b)).toBe(same);
});

test.each([
  ['Metro Power & Light, LLC', 'METRO POWER AND LIGHT', true],
  ['The Plumber Co.', 'Plumber', true],
  ['O’Neil Électric', 'oneil electric', true],
  ['Summit HVAC', 'Summit Roofing', false],
  ['Co', 'Inc', false],
])('vendors %j and %j the same: %s', (a, b, same) => {
  expect(vendorNameKey(a) === vendorNameKey(b)).toBe(same);
});

describe('findDuplicateBills', () => {
  const asked: BillIdentity = bill({ id: 'asked', invoice_number: 'inv 77' });
  test.each<[string, Partial<Bill>, 'exact' | string[] | undefined]>([
    ['the same invoice, written otherwise', {}, 'exact'],
    ['the same invoice months later', { invoice_date: '2026-05-01' }, 'exact'],
    ['from a second record of the vendor', { vendor_id: 'v2' }, 'exact'],
    ['the same number for another amount', { total: 35_001 }, ['same_number_other_amount']],
    [
      'another number, same amount, a week apart',
      { invoice_number: '78', invoice_date: '2026-12-01' },
      ['same_amount_near_date'],
    ],
    ['the same amount a month apart', { invoice_number: '78', invoice_date: '2026-10-24' }, undefined],
    [
      'the same amount over the end of the year',
      { invoice_number: '78', invoice_date: '2026-11-17' },
      ['same_amount_near_date'],
    ],
    ['another vendor', { vendor_id: 'v3' }, undefined],
    ['a vendor without a name here', { vendor_id: 'unknown' }, undefined],
    ['a reversed bill', { reversed_by_id: 'B2' }, undefined],
    ['a reversal', { reverses_id: 'B0' }, undefined],
    ['itself', { id: 'asked' }, undefined],
  ])('%s', (_, facts, expected) => {
    const { exact, suspected } = findDuplicateBills([bill(facts)], asked, NAMES);
    expect(exact.length).toBe(expected === 'exact' ? 1 : 0);
    expect(suspected.map((one) => one.reasons)).toEqual(Array.isArray(expected) ? [expected] : []);
  });

  test('the same work order billed twice, also by two vendors', () => {
    const first = bill({ invoice_number: '1', total: 10_000, work_order_id: '900', vendor_id: 'v3' });
    const answer = findDuplicateBills([first], { ...asked, work_order_id: '900' }, NAMES);
    expect(answer).toEqual({ exact: [], suspected: [{ bill: first, reasons: ['same_work_order'] }] });
  });

  test('vendors without a letter in their names are not one vendor', () => {
    const { exact } = findDuplicateBills([bill({ vendor_id: 'v5' })], { ...asked, vendor_id: 'v6' }, NAMES);
    expect(exact).toEqual([]);
  });

  test('numbers without letters or digits are the same as nothing', () => {
    const { exact } = findDuplicateBills(
      [bill({ invoice_number: '---', invoice_date: '2026-01-01' })],
      { ...asked, invoice_number: '#' },
      NAMES,
    );
    expect(exact).toEqual([]);
  });

  test('two bills are alike in the same way whichever comes first', () => {
    const any = fc.record(
      {
        vendor_id: fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'unknown'),
        invoice_number: fc.constantFrom('INV-0077', '77', 'inv77', '78', '--', ''),
        total: fc.constantFrom(35_000, 35_001),
        invoice_date: fc.constantFrom('2026-11-24', '2026-11-30', '2026-12-01', '2026-12-02'),
        work_order_id: fc.constantFrom('900', '901'),
      },
      { requiredKeys: ['vendor_id', 'invoice_number', 'total', 'invoice_date'] },
    );
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(compareBills(a, b, NAMES)).toEqual(compareBills(b, a, NAMES));
      }),
      { numRuns: 500 },
    );
  });
});

describe('matchBillToWorkOrder', () => {
  const work_order = (facts: Partial<WorkOrder> = {}) =>
    WorkOrder.parse({
      id: '900',
      number: '900',
      property_id: '12',
      title: 'Leak',
      description: 'Leak',
      trade: 'plumbing',
      severity: 'routine',
      status: 'ready_to_bill',
      entry: 'unknown',
      vendor_id: 'v1',
      not_to_exceed: 40_000,
      created_at: '2026-11-01T00:00:00.000Z',
      ...facts,
    });
  const asked = bill({ id: 'asked', work_order_id: '900' });
  const earlier = bill({ id: 'earlier', invoice_number: '5', total: 6_000, work_order_id: '900' });

  test.each<[string, Partial<WorkOrder>, Bill[], object]>([
    ['under the limit', {}, [], { status: 'matched', approved: 40_000, billed: 35_000 }],
    ['on the limit', { not_to_exceed: 35_000 }, [], { status: 'matched' }],
    ['over the limit', { not_to_exceed: 34_999 }, [], { status: 'over_budget' }],
    ['over it together with an earlier bill', {}, [earlier], { status: 'over_budget', billed: 41_000 }],
    [
      'an earlier bill that was reversed',
      {},
      [{ ...earlier, reversed_by_id: 'x' }],
      { status: 'matched', billed: 35_000 },
    ],
    ['the bill itself among the earlier ones', {}, [asked], { status: 'matched', billed: 35_000 }],
    [
      'under the approved estimate',
      { estimate: { amount: 36_000, status: 'approved' } },
      [],
      { status: 'amount_variance', approved: 36_000 },
    ],
    [
      'an estimate that nobody approved',
      { estimate: { amount: 36_000, status: 'pending' } },
      [],
      { status: 'matched', approved: 40_000 },
    ],
    ['nothing was approved', { not_to_exceed: undefined }, [], { status: 'matched' }],
    ['another vendor did the work', { vendor_id: 'v3' }, [], { status: 'matched', other_vendor: true }],
    ['a second record of the vendor', { vendor_id: 'v2' }, [], { status: 'matched' }],
  ])('%s', (_, facts, before, expected) => {
    const match = matchBillToWorkOrder(asked, [work_order(facts)], before, NAMES);
    expect(match).toMatchObject(expected);
    expect('other_vendor' in match).toBe('other_vendor' in expected);
  });

  test('no suggestion where two work orders fit', () => {
    const stray = bill({ work_order_id: undefined, total: 40_000 });
    expect(matchBillToWorkOrder(stray, [work_order()], [])).toEqual({
      status: 'no_work_order',
      suggested_work_order_id: '900',
    });
    expect(matchBillToWorkOrder(stray, [work_order(), work_order({ id: '901' })], [])).toEqual({
      status: 'no_work_order',
    });
  });
});
