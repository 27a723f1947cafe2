import { VendorError } from '../connectors/connector.ts';
import { CaretakerError, type ErrorCode } from '../model/errors.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { cleaned, visible } from './untrusted.ts';

/** What a call comes to: the structured result and the text copy of it. */
export interface Answer {
  structured: Record<string, unknown>;
  text: string;
  isError: boolean;
}

const FROM_VENDOR: Readonly<Record<VendorError['code'], ErrorCode>> = {
  refused: 'invalid_input',
  not_found: 'not_found',
  conflict: 'conflict',
  slot_taken: 'slot_taken',
  period_closed: 'period_closed',
  duplicate: 'duplicate',
  needs_override: 'not_permitted',
  unsupported: 'unsupported_by_pms',
  unavailable: 'pms_unavailable',
  rate_limited: 'rate_limited',
  outcome_unknown: 'outcome_unknown',
  misconfigured: 'pms_unavailable',
};

const FROM_STORE: Readonly<Record<StoreUnavailable['code'], string>> = {
  locked: 'The store is busy with other work. Nothing was changed; the same call may be repeated.',
  full: 'The disk that the store is on is full. Nothing was changed; a person has to make room.',
  corrupt: 'The store cannot be read. Nothing was changed; a person has to restore it from a backup.',
  closed: 'The server is shutting down. Nothing was changed; the same call may be repeated soon.',
  unreachable:
    'The store cannot be reached, so that it is not known whether this was recorded. Repeat the same call with the same request_id: nothing is done twice.',
};

/**
 * Any failure as one of the closed set. What was not meant for callers is replaced by a plain sentence; the original
 * goes to `report`, under the reference that the caller is given.
 */
export function toCaretakerError(error: unknown, report: (error: unknown) => string): CaretakerError {
  if (error instanceof CaretakerError) return error;
  if (error instanceof VendorError)
    return new CaretakerError(FROM_VENDOR[error.code], error.message, {
      ...(error.field !== undefined && { field: error.field }),
      ...(error.retry_after_ms !== undefined && { retry_after_seconds: Math.ceil(error.retry_after_ms / 1000) }),
    });
  if (error instanceof StoreUnavailable)
    return new CaretakerError('internal', FROM_STORE[error.code], {
      ...(error.code === 'locked' && { retry_after_seconds: 2 }),
    });
  const reference = report(error);
  return new CaretakerError(
    'internal',
    `Something went wrong here (reference ${reference}). Whether a write was recorded shows in list_writes with its request_id.`,
    { next: 'repeat the call with the same request_id; escalate_to_staff if it fails again' },
  );
}

/** The answer that a refused or failed call gets. */
export function errorAnswer({ code, message, options }: CaretakerError): Answer {
  const error = {
    code,
    message: visible(message),
    ...(options.field !== undefined && { field: options.field }),
    ...(options.next !== undefined && { next: options.next }),
    ...(options.retry_after_seconds !== undefined && { retry_after_seconds: options.retry_after_seconds }),
    ...(options.details !== undefined && { details: cleaned(options.details) }),
  };
  const text = [`${code}${options.field === undefined ? '' : ` (${options.field})`}: ${error.message}`];
  if (options.next !== undefined) text.push(`Next: ${options.next.replace(/\.$/, '')}.`);
  // Many hosts show a model the text only, and the ids and free times in here are what it goes on with.
  if (options.details !== undefined) text.push(`Details: ${visible(JSON.stringify(options.details))}`);
  return { structured: { error }, text: text.join(' '), isError: true };
}
