import { VendorError } from '../../connector.ts';

/** The id of what was made or changed. Throws `outcome_unknown` where the answer names none. */
export function idIn(answer: unknown): string {
  const id = (answer as { Id?: unknown } | null | undefined)?.Id;
  if (typeof id === 'number') return String(id);
  throw new VendorError('outcome_unknown', 'Buildium answered without saying what it made.');
}

/** Cents as Buildium takes money. */
export const dollars = (cents: number): number => cents / 100;
