import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { availableUnits, type AvailabilityCriteria } from '../../src/leasing/availability.ts';
import { Property, Unit } from '../../src/model/records.ts';

const property = (id: string, city: string, is_active = true) =>
  Property.parse({
    id,
    name: id,
    address: { street: '1 Main St', city, state: 'TX', postal_code: '78701' },
    is_active,
  });
const properties = [property('12', 'Austin'), property('14', 'San Marcos'), property('16', 'Austin', false)];

const unit = (id: string, facts: Partial<Unit> = {}) =>
  Unit.parse({
    id,
    property_id: '12',
    name: id,
    bedrooms: 2,
    bathrooms: 1,
    market_rent: 150_000,
    occupancy: 'vacant',
    is_listed: true,
    available_on: '2026-12-01',
    ...facts,
  });

const units = [
  unit('101'),
  unit('102', { bedrooms: 0, market_rent: 90_000, available_on: undefined }),
  unit('103', { bathrooms: 2, market_rent: 160_000 }),
  unit('201', { property_id: '14', market_rent: 150_000 }),
  unit('notice', { occupancy: 'notice', available_on: '2027-01-01' }),
  unit('notice-open', { occupancy: 'notice', available_on: undefined }),
  unit('occupied', { occupancy: 'occupied' }),
  unit('down', { occupancy: 'down' }),
  unit('unlisted', { is_listed: false }),
  unit('closed', { property_id: '16' }),
  unit('leased'),
  unit('no-rent', { market_rent: undefined }),
  unit('no-size', { bedrooms: undefined, market_rent: 200_000 }),
];
const leased_unit_ids = new Set(['leased']);
const ask = (criteria: AvailabilityCriteria, input = units) =>
  availableUnits(input, properties, criteria, { leased_unit_ids });
const ids = (criteria: AvailabilityCriteria) => ask(criteria).units.map((one) => one.id);

test.each<[string, AvailabilityCriteria, string[]]>([
  ['everything on the market, cheapest first', {}, ['102', '101', '201', 'notice', '103', 'no-size', 'no-rent']],
  ['property', { property_id: '14' }, ['201']],
  ['city, as one writes it', { city: ' san  MARCOS ' }, ['201']],
  ['rent, to the cent', { rent_max: 150_000 }, ['102', '101', '201', 'notice']],
  ['rent, a cent less', { rent_max: 149_999 }, ['102']],
  ['bedrooms', { bedrooms_min: 2, property_id: '12' }, ['101', 'notice', '103', 'no-rent']],
  ['bathrooms', { bathrooms_min: 2 }, ['103']],
  ['move-in date', { move_in_date: '2026-12-31', bedrooms_min: 2, rent_max: 155_000 }, ['101', '201']],
  ['free on the day of the move-in', { move_in_date: '2026-12-01', property_id: '14' }, ['201']],
  ['free a day too late', { move_in_date: '2026-11-30', property_id: '14' }, []],
  ['three fit a studio and five a two-bedroom', { occupants: 3, rent_max: 100_000 }, ['102']],
  ['four do not fit a studio', { occupants: 4, rent_max: 100_000 }, []],
  ['six do not fit a two-bedroom', { occupants: 6 }, []],
  [
    'like a unit that is gone: its city, size and rent and a tenth',
    { like_unit: unit('leased') },
    ['101', 'notice', '103'],
  ],
  ['like a unit, but cheaper', { like_unit: unit('101'), rent_max: 100_000 }, []],
  ['no such property', { property_id: '99' }, []],
])('%s', (_, criteria, expected) => {
  expect(ids(criteria)).toEqual(expected);
});

test('units that cannot be judged are counted, not offered and not dropped in silence', () => {
  expect(ask({ rent_max: 300_000 }).not_known).toBe(1);
  expect(ask({ bedrooms_min: 1 }).not_known).toBe(1);
  expect(ask({ bedrooms_min: 1, property_id: '14' }).not_known).toBe(0);
});

test('the standard can be set', () => {
  const strict = availableUnits(units, properties, { occupants: 5 }, { occupancy: { per_bedroom: 2, extra: 0 } });
  expect(strict.units).toEqual([]);
});

describe('the same answer whoever asks', () => {
  const criteria = fc.record(
    {
      city: fc.constantFrom('Austin', 'San Marcos'),
      bedrooms_min: fc.integer({ min: 0, max: 3 }),
      rent_max: fc.integer({ min: 80_000, max: 200_000 }),
      move_in_date: fc.constantFrom('2026-11-30', '2026-12-01', '2027-02-28'),
      occupants: fc.integer({ min: 1, max: 6 }),
    },
    { requiredKeys: [] },
  );

  test('independent of the order in which units come', () => {
    fc.assert(
      fc.property(criteria, fc.shuffledSubarray(units, { minLength: units.length }), (asked, shuffled) => {
        expect(ask(asked, shuffled)).toEqual(ask(asked));
      }),
    );
  });

  test('also where two units differ in nothing but their ids', () => {
    const twins = [unit('b', { name: 'PH' }), unit('a', { name: 'PH' })];
    expect(ask({}, twins).units.map((one) => one.id)).toEqual(['a', 'b']);
    expect(ask({}, twins.toReversed()).units.map((one) => one.id)).toEqual(['a', 'b']);
  });

  test('the digest tells criteria apart, not the way they are written', () => {
    const digest = (asked: AvailabilityCriteria) => ask(asked).criteria_digest;
    expect(digest({ city: 'AUSTIN', bedrooms_min: 2 })).toBe(
      digest({ bedrooms_min: 2, city: 'Austin', rent_max: undefined }),
    );
    expect(digest({ bedrooms_min: 2 })).not.toBe(digest({ bedrooms_min: 3 }));
    expect(digest({ bedrooms_min: 2 })).not.toBe(digest({ bathrooms_min: 2 }));
  });

  test('asking for less never hides a unit', () => {
    fc.assert(
      fc.property(criteria, (asked) => {
        const { rent_max: _, ...wider } = asked;
        const all = new Set(ids(wider));
        expect(ids(asked).every((id) => all.has(id))).toBe(true);
      }),
    );
  });
});
