import type { ErrorCode } from './errors.ts';

/** Why a rule of the trade said no; the other error codes are about reaching the PMS, not about its rules. */
export type RefusalCode = Exclude<ErrorCode, 'pms_unavailable' | 'rate_limited' | 'outcome_unknown' | 'internal'>;

/**
 * A clear no. `message` says what happened and what was not changed, `next` the next useful step; neither carries
 * personal data, so both may be logged. `field` is the argument at fault, as the tools name it (`lines.1.amount`).
 */
export type Refusal = {
  code: RefusalCode;
  message: string;
  field?: string;
  next?: string;
  details?: Record<string, unknown>;
};

/** Tells a refusal from the answer of a function that gives either. */
export function isRefusal(answer: object): answer is Refusal {
  return 'code' in answer && 'message' in answer;
}
