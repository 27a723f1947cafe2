import { describe, expect, it } from 'vitest';
import { dispatchMessage } from '../../src/maintenance/dispatch_message.ts';
import { checkDispatch, type DispatchInput } from '../../src/maintenance/dispatch_rules.ts';
import { lookAlikes } from '../../src/maintenance/look_alikes.ts';
import { STATUS_CHANGES, waitsForClearance, workOrderTransition } from '../../src/maintenance/work_order_status.ts';
import { WORK_ORDER_STATUSES } from '../../src/model/values.ts';
import { aProperty, aTechnician, aVendor, aWorkOrder } from './portfolio.ts';

const base: DispatchInput = {
  work_order: aWorkOrder(),
  to: { kind: 'vendor', vendor: aVendor() },
  visit: { start: '2026-11-25T15:00:00.000Z', end: '2026-11-25T17:00:00.000Z' },
  visit_date: '2026-11-25',
  now: '2026-11-24T08:45:30.000Z',
  today: '2026-11-24',
  trade: 'plumbing',
  state: 'TX',
  default_limit: 50_000,
  emergency_limit: 200_000,
  severity_source: 'rules',
};
const check = (change: Partial<DispatchInput>) => checkDispatch({ ...base, ...change });
const lifeSafety = aWorkOrder({ severity: 'life_safety' });
const cleared = aWorkOrder({ severity: 'life_safety', hazard_cleared_by: 'Gas utility, 03:40' });
const emergency = aWorkOrder({ severity: 'emergency' });
const lapsed = { kind: 'vendor', vendor: aVendor({}, { general_liability_expires: '2026-11-25' }) } as const;

describe('dispatch', () => {
  it.each<[string, Partial<DispatchInput>, object]>([
    ['within the limit', {}, { outcome: 'ok', not_to_exceed: 50_000 }],
    ['closed', { work_order: aWorkOrder({ status: 'closed' }) }, { outcome: 'refused', code: 'work_order_closed' }],
    [
      'cancelled',
      { work_order: aWorkOrder({ status: 'cancelled' }) },
      { outcome: 'refused', code: 'work_order_closed' },
    ],
    ['already done', { work_order: aWorkOrder({ status: 'work_done' }) }, { outcome: 'refused', code: 'wrong_status' }],
    ['hazard not cleared', { work_order: lifeSafety }, { outcome: 'refused', code: 'hazard_not_cleared' }],
    [
      'cleared by a blank',
      { work_order: { ...lifeSafety, hazard_cleared_by: ' ' } },
      { outcome: 'refused', code: 'hazard_not_cleared' },
    ],
    ['hazard cleared', { work_order: cleared }, { outcome: 'ok' }],
    ['in the past', { visit: { start: '2026-11-24T08:44:59.000Z' } }, { outcome: 'refused', code: 'visit_in_past' }],
    ['this very minute', { visit: { start: '2026-11-24T08:45:00.000Z' } }, { outcome: 'ok' }],
    [
      'ends as it starts',
      { visit: { start: base.visit.start, end: base.visit.start } },
      { outcome: 'refused', code: 'visit_ends_before_start' },
    ],
    ['twelve hours', { visit: { start: base.visit.start, end: '2026-11-26T03:00:00.000Z' } }, { outcome: 'ok' }],
    [
      'longer',
      { visit: { start: base.visit.start, end: '2026-11-26T03:00:01.000Z' } },
      { outcome: 'refused', code: 'visit_too_long' },
    ],
    ['insured on the day', { to: lapsed }, { outcome: 'ok' }],
    [
      'insurance ends at midnight',
      { to: lapsed, last_day: '2026-11-26' },
      { outcome: 'refused', code: 'vendor_blocked' },
    ],
    [
      'uninsured, even in an emergency with approval',
      { to: lapsed, visit_date: '2026-11-26', work_order: emergency, not_to_exceed: 900_000 },
      { outcome: 'refused', code: 'vendor_blocked', reasons: [{ code: 'liability_expired' }] },
    ],
    ['own technician', { to: { kind: 'technician', technician: aTechnician() } }, { outcome: 'ok' }],
    [
      'not a technician',
      { to: { kind: 'technician', technician: aTechnician({ roles: ['manager'] }) } },
      { outcome: 'refused', code: 'technician_blocked' },
    ],
    [
      'technician gone',
      { to: { kind: 'technician', technician: aTechnician({ is_active: false }) } },
      { outcome: 'refused', code: 'technician_blocked' },
    ],
    [
      'technician of another property',
      { to: { kind: 'technician', technician: aTechnician({ property_ids: ['13'] }) } },
      { outcome: 'refused', code: 'technician_blocked' },
    ],
    ['at the limit', { not_to_exceed: 50_000 }, { outcome: 'ok' }],
    ['above the limit', { not_to_exceed: 50_001 }, { outcome: 'approval', amount: 50_001, limit: 50_000 }],
    [
      'the property’s limit counts',
      { not_to_exceed: 20_000, property_limit: 15_000 },
      { outcome: 'approval', limit: 15_000 },
    ],
    ['zero', { not_to_exceed: 0 }, { outcome: 'refused', code: 'invalid_limit' }],
    ['negative', { not_to_exceed: -5 }, { outcome: 'refused', code: 'invalid_limit' }],
    ['part of a cent', { not_to_exceed: 10.5 }, { outcome: 'refused', code: 'invalid_limit' }],
    [
      'emergency above the limit',
      { work_order: emergency, not_to_exceed: 150_000 },
      { outcome: 'ok', after_the_fact_review: { amount: 150_000, limit: 50_000 } },
    ],
    [
      'as set by a person',
      { work_order: emergency, not_to_exceed: 150_000, severity_source: 'person' },
      { outcome: 'ok', after_the_fact_review: { amount: 150_000 } },
    ],
    [
      'as claimed by the agent',
      { work_order: emergency, not_to_exceed: 150_000, severity_source: 'agent' },
      { outcome: 'approval' },
    ],
    ['above the emergency limit', { work_order: emergency, not_to_exceed: 200_001 }, { outcome: 'approval' }],
    [
      'no emergency limit set',
      { work_order: emergency, not_to_exceed: 60_000, emergency_limit: undefined },
      { outcome: 'approval' },
    ],
    ['urgent is no emergency', { not_to_exceed: 60_000 }, { outcome: 'approval' }],
    [
      'no W-9',
      { to: { kind: 'vendor', vendor: aVendor({}, { w9_on_file: false }) } },
      { outcome: 'ok', warnings: [expect.stringContaining('W-9')] },
    ],
  ])('%s', (_, change, expected) => {
    expect(check(change)).toMatchObject(expected);
  });

  it('creates no review within the limit', () => {
    expect(check({ work_order: emergency, not_to_exceed: 40_000 })).not.toHaveProperty('after_the_fact_review');
  });
});

describe('status changes', () => {
  it('are final at closed and cancelled, and every other status can be left', () => {
    for (const from of WORK_ORDER_STATUSES) {
      const final = from === 'closed' || from === 'cancelled';
      expect(STATUS_CHANGES[from].length === 0, from).toBe(final);
      expect(workOrderTransition(from, from)).toEqual({ allowed: true });
    }
  });
  it.each([
    ['new', 'assigned', true],
    ['new', 'ready_to_bill', false],
    ['scheduled', 'work_done', true],
    ['work_done', 'in_progress', true],
    ['work_done', 'cancelled', false],
    ['ready_to_bill', 'closed', true],
    ['closed', 'in_progress', false],
    ['cancelled', 'new', false],
  ] as const)('%s → %s: %s', (from, to, allowed) => {
    expect(workOrderTransition(from, to).allowed).toBe(allowed);
  });
  it('that put somebody in wait for the hazard to be cleared', () => {
    expect(waitsForClearance(lifeSafety, 'in_progress')).toBe(true);
    expect(waitsForClearance(lifeSafety, 'on_hold')).toBe(false);
    expect(waitsForClearance(cleared, 'in_progress')).toBe(false);
    expect(waitsForClearance(emergency, 'in_progress')).toBe(false);
  });
});

describe('the message to the vendor', () => {
  const write = (change: object) =>
    dispatchMessage({
      work_order: aWorkOrder({
        entry: 'call_first',
        callback_phone: '+15125550143',
        reporter_name: 'Reporter',
        description: 'Leak. Call me at (512) 555-0143 or me@example.com, unit 4021.',
        ...change,
      }),
      property: aProperty({ shut_offs: 'Main valve by the meter' }),
      unit: { name: '2-B', address: undefined, shut_offs: undefined },
      visit: 'Wed 25 Nov, 9 am to 11 am',
      not_to_exceed: 35_000,
    });
  it('says all that the job needs', () => {
    const text = write({});
    for (const part of [
      'Elm Court',
      'unit 2-B',
      '1 Elm St',
      'Leak',
      'Wed 25 Nov',
      '$350.00',
      'Main valve',
      'call before',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('unit 4021');
  });
  it('gives the callback number only where entry needs it, and never a name or what the report leaks', () => {
    expect(write({})).toContain('+15125550143');
    for (const change of [{}, { entry: 'yes' }]) {
      expect(write(change)).not.toMatch(/Reporter|555-0143|example\.com/);
    }
    expect(write({ entry: 'yes' })).not.toContain('5125550143');
    expect(write({ entry: 'unknown', callback_phone: undefined })).toContain('number from the office');
  });
});

describe('look-alikes', () => {
  const request = {
    property_id: '12',
    unit_id: '301',
    description: 'water leaking under kitchen sink',
    trade: 'plumbing',
  } as const;
  const options = { now: '2026-11-24T08:00:00.000Z', days: 14 };
  it.each<[string, object, object, number]>([
    ['same unit and trade', {}, { description: 'toilet', title: 'Toilet' }, 1],
    ['same unit, other trade, similar words', {}, { trade: 'general' }, 1],
    ['same unit, other trade, other words', {}, { trade: 'hvac', title: 'No heat', description: 'heater off' }, 0],
    ['other unit', {}, { unit_id: '302' }, 0],
    ['other property', {}, { property_id: '13' }, 0],
    ['closed', {}, { status: 'closed' }, 0],
    ['too old', {}, { created_at: '2026-11-01T00:00:00.000Z' }, 0],
    ['reported without a unit, similar words', { unit_id: undefined }, {}, 1],
    ['reported without a unit, other words', { unit_id: undefined, description: 'door squeaks' }, {}, 0],
  ])('%s', (_, change, other, count) => {
    expect(lookAlikes({ ...request, ...change }, [aWorkOrder(other)], options)).toHaveLength(count);
  });
  it('puts the most alike first', () => {
    const found = lookAlikes(
      request,
      [aWorkOrder({ id: 'a', title: 'Toilet', description: 'toilet clogged' }), aWorkOrder({ id: 'b' })],
      options,
    );
    expect(found.map((f) => f.work_order_id)).toEqual(['b', 'a']);
    expect(found[0]).toMatchObject({ why: ['same unit', 'same trade', 'similar words'] });
  });
});
