/** The closed set of errors that a caller can meet. */
export const ERROR_CODES = [
  'invalid_input',
  'not_found',
  'ambiguous',
  'not_permitted',
  'conflict',
  'duplicate',
  'vendor_blocked',
  'slot_taken',
  'period_closed',
  'unsupported_by_pms',
  'pms_unavailable',
  'rate_limited',
  'outcome_unknown',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorOptions {
  /** The argument at fault, as a path such as `lines.0.amount`. */
  field?: string;
  /** What to do next: usually the call that helps. */
  next?: string;
  retry_after_seconds?: number;
  /** Facts that the caller can act on, such as free slots or the earlier write. */
  details?: Record<string, unknown>;
}

/**
 * An answer in the negative. `message` says what happened and what was not changed, in words that may be shown to
 * anyone under the grant: no secret, no personal data, no vendor internals, and no hint how to get around a refusal.
 */
export class CaretakerError extends Error {
  override name = 'CaretakerError';
  readonly code: ErrorCode;
  readonly options: ErrorOptions;
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message);
    this.code = code;
    this.options = options;
  }
}
