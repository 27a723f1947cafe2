const CELL_MS = 15 * 60_000;

/**
 * The quarter hours that a tour takes up with the buffer after it, as numbers of quarter hours since the epoch. Two
 * tours collide exactly where they share a cell, so a unique key on (agent or unit, cell) rules out double booking also
 * when many requests race.
 */
export function reservationCells(start: string, end: string, buffer_minutes: number): number[] {
  const [first, last] = cellRange(start, end, buffer_minutes);
  return Array.from({ length: last - first }, (_, i) => first + i);
}

/** Whether two stretches, each with its buffer, share a cell. */
export function collide(
  a: { start: string; end: string },
  b: { start: string; end: string },
  buffer_minutes: number,
): boolean {
  const [aFirst, aLast] = cellRange(a.start, a.end, buffer_minutes);
  const [bFirst, bLast] = cellRange(b.start, b.end, buffer_minutes);
  return aFirst < bLast && bFirst < aLast;
}

function cellRange(start: string, end: string, buffer_minutes: number): [number, number] {
  return [Math.floor(Date.parse(start) / CELL_MS), Math.ceil((Date.parse(end) + buffer_minutes * 60_000) / CELL_MS)];
}
