import type { Severity, Trade } from '../model/values.ts';

/** What can hurt somebody; instructions are kept per kind. */
const HAZARD_KINDS = [
  'fire',
  'gas',
  'carbon_monoxide',
  'electrical',
  'collapse',
  'intruder',
  'entrapment',
  'medical',
] as const;
export type HazardKind = (typeof HAZARD_KINDS)[number];

/** A fact outside the text that decides a row's severity; see `severity_by_facts.ts`. */
export type DecidedBy = 'heat' | 'cooling' | 'lockout' | 'no_hot_water' | 'refrigerator';

/** One row of the rule tables. Matched against read text (`read_text.ts`): lower case, no accents, hyphens as blanks. */
export type Rule = {
  /** Stable: kept with work orders and in the audit log. */
  id: string;
  severity: Severity;
  trade: Trade;
  patterns: readonly RegExp[];
  /** False where a "no" before the words is part of the problem ("no water"), true where it denies it ("no smoke"). */
  negatable: boolean;
  /** Words in the same sentence that give the match another meaning ("spark plug"). */
  unless?: RegExp;
  questions?: readonly string[];
  /** Why a match of this row alone leaves doubt; a person is asked. */
  doubt?: string;
  /** Ids of less telling rows that this one stands for; a more severe row is never set aside. */
  covers?: readonly string[];
  decided_by?: DecidedBy;
  /** Set on rows that are life safety. */
  hazard?: HazardKind;
};

/**
 * A pattern as data: whole words; ` ~ ` is a gap of up to 40 characters within the sentence and line. Gaps are bounded,
 * so that matching stays linear in the length of the text.
 */
export function p(strings: TemplateStringsArray, ...parts: string[]): RegExp {
  const source = String.raw(strings, ...parts).replaceAll(' ~ ', '[ ,]+(?:[^.!?;\\n]{0,40}?[ ,]+)?');
  return new RegExp(`(?<![a-z0-9])(?:${source})(?![a-z0-9])`, 'g');
}
