import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankCandidates, type RankInput } from '../../src/maintenance/match_vendors.ts';
import { aProperty, aTechnician, aVendor, aWorkOrder } from './portfolio.ts';

const base: RankInput = {
  work_order: aWorkOrder(),
  property: aProperty({ maintenance_limit: 50_000 }),
  vendors: [],
  staff: [],
  load: { vendor: new Map(), technician: new Map() },
  visit_date: '2026-11-24', // a Tuesday
  visit_time: '10:00',
  after_hours: false,
  trade: 'plumbing',
  state: 'TX',
  today: '2026-11-24',
};
const rank = (change: Partial<RankInput>) => rankCandidates({ ...base, ...change });
const ids = (change: Partial<RankInput>) => rank(change).candidates.map((c) => c.id);

describe('the order of candidates', () => {
  it('own technicians, then the property’s list, the portfolio’s list, load, rate, id', () => {
    const vendors = [
      aVendor({ id: 'z-none', hourly_rate: 9_000 }),
      aVendor({ id: 'cheap', hourly_rate: 5_000 }),
      aVendor({ id: 'a-none', hourly_rate: 9_000 }),
      aVendor({ id: 'busy', hourly_rate: 1_000 }),
      aVendor({ id: 'portfolio', preferred: [{ rank: 1 }] }),
      aVendor({ id: 'here-2', preferred: [{ property_id: '12', rank: 2 }, { rank: 1 }] }),
      aVendor({ id: 'here-1', preferred: [{ property_id: '12', rank: 1 }] }),
      aVendor({ id: 'elsewhere', preferred: [{ property_id: '99', rank: 1 }] }),
    ];
    const load = { vendor: new Map([['busy', 1]]), technician: new Map() };
    const expected = ['t1', 'here-1', 'here-2', 'portfolio', 'cheap', 'a-none', 'z-none', 'elsewhere', 'busy'];
    const input = { vendors, staff: [aTechnician()], load };
    expect(ids(input)).toEqual(expected);
    fc.assert(
      fc.property(fc.shuffledSubarray(vendors, { minLength: vendors.length }), (shuffled) => {
        expect(ids({ ...input, vendors: shuffled })).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('after hours calls the rota in its order, and the after-hours line', () => {
    const staff = [
      aTechnician({ id: 'backup', on_call: 2 }),
      aTechnician({ id: 'first', on_call: 1 }),
      aTechnician({ id: 'asleep' }),
    ];
    const input = { staff, vendors: [aVendor()], after_hours: true };
    const { candidates, excluded } = rank(input);
    expect(candidates.map((c) => c.id)).toEqual(['first', 'backup', 'v1']);
    expect(candidates[2]).toMatchObject({ phone: '+15125550199', other_phones: ['+15125550100'], limit: 50_000 });
    expect(excluded).toMatchObject([{ id: 'asleep', reasons: [{ code: 'not_on_call' }] }]);
    expect(rank({ vendors: [aVendor()] }).candidates[0]?.phone).toBe('+15125550100');
  });
});

describe('who is left out, and why', () => {
  const emergency = { work_order: aWorkOrder({ severity: 'emergency' }), after_hours: true };
  it.each<[string, Partial<RankInput>, string[]]>([
    ['other trade', { vendors: [aVendor({ trades: ['hvac'] })] }, ['other_trade']],
    ['other area', { vendors: [aVendor({ service_area: ['10001'] })] }, ['outside_service_area']],
    ['area by five digits', { vendors: [aVendor({ service_area: ['78701-1234'] })] }, []],
    ['insurance', { vendors: [aVendor({}, { general_liability_expires: '2026-11-23' })] }, ['liability_expired']],
    ['no emergencies at night', { ...emergency, vendors: [aVendor({ takes_emergencies: false })] }, ['no_emergencies']],
    [
      'by day that does not matter',
      { ...emergency, after_hours: false, vendors: [aVendor({ takes_emergencies: false })] },
      [],
    ],
    ['declined', { vendors: [aVendor()], already_tried: { v1: 'declined' } }, ['declined']],
    [
      'no reply on the work order',
      { vendors: [aVendor()], work_order: aWorkOrder({ vendor_id: 'v1', vendor_reply: 'no_reply' }) },
      ['no_reply'],
    ],
    ['technician of another property', { staff: [aTechnician({ property_ids: ['13'] })] }, ['other_property']],
    ['technician off on Tuesdays', { staff: [aTechnician({ hours: { 'wed-mon': '08:00-17:00' } })] }, ['off_duty']],
    ['technician on duty over the weekend turn', { staff: [aTechnician({ hours: { 'sat-tue': '08:00-17:00' } })] }, []],
    ['technician not yet there', { staff: [aTechnician({ hours: { tue: '10:30-17:00' } })] }, ['off_duty']],
    ['technician inactive', { staff: [aTechnician({ is_active: false })] }, ['inactive']],
    ['technician of another trade', { staff: [aTechnician({ trades: ['hvac'] })] }, ['other_trade']],
  ])('%s', (_, change, expected) => {
    const { candidates, excluded } = rank(change);
    expect(excluded.flatMap((e) => e.reasons.map((r) => r.code))).toEqual(expected);
    expect(candidates).toHaveLength(expected.length === 0 ? 1 : 0);
  });

  it('lists those of the right trade first, and leasing agents not at all', () => {
    const { excluded } = rank({
      vendors: [aVendor({ id: 'a', trades: ['hvac'] }), aVendor({ id: 'b', do_not_use: true })],
      staff: [aTechnician({ id: 'x', roles: ['leasing_agent'] })],
    });
    expect(excluded.map((e) => e.id)).toEqual(['b', 'a']);
  });
});
