import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collide, reservationCells } from '../../src/leasing/reservation.ts';
import { parseSlotId, slotId } from '../../src/leasing/slot_id.ts';
import { slotStillFree, tourSlots, type SlotQuery, type TourRules } from '../../src/leasing/tour_slots.ts';
import { Staff, Tour, TOUR_TYPES, Unit } from '../../src/model/records.ts';
import { isRefusal } from '../../src/model/refusal.ts';
import { toInstant, toLocal } from '../../src/model/zoned_time.ts';

const CHICAGO = 'America/Chicago';
const at = (local: string) => {
  const answer = toInstant(local, CHICAGO);
  if ('error' in answer) throw new Error(answer.error);
  return answer.instant;
};
const agent = (id: string, facts: Partial<Staff> = {}) =>
  Staff.parse({ id, name: id, roles: ['leasing_agent'], ...facts });
const unit = (facts: Partial<Unit> = {}) =>
  Unit.parse({ id: '305', property_id: '12', name: '305', occupancy: 'vacant', is_listed: true, ...facts });
const tour = (start: string, facts: Partial<Tour> = {}) =>
  Tour.parse({
    id: `T${start}`,
    property_id: '12',
    guest_card_id: 'G1',
    unit_id: 'other',
    agent_id: 'a1',
    type: 'agent_led',
    start: at(start),
    end: new Date(Date.parse(at(start)) + 30 * 60_000).toISOString(),
    status: 'scheduled',
    ...facts,
  });
const rules = (facts: Partial<TourRules> = {}): TourRules => ({
  hours: { 'mon-fri': '09:00-12:00,13:00-18:00', sat: '10:00-12:00' },
  time_zone: CHICAGO,
  tour_minutes: 30,
  buffer_minutes: 15,
  notice_minutes: 120,
  now: at('2026-11-24T08:10'),
  agents: [agent('a1')],
  booked: [],
  unit: unit(),
  tour_type: 'agent_led',
  ...facts,
});
const day = (date: string, facts: Partial<SlotQuery> = {}): SlotQuery => ({
  from: date,
  to: date,
  limit: 50,
  ...facts,
});
const slots = (facts: Partial<TourRules>, query: SlotQuery) => {
  const answer = tourSlots(rules(facts), query);
  if (isRefusal(answer)) throw new Error(answer.message);
  return answer.slots;
};
const times = (facts: Partial<TourRules>, query: SlotQuery) =>
  slots(facts, query).map((slot) => toLocal(slot.start, CHICAGO).slice(11));

const MORNING = ['09:00', '09:45', '10:30', '11:15'];
const AFTERNOON = ['13:00', '13:45', '14:30', '15:15', '16:00', '16:45', '17:30'];

describe('tourSlots', () => {
  test.each<[string, Partial<TourRules>, SlotQuery, string[]]>([
    ['a whole day, with the break', {}, day('2026-11-25'), [...MORNING, ...AFTERNOON]],
    ['notice today', {}, day('2026-11-24'), ['10:15', '11:00', ...AFTERNOON]],
    ['Saturday', {}, day('2026-11-28'), ['10:00', '10:45', '11:30']],
    ['Sunday is closed', {}, day('2026-11-29'), []],
    ['the afternoon', {}, day('2026-11-25', { part_of_day: 'afternoon' }), AFTERNOON.slice(0, 6)],
    ['the evening', {}, day('2026-11-25', { part_of_day: 'evening' }), ['17:00']],
    ['yesterday', {}, day('2026-11-23'), []],
    [
      'around a tour of the agent',
      { booked: [tour('2026-11-25T10:00')] },
      day('2026-11-25', { part_of_day: 'morning' }),
      ['09:00', '10:45', '11:30'],
    ],
    [
      'around a tour of the unit',
      { booked: [tour('2026-11-25T10:00', { unit_id: '305', agent_id: 'a2' })] },
      day('2026-11-25', { part_of_day: 'morning' }),
      ['09:00', '10:45', '11:30'],
    ],
    [
      'a cancelled tour is not in the way',
      { booked: [tour('2026-11-25T10:00', { status: 'cancelled' })] },
      day('2026-11-25', { part_of_day: 'morning' }),
      MORNING,
    ],
    [
      'hours of the agent’s own',
      { agents: [agent('a1', { hours: { wed: '16:00-18:00' } })] },
      day('2026-11-25'),
      ['16:00', '16:45', '17:30'],
    ],
    [
      'agents of other properties, other roles or gone',
      {
        agents: [
          agent('a1', { property_ids: ['14'] }),
          agent('a2', { roles: ['technician'] }),
          agent('a3', { is_active: false }),
        ],
      },
      day('2026-11-25'),
      [],
    ],
    [
      'a unit still lived in needs a day of notice',
      { unit: unit({ occupancy: 'notice' }) },
      day('2026-11-25'),
      ['09:00', '09:45', '10:30', '11:15', ...AFTERNOON],
    ],
    ['and has no tour today', { unit: unit({ occupancy: 'notice' }) }, day('2026-11-24'), []],
    [
      'self-guided needs no agent',
      { tour_type: 'self_guided', agents: [] },
      day('2026-11-28'),
      ['10:00', '10:45', '11:30'],
    ],
    ['hours off the quarter', { hours: { wed: '09:10-10:40' } }, day('2026-11-25'), ['09:15', '10:00']],
  ])('%s', (_, facts, query, expected) => {
    expect(times(facts, query)).toEqual(expected);
  });

  test('a slot says who, when in local words, and carries its id', () => {
    expect(slots({}, day('2026-11-25', { limit: 1 }))).toEqual([
      {
        unit_id: '305',
        agent_id: 'a1',
        start: '2026-11-25T15:00:00.000Z',
        end: '2026-11-25T15:30:00.000Z',
        type: 'agent_led',
        slot_id: expect.stringMatching(/^305:a1:20261125T1500Z:30:agent_led:[0-9a-f]{6}$/),
        spoken: 'Wednesday, November 25, 9:00 AM',
      },
    ]);
  });

  test('the agent with fewer tours goes first; the other takes over when that one is busy', () => {
    const agents = [agent('a1'), agent('a2')];
    const booked = [tour('2026-11-27T09:00'), tour('2026-11-27T10:30'), tour('2026-11-25T09:00', { agent_id: 'a2' })];
    const offered = slots({ agents, booked }, day('2026-11-25', { part_of_day: 'morning' }));
    expect(offered.map((slot) => slot.agent_id)).toEqual(['a1', 'a2', 'a2', 'a2']);
  });

  test.each<[string, Partial<TourRules>, SlotQuery, string, string | undefined]>([
    ['no time zone', { time_zone: undefined }, day('2026-11-25'), 'conflict', undefined],
    ['occupied', { unit: unit({ occupancy: 'occupied' }) }, day('2026-11-25'), 'conflict', 'unit_id'],
    ['down', { unit: unit({ occupancy: 'down' }), tour_type: 'self_guided' }, day('2026-11-25'), 'conflict', 'unit_id'],
    [
      'self-guided where somebody lives',
      { unit: unit({ occupancy: 'notice' }), tour_type: 'self_guided' },
      day('2026-11-25'),
      'conflict',
      'tour_type',
    ],
    ['hours that cannot be read', { hours: { mon: '9 to 5' } }, day('2026-11-25'), 'conflict', undefined],
    ['a range backwards', {}, { from: '2026-11-26', to: '2026-11-25' }, 'invalid_input', 'to_date'],
    ['a range of months', {}, { from: '2026-11-25', to: '2027-02-25' }, 'invalid_input', 'to_date'],
  ])('refuses: %s', (_, facts, query, code, field) => {
    const answer = tourSlots(rules(facts), query);
    expect(answer).toMatchObject({
      code,
      message: expect.stringMatching(/no/i),
      next: expect.any(String),
      ...(field && { field }),
    });
  });

  test('a day with 23 hours loses the hour that is not there, one with 25 shows no time twice', () => {
    const night = { hours: { sun: '00:30-04:00' }, now: at('2026-01-01T00:00'), tour_minutes: 30, buffer_minutes: 0 };
    expect(times(night, day('2026-03-08'))).toEqual(['00:30', '01:00', '01:30', '03:00', '03:30']);
    expect(times(night, day('2026-11-01'))).toEqual(['00:30', '01:00', '02:00', '02:30', '03:00', '03:30']);
  });

  test('a range over the end of a month and of the year', () => {
    const offered = slots({ now: at('2026-12-30T17:00') }, { from: '2026-12-31', to: '2027-01-01', limit: 50 });
    expect(new Set(offered.map((slot) => slot.start.slice(0, 10)))).toEqual(new Set(['2026-12-31', '2027-01-01']));
  });

  test('slots never overlap each other or what is booked, and each can be had', () => {
    const quarter = fc
      .integer({ min: 0, max: 47 })
      .map((n) => `${String(8 + Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
    const booked = fc.array(
      fc.record({
        time: quarter,
        date: fc.constantFrom('2026-11-25', '2026-11-27'),
        agent_id: fc.constantFrom('a1', 'a2', 'a3'),
        unit_id: fc.constantFrom('305', '306'),
      }),
      { maxLength: 12 },
    );
    const minutes = fc.constantFrom(0, 5, 15, 20, 30, 45);
    fc.assert(
      fc.property(booked, minutes, minutes, (rows, tour_minutes, buffer_minutes) => {
        const facts = rules({
          agents: [agent('a1'), agent('a2')],
          tour_minutes: tour_minutes + 10,
          buffer_minutes,
          booked: rows.map(({ date, time, ...who }, i) => tour(`${date}T${time}`, { id: String(i), ...who })),
        });
        const offered = slots(facts, { from: '2026-11-25', to: '2026-11-28', limit: 100 });
        offered.forEach((slot, i) => {
          if (i > 0) expect(collide(offered[i - 1]!, slot, buffer_minutes)).toBe(false);
          for (const other of facts.booked) {
            const involved = other.unit_id === '305' || other.agent_id === slot.agent_id;
            if (involved) expect(collide(other, slot, buffer_minutes)).toBe(false);
          }
          expect(slotStillFree(parseSlotId(slot.slot_id)!, facts)).toBeUndefined();
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('slotStillFree', () => {
  const [slot] = slots({}, day('2026-11-25', { limit: 1 }));
  const cases: [string, Partial<TourRules>, Partial<NonNullable<typeof slot>>, string | undefined][] = [
    ['still free', {}, {}, undefined],
    ['the agent was booked', { booked: [tour('2026-11-25T08:45')] }, {}, 'slot_taken'],
    [
      'the unit was booked',
      { booked: [tour('2026-11-25T09:00', { unit_id: '305', agent_id: 'a2' })] },
      {},
      'slot_taken',
    ],
    ['too late now', { now: at('2026-11-25T08:00') }, {}, 'slot_taken'],
    ['the agent left, another is there', { agents: [agent('a2')] }, {}, 'slot_taken'],
    ['outside the hours', {}, { start: at('2026-11-25T12:00'), end: at('2026-11-25T12:30') }, 'slot_taken'],
    ['over the closing time', {}, { start: at('2026-11-25T17:45'), end: at('2026-11-25T18:15') }, 'slot_taken'],
    ['off the quarter hour', {}, { start: at('2026-11-25T09:05'), end: at('2026-11-25T09:35') }, 'slot_taken'],
    ['made longer', {}, { end: at('2026-11-25T11:00') }, 'invalid_input'],
    ['another unit', { unit: unit({ id: '306' }) }, {}, 'invalid_input'],
    ['the unit was let', { unit: unit({ occupancy: 'occupied' }) }, {}, 'conflict'],
  ];
  test.each(cases)('%s', (_, facts, change, code) => {
    expect(slotStillFree({ ...slot!, ...change }, rules(facts))?.code).toBe(code);
  });

  test('the tour that is moved is not in its own way', () => {
    const booked = [tour('2026-11-25T09:15', { id: 'T1' })];
    expect(slotStillFree(slot!, rules({ booked }), 'T1')).toBeUndefined();
    expect(slotStillFree(slot!, rules({ booked }), 'T2')?.code).toBe('slot_taken');
  });
});

describe('slot ids', () => {
  const any = fc.record({
    unit_id: fc.string({ minLength: 1, unit: 'grapheme' }),
    agent_id: fc.string({ minLength: 1, unit: 'grapheme' }),
    start: fc.integer({ min: 0, max: 200_000 }).map((n) => new Date(Date.UTC(2026, 0) + n * 900_000).toISOString()),
    minutes: fc.integer({ min: 1, max: 600 }),
    type: fc.constantFrom(...TOUR_TYPES),
  });

  test('are read back as what they were made from, and hold no blanks', () => {
    fc.assert(
      fc.property(any, ({ minutes, ...rest }) => {
        const slot = { ...rest, end: new Date(Date.parse(rest.start) + minutes * 60_000).toISOString() };
        expect(slotId(slot)).not.toMatch(/\s/);
        expect(parseSlotId(slotId(slot))).toEqual(slot);
      }),
    );
  });

  const id = '305:a1:20261125T1500Z:30:agent_led:';
  test.each([
    '',
    ':',
    's_1',
    '305:a1:20261125T1500Z:30:agent_led:ffffff',
    `${id}`,
    '%:a1:20261125T1500Z:30:agent_led',
    'x'.repeat(5000),
  ])('refuses %j', (text) => {
    expect(parseSlotId(text)).toBeUndefined();
  });

  test('no single changed character goes unseen', () => {
    const good = slots({}, day('2026-11-25', { limit: 1 }))[0]!.slot_id;
    for (let i = 0; i < good.length; i++) {
      expect(parseSlotId(good.slice(0, i) + (good[i] === '7' ? '8' : '7') + good.slice(i + 1))).toBeUndefined();
    }
  });
});

test('reservation cells: quarter hours with the buffer, half-covered ones whole', () => {
  const start = Date.parse('2026-11-25T15:00:00.000Z') / 900_000;
  expect(reservationCells('2026-11-25T15:00:00.000Z', '2026-11-25T15:30:00.000Z', 15)).toEqual([
    start,
    start + 1,
    start + 2,
  ]);
  expect(reservationCells('2026-11-25T15:10:00.000Z', '2026-11-25T15:20:00.000Z', 0)).toEqual([start, start + 1]);
});

test('two tours collide exactly where they share a cell', () => {
  const stretch = fc
    .tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 120 }))
    .map(([from, minutes]) => ({
      start: new Date(Date.UTC(2026, 10, 25, 12, from)).toISOString(),
      end: new Date(Date.UTC(2026, 10, 25, 12, from + minutes)).toISOString(),
    }));
  fc.assert(
    fc.property(stretch, stretch, fc.constantFrom(0, 10, 15), (a, b, buffer) => {
      const cells = new Set(reservationCells(a.start, a.end, buffer));
      expect(reservationCells(b.start, b.end, buffer).some((cell) => cells.has(cell))).toBe(collide(a, b, buffer));
    }),
  );
});
