import { VendorError } from '../connectors/connector.ts';

/** What a connector that heeds its signal needs to say so. */
const GRACE_MS = 1_000;

/**
 * Runs one request to a PMS under a signal that ends it after `ms`. A connector that does not heed the signal is not
 * waited for: a request without an end would hold up its write, the sweep and the shutdown. Throws `VendorError`
 * `outcome_unknown` then.
 */
export function withinTime<T>(ms: number, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new VendorError('outcome_unknown', 'The PMS did not answer in time.')),
      ms + GRACE_MS,
    );
    Promise.resolve()
      .then(() => request(AbortSignal.timeout(Math.ceil(ms))))
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
