import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { parseSoapAnswer } from '../../src/connectors/kit/soap.ts';
import { unitsIn } from '../../src/connectors/yardi/records/unit.ts';
import { TABLES } from '../../src/connectors/yardi/tables.ts';
import { type Figure, median } from './figures.ts';

const FILE = new URL('../fixtures/yardi/unit-availability.xml', import.meta.url);
const MOST_MS = 100;

/**
 * A real answer of Voyager's about the units of one property, from its text to canonical units. The reference is the
 * same library with none of our checks, which makes an object of it.
 */
export function parseAvailability(quick: boolean): Figure[] {
  const text = readFileSync(FILE, 'utf8');
  const bare = new XMLParser({ ignoreAttributes: false });
  const times = { ours: [] as number[], bare: [] as number[] };
  let units = 0;
  for (let turn = 0; turn < (quick ? 10 : 60); turn += 1) {
    times.ours.push(timeOf(() => (units = unitsOf(text).length)));
    times.bare.push(timeOf(() => bare.parse(text)));
  }
  const [first = 0] = times.ours;
  const [value, reference] = [median(times.ours), median(times.bare)];
  const figure = { row: 'parse-availability', unit: 'ms', goal: `≤ ${MOST_MS} ms` };
  return [
    {
      ...{ ...figure, measure: `Voyager's availability, ${units} units: parse and map` },
      ...{ value, reference, ratio: value / reference, met: value <= MOST_MS },
      note: `${Math.round(text.length / 1_024)} KiB; the first time in a process takes ${Math.round(first)} ms`,
    },
  ];
}

function unitsOf(text: string) {
  const answer = parseSoapAnswer(text, 'UnitAvailability_Login');
  if (answer.kind === 'fault') throw new Error('the answer is a fault');
  return unitsIn(answer.result, 'maplebr', { tables: TABLES, zoneOf: () => undefined, onDrift: () => {} });
}

function timeOf(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}
