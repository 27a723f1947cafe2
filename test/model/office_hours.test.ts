import { expect, test } from 'vitest';
import { parseHours } from '../../src/model/office_hours.ts';

test('ranges, lists, breaks and days of their own', () => {
  expect(
    parseHours({ fri: '09:00-12:00', 'mon-fri': '09:00-18:00', 'sat, sun': '13:00-16:00,10:00-12:00', sun: 'closed' }),
  ).toEqual({
    hours: {
      mon: [[540, 1080]],
      tue: [[540, 1080]],
      wed: [[540, 1080]],
      thu: [[540, 1080]],
      fri: [[540, 720]],
      sat: [
        [600, 720],
        [780, 960],
      ],
      sun: [],
    },
  });
});

test('a range may run over the weekend, and a day may end at midnight', () => {
  const answer = parseHours({ 'Sat-Mon': '00:00-24:00' });
  expect(answer).toMatchObject({ hours: { sat: [[0, 1440]], sun: [[0, 1440]], mon: [[0, 1440]], tue: [] } });
});

test.each<Record<string, string>>([
  { 'mon-fry': '09:00-18:00' },
  { 'mon-tue-wed': '09:00-18:00' },
  { mon: '9-18' },
  { mon: '18:00-09:00' },
  { mon: '09:00-24:30' },
  { mon: '09:00-12:00,11:00-13:00' },
  { mon: '' },
  { '': '09:00-18:00' },
])('refuses %j and names it', (table) => {
  expect(parseHours(table)).toEqual({ error: expect.any(String) });
});
