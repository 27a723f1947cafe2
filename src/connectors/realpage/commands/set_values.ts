import type { Located, StepResult } from '../../connector.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a look at a record says about an update: values as asked are found, as before absent, and anything else differs. */
export function locatedBy(asked: Fields, before: Fields, now: Fields, result: StepResult): Located {
  const differing = Object.keys(asked).filter((field) => !same(now[field], asked[field]));
  if (differing.length === 0) return { outcome: 'found', result };
  const moved = differing.find((field) => !same(now[field], before[field]));
  if (moved === undefined && Object.keys(asked).every((field) => same(now[field], before[field])))
    return { outcome: 'absent', covers_all: true };
  return { outcome: 'differs', detail: `${moved ?? differing[0]} is neither as it was nor as it was to be.` };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
