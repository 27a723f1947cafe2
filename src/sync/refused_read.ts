import { VendorError } from '../connectors/connector.ts';
import { CaretakerError } from '../model/errors.ts';

/** What a read that the PMS did not answer is refused with, in the words of the closed set of errors. */
export function refusedRead(error: unknown, connection: string): unknown {
  if (!(error instanceof VendorError)) return error;
  const retry =
    error.retry_after_ms === undefined ? {} : { retry_after_seconds: Math.ceil(error.retry_after_ms / 1000) };
  if (error.code === 'rate_limited') {
    return new CaretakerError(
      'rate_limited',
      `The PMS of connection "${connection}" takes no more requests for now. Nothing was changed.`,
      retry,
    );
  }
  if (error.code === 'unavailable' || error.code === 'outcome_unknown') {
    return new CaretakerError(
      'pms_unavailable',
      `The PMS of connection "${connection}" could not be read. Nothing was changed.`,
      retry,
    );
  }
  return error;
}
