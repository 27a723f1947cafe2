import { describe, expect, test } from 'vitest';
import { leaseNeedsAttention } from '../../src/leasing/lease_attention.ts';
import { checkLeaseChange, notesOnLeaseChange, type LeaseChange } from '../../src/leasing/lease_rules.ts';
import { Lease } from '../../src/model/records.ts';

const TODAY = '2026-11-24';
const offer = (id: string, facts: object = {}) => ({
  id,
  start_date: '2027-02-01',
  end_date: '2028-01-31',
  term_months: 12,
  rent: 160_000,
  status: 'offered',
  ...facts,
});
const lease = (facts: object = {}) =>
  Lease.parse({
    id: 'L1',
    property_id: '12',
    unit_id: '301',
    household_id: 'h1',
    status: 'current',
    term: 'fixed',
    start_date: '2026-02-01',
    end_date: '2027-01-31',
    rent: 150_000,
    parties: [{ resident_id: 'r1' }, { resident_id: 'r2' }],
    renewal_offers: [offer('R1', { status: 'declined' }), offer('R2'), offer('R3', { expires_on: '2026-11-23' })],
    ...facts,
  });
const oneLeaves = lease({
  parties: [{ resident_id: 'r1', notice_date: '2026-11-01', move_out: '2026-12-31' }, { resident_id: 'r2' }],
});
const allLeave = lease({ status: 'notice', notice_date: '2026-11-01', move_out_date: '2026-12-31' });

const renew = (renewal_offer_id: string): LeaseChange => ({ action: 'accept_renewal', renewal_offer_id });
const notice = (notice_date: string, move_out_date: string, ...resident_ids: string[]): LeaseChange => ({
  action: 'give_notice',
  notice_date,
  move_out_date,
  resident_ids,
});
const withdraw = (...resident_ids: string[]): LeaseChange => ({ action: 'withdraw_notice', resident_ids });
const move = (move_out_date: string, ...resident_ids: string[]): LeaseChange => ({
  action: 'change_move_out',
  move_out_date,
  resident_ids,
});

describe('checkLeaseChange', () => {
  test.each<[string, Lease, LeaseChange, string | undefined, string | undefined]>([
    ['an open offer', lease(), renew('R2'), undefined, undefined],
    [
      'an offer on its last day',
      lease({ renewal_offers: [offer('R2', { expires_on: TODAY })] }),
      renew('R2'),
      undefined,
      undefined,
    ],
    ['no such offer', lease(), renew('R9'), 'not_found', 'renewal_offer_id'],
    ['a declined offer', lease(), renew('R1'), 'conflict', 'renewal_offer_id'],
    ['an offer that expired yesterday', lease(), renew('R3'), 'conflict', 'renewal_offer_id'],
    ['renewal while one is on notice', oneLeaves, renew('R2'), 'conflict', undefined],
    ['renewal while all are on notice', allLeave, renew('R2'), 'conflict', undefined],
    ['renewal in eviction', lease({ status: 'eviction' }), renew('R2'), 'conflict', undefined],
    ['an ended lease', lease({ status: 'past' }), renew('R2'), 'conflict', undefined],
    ['a cancelled lease', lease({ status: 'cancelled' }), move('2027-01-31', 'r1'), 'conflict', undefined],
    [
      'notice today, out at the end of the next month',
      lease(),
      notice(TODAY, '2026-12-31', 'r1', 'r2'),
      undefined,
      undefined,
    ],
    ['out on the day of the notice', lease(), notice(TODAY, TODAY, 'r1'), undefined, undefined],
    ['notice by one while another is on notice', oneLeaves, notice(TODAY, '2026-12-31', 'r2'), undefined, undefined],
    ['notice of tomorrow', lease(), notice('2026-11-25', '2026-12-31', 'r1'), 'invalid_input', 'notice_date'],
    ['notice of last year', lease(), notice('2025-11-24', '2026-12-31', 'r1'), 'invalid_input', 'notice_date'],
    [
      'notice before the lease',
      lease({ start_date: '2026-11-20' }),
      notice('2026-11-19', '2026-12-31', 'r1'),
      'invalid_input',
      'notice_date',
    ],
    ['move-out before the notice', lease(), notice(TODAY, '2026-11-23', 'r1'), 'invalid_input', 'move_out_date'],
    ['move-out in the wrong year', lease(), notice(TODAY, '2028-12-31', 'r1'), 'invalid_input', 'move_out_date'],
    ['a stranger', lease(), notice(TODAY, '2026-12-31', 'r9'), 'not_found', 'resident_ids'],
    ['the same resident twice', lease(), notice(TODAY, '2026-12-31', 'r1', 'r1'), 'invalid_input', 'resident_ids'],
    ['nobody', lease(), notice(TODAY, '2026-12-31'), 'invalid_input', 'resident_ids'],
    ['notice twice', oneLeaves, notice(TODAY, '2026-12-31', 'r1'), 'conflict', 'resident_ids'],
    [
      'notice on a lease that has not begun',
      lease({ status: 'future' }),
      notice(TODAY, '2026-12-31', 'r1'),
      'conflict',
      undefined,
    ],
    ['withdrawing it', oneLeaves, withdraw('r1'), undefined, undefined],
    ['withdrawing it for all', allLeave, withdraw('r1', 'r2'), undefined, undefined],
    ['withdrawing what is not there', oneLeaves, withdraw('r2'), 'conflict', 'resident_ids'],
    [
      'withdrawing after the move-out',
      lease({ notice_date: '2026-10-01', move_out_date: '2026-11-23' }),
      withdraw('r1'),
      'conflict',
      undefined,
    ],
    ['a later move-out', oneLeaves, move('2027-01-15', 'r1'), undefined, undefined],
    ['a move-out before the notice', oneLeaves, move('2026-10-31', 'r1'), 'invalid_input', 'move_out_date'],
    ['a move-out without notice', oneLeaves, move('2027-01-15', 'r2'), 'conflict', 'resident_ids'],
    [
      'a move-out where the PMS holds no notice date',
      lease({ move_out_date: '2026-12-31' }),
      move('2027-01-31', 'r1'),
      undefined,
      undefined,
    ],
    [
      'and one before the lease began',
      lease({ move_out_date: '2026-12-31' }),
      move('2026-01-31', 'r1'),
      'invalid_input',
      'move_out_date',
    ],
  ])('%s', (_, before, change, code, field) => {
    const refusal = checkLeaseChange(before, change, TODAY);
    expect(refusal?.code).toBe(code);
    expect(refusal?.field).toBe(field);
    if (refusal)
      expect(refusal).toMatchObject({ message: expect.stringContaining('not changed'), next: expect.any(String) });
  });

  test('an offer that is gone names the one that is open', () => {
    expect(checkLeaseChange(lease(), renew('R1'), TODAY)?.next).toContain('R2');
  });
});

test.each<[string, Lease, LeaseChange, string[]]>([
  [
    'nothing to say',
    lease({ term: 'month_to_month', end_date: undefined }),
    notice(TODAY, '2026-12-31', 'r1', 'r2'),
    [],
  ],
  [
    'short notice, in a running lease, one stays',
    lease(),
    notice(TODAY, '2026-12-01', 'r1'),
    [
      '7 days of notice; 30 are usual.',
      'The lease runs until 2027-01-31.',
      '1 of 2 residents stay; the lease goes on for them.',
    ],
  ],
  ['the last one leaves too', oneLeaves, notice(TODAY, '2027-01-31', 'r2'), []],
  ['a renewal without a gap', lease(), renew('R2'), []],
  [
    'a renewal with a gap',
    lease({ end_date: '2027-01-30' }),
    renew('R2'),
    ['The renewal starts on 2027-02-01, but the lease ends on 2027-01-30.'],
  ],
])('notes: %s', (_, before, change, notes) => {
  expect(notesOnLeaseChange(before, change)).toEqual(notes);
});

test.each<[string, Lease, string[]]>([
  ['an offer waits', lease({ renewal_offers: [offer('R2')] }), ['offer_not_answered']],
  [
    'an offer expires soon',
    lease({ renewal_offers: [offer('R2', { expires_on: '2026-12-08' })] }),
    ['offer_expires_soon', 'offer_not_answered'],
  ],
  ['ends within 90 days without an offer', lease({ renewal_offers: [] }), ['ends_without_offer']],
  ['ends in 91 days', lease({ renewal_offers: [], end_date: '2027-02-23' }), []],
  ['renewed', lease({ renewal_offers: [offer('R2', { status: 'accepted' })] }), []],
  ['ended, and nobody renewed', lease({ renewal_offers: [], end_date: '2026-11-23' }), ['ended_without_renewal']],
  ['ends today', lease({ renewal_offers: [], end_date: TODAY }), ['ends_without_offer']],
  ['month to month', lease({ renewal_offers: [], term: 'month_to_month', end_date: undefined }), []],
  ['all leave next month', { ...allLeave, renewal_offers: [], move_out_date: '2026-12-24' }, ['move_out_soon']],
  ['the move-out has passed', { ...allLeave, renewal_offers: [], move_out_date: '2026-11-23' }, ['move_out_passed']],
  ['a past lease', lease({ status: 'past', end_date: '2026-01-31' }), []],
])('attention: %s', (_, before, reasons) => {
  expect(leaseNeedsAttention(before, TODAY)).toEqual(reasons);
});
