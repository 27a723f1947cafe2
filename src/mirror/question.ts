import type { Facts } from './facts.ts';

/*
 * The question that tells candidates apart. It never contains anything about a person: names of properties and
 * buildings may be offered as choices, units, names and contact data are only asked for.
 */

interface Attribute {
  /** The candidate's value, undefined where it has none. */
  of: (facts: Facts) => string | undefined;
  ask: (choices: readonly string[]) => string;
}

const choice = (choices: readonly string[], about: string, open: string) =>
  choices.length >= 2 && choices.length <= 3 ? `${about} ${orList(choices)}?` : open;

function orList(items: readonly string[]): string {
  return `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

const namesOf = ({ name }: Facts, part: 'given' | 'family') =>
  name?.people.map((person) => person[part].join(' ')).join(' and ') || undefined;

/** In the order of preference where two split the candidates equally well. */
const ATTRIBUTES: readonly Attribute[] = [
  { of: (facts) => facts.unit_key, ask: () => 'Which unit are you calling about?' },
  {
    of: (facts) => facts.building?.name,
    ask: (choices) => choice(choices, 'Is this about', 'Which building is this about?'),
  },
  {
    of: (facts) => facts.property?.name,
    ask: (choices) => choice(choices, 'Is this about', 'Which property or address is this about?'),
  },
  { of: (facts) => facts.property?.street?.number, ask: () => 'What is the street number of the building?' },
  { of: (facts) => namesOf(facts, 'given'), ask: () => 'What is your first name?' },
  { of: (facts) => namesOf(facts, 'family'), ask: () => 'What is your last name?' },
  {
    of: ({ name }) => name?.people.map((person) => person.generation ?? '-').join(),
    ask: () => 'Several people of one family have this name. Does yours end in Sr., Jr., II or III?',
  },
  {
    of: (facts) => (facts.status === undefined ? undefined : facts.status === 'past' ? 'past' : 'present'),
    ask: () => 'Do you live there now, or have you moved out?',
  },
];

/** What is left of the candidates, on average, once the question is answered; those without a value stay. */
function expectedRest(candidates: readonly Facts[], attribute: Attribute): number {
  const counts = new Map<string | undefined, number>();
  for (const facts of candidates) counts.set(attribute.of(facts), (counts.get(attribute.of(facts)) ?? 0) + 1);
  const without = counts.get(undefined) ?? 0;
  let rest = 0;
  for (const [value, count] of counts) rest += count * (value === undefined ? candidates.length : count + without);
  return rest / candidates.length;
}

/** The question whose answer leaves the fewest of several candidates; undefined for one or none. */
export function questionFor(candidates: readonly Facts[]): string | undefined {
  if (candidates.length < 2) return undefined;
  const rated = ATTRIBUTES.map((attribute) => ({ attribute, rest: expectedRest(candidates, attribute) }));
  const best = rated.reduce((a, b) => (b.rest < a.rest ? b : a));
  if (best.rest >= candidates.length) return 'Which phone number or e-mail address do we have for you?';
  const values = candidates.map(best.attribute.of).filter((value) => value !== undefined);
  return best.attribute.ask([...new Set(values)].sort());
}

/** What to ask where nothing was found, or nothing was said that names anybody. */
export const NOTHING_FOUND = 'What is your name, and which property and unit are you calling about?';
