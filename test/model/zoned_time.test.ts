import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  daysBetween,
  localDate,
  spoken,
  toInstant,
  toLocal,
  weekday,
  zoneForProperty,
} from '../../src/model/zoned_time.ts';

const CHICAGO = 'America/Chicago';

describe('toInstant', () => {
  test.each([
    ['2026-11-24T14:45', CHICAGO, '2026-11-24T20:45:00.000Z'],
    ['2026-07-01T00:00', CHICAGO, '2026-07-01T05:00:00.000Z'],
    ['2026-11-24T14:45:30', CHICAGO, '2026-11-24T20:45:30.000Z'],
    ['2026-03-08T01:59', CHICAGO, '2026-03-08T07:59:00.000Z'],
    ['2026-03-08T03:00', CHICAGO, '2026-03-08T08:00:00.000Z'],
    ['2026-03-08T02:30', 'America/Phoenix', '2026-03-08T09:30:00.000Z'],
    ['2028-02-29T12:00', 'Pacific/Honolulu', '2028-02-29T22:00:00.000Z'],
    ['2026-11-24T20:45Z', CHICAGO, '2026-11-24T20:45:00.000Z'],
    ['2026-11-24T14:45-06:00', CHICAGO, '2026-11-24T20:45:00.000Z'],
  ])('%s in %s is %s', (local, zone, instant) => {
    expect(toInstant(local, zone)).toEqual({ instant });
  });

  test('takes the earlier of two autumn times and says so', () => {
    expect(toInstant('2026-11-01T01:30', CHICAGO)).toEqual({
      instant: '2026-11-01T06:30:00.000Z',
      note: expect.stringContaining('earlier'),
    });
  });

  test('takes an offset that is not the zone’s own at its word and says what time that is', () => {
    expect(toInstant('2026-11-24T14:45-05:00', CHICAGO)).toEqual({
      instant: '2026-11-24T19:45:00.000Z',
      note: expect.stringContaining('Tuesday, November 24, 1:45 PM'),
    });
  });

  test('refuses a time that the clocks skip, and names one that exists', () => {
    expect(toInstant('2026-03-08T02:30', CHICAGO)).toEqual({ error: expect.stringContaining('2026-03-08T03:30 does') });
  });

  test.each([
    '2026-02-29T10:00',
    '2026-13-01T10:00',
    '2026-11-24T24:00',
    '2026-11-24T14:60',
    '2026-11-24',
    '14:45',
    'tomorrow',
    '',
    '2026-11-24 14:45',
    '2026-11-24T14:45+25:00',
    '2026-11-24T14:45[America/Denver]',
  ])('refuses %j', (local) => {
    expect(toInstant(local, CHICAGO)).toEqual({ error: expect.any(String) });
  });

  test('refuses a zone that does not exist', () => {
    expect(toInstant('2026-11-24T14:45', 'America/Springfield')).toEqual({
      error: expect.stringContaining('Springfield'),
    });
  });

  test('there and back is the same wall-clock time, except where the clocks skip it', () => {
    const minute = fc
      .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) })
      .map((ms) => new Date(ms).toISOString().slice(0, 16));
    fc.assert(
      fc.property(minute, fc.constantFrom(CHICAGO, 'America/New_York', 'Pacific/Honolulu'), (local, zone) => {
        const answer = toInstant(local, zone);
        if ('error' in answer) expect(answer.error).toContain('go forward');
        else expect(toLocal(answer.instant, zone)).toBe(local);
      }),
    );
  });
});

test('local date and speech follow the property’s calendar, not UTC', () => {
  expect(localDate('2026-12-01T05:59:00.000Z', CHICAGO)).toBe('2026-11-30');
  expect(localDate('2026-12-01T06:00:00.000Z', CHICAGO)).toBe('2026-12-01');
  expect(spoken('2026-11-24T20:45:00.000Z', CHICAGO)).toBe('Tuesday, November 24, 2:45 PM');
  expect(spoken('2026-11-24T06:05:00.000Z', CHICAGO)).toBe('Tuesday, November 24, 12:05 AM');
  expect(spoken('2026-11-24T18:00:00.000Z', CHICAGO)).toBe('Tuesday, November 24, 12:00 PM');
});

test.each([
  ['2026-01-31', 1, '2026-02-01'],
  ['2026-02-28', 1, '2026-03-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2026-03-01', -1, '2026-02-28'],
  ['2026-03-07', 2, '2026-03-09'],
])('%s plus %i days is %s', (date, days, sum) => {
  expect(addDays(date, days)).toBe(sum);
  expect(daysBetween(date, sum)).toBe(days);
});

test('weekdays', () => {
  expect(['2026-11-23', '2026-11-24', '2026-11-29'].map(weekday)).toEqual(['mon', 'tue', 'sun']);
});

describe('zoneForProperty', () => {
  const at = (state: string, time_zone?: string) => ({
    id: '88',
    address: { street: '1 Main St', city: 'Springfield', state, postal_code: '00000' },
    ...(time_zone ? { time_zone } : {}),
  });
  const own = { default: CHICAGO, properties: { '88': 'America/Denver' } };

  test.each([
    ['the PMS’s word first', at('TX', 'America/Chicago'), own, 'America/Chicago'],
    ['then its own entry', at('TX'), own, 'America/Denver'],
    ['a border state without an entry has none', at('TX'), { default: CHICAGO }, undefined],
    ['the only zone of the state before the default', at('NY'), { default: CHICAGO }, 'America/New_York'],
    ['lower case and blanks in the state', at(' ca '), {}, 'America/Los_Angeles'],
    ['the default where the state is not known', at(''), { default: CHICAGO }, CHICAGO],
    ['nothing known', at('constructor'), {}, undefined],
  ])('%s', (_, property, configured, zone) => {
    expect(zoneForProperty({ property, configured })).toBe(zone);
  });
});
