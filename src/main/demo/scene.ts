import type { Answer } from './answer.ts';
import type { Expectations } from './expectations.ts';
import type { Stage } from './stage.ts';

/** What earlier scenes left behind for later ones: ids of records in the PMS. */
export interface SoFar {
  repair?: { work_order_id: string; unit_id: string; lease_id: string; vendor_id: string; version: string };
  bill_id?: string;
}

export interface Scene {
  day: string;
  title: string;
  play(stage: Stage, expect: Expectations, soFar: SoFar): Promise<void>;
}

/** The first of a list that fits; throws where none does. */
export function firstThat<T>(all: readonly T[], fits: (one: T) => boolean, what: string): T {
  const found = all.find(fits);
  if (found === undefined) throw new Error(`there is no ${what}`);
  return found;
}

/** Expects a call to be refused with one of the error codes. */
export function expectRefusal(expect: Expectations, what: string, answer: Answer, code: string): void {
  expect.that(`${what} is refused as ${code}`, answer.isError && answer.code === code, answer.structured);
}

/** What an earlier scene should have left; throws where it did not get that far. */
export function needed<T>(left: T | undefined): T {
  if (left === undefined) throw new Error('an earlier scene did not get far enough for this one');
  return left;
}
