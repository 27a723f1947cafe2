import { WEEKDAYS, type Weekday } from './zoned_time.ts';

/** Opening times of a week: per day, spans in minutes after local midnight, in order and without overlap. */
export type WeekHours = Readonly<Record<Weekday, readonly (readonly [number, number])[]>>;

const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/**
 * Reads opening times as the configuration and the PMS give them: `{ "mon-fri": "09:00-18:00",
 * "sat": "10:00-12:00,13:00-16:00", "sun": "closed" }`. Days that are not named are closed; a day named alone overrides a range that it is
 * in. Spans over midnight are refused: the evening and the morning are two spans.
 */
export function parseHours(table: Readonly<Record<string, string>>): { hours: WeekHours } | { error: string } {
  const hours: Record<Weekday, [number, number][]> = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
  const rows: { days: Weekday[]; spans: [number, number][] }[] = [];
  for (const [key, value] of Object.entries(table)) {
    const days = parseDays(key);
    if (!days) return { error: `"${key}" is not a day or a range of days such as "mon-fri"` };
    const spans = parseSpans(value);
    if (!spans) return { error: `"${value}" under "${key}" is not opening times such as "09:00-18:00" or "closed"` };
    rows.push({ days, spans });
  }
  for (const { days, spans } of rows.toSorted((a, b) => b.days.length - a.days.length)) {
    for (const day of days) hours[day] = spans;
  }
  return { hours };
}

function parseDays(key: string): Weekday[] | undefined {
  const days: Weekday[] = [];
  for (const part of key.toLowerCase().split(',')) {
    const [from, to = from, ...rest] = part
      .trim()
      .split('-')
      .map((day) => WEEKDAYS.indexOf(day.trim() as Weekday));
    if (from === undefined || to === undefined || from < 0 || to < 0 || rest.length > 0) return undefined;
    for (let i = 0; i <= (to - from + 7) % 7; i++) days.push(WEEKDAYS[(from + i) % 7]!);
  }
  return days;
}

function parseSpans(value: string): [number, number][] | undefined {
  if (value.trim().toLowerCase() === 'closed') return [];
  const spans: [number, number][] = [];
  for (const part of value.split(',')) {
    const match = SPAN.exec(part.trim());
    if (!match) return undefined;
    const [start, end] = [minutes(match[1]!, match[2]!), minutes(match[3]!, match[4]!)];
    if (start >= end || end > 24 * 60) return undefined;
    spans.push([start, end]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  return spans.every((span, i) => i === 0 || spans[i - 1]![1] <= span[0]) ? spans : undefined;
}

function minutes(hour: string, minute: string): number {
  return Number(hour) * 60 + Number(minute);
}
