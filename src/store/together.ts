/**
 * Runs queries of one transaction that do not need each other's answers: on PostgreSQL they travel together instead of
 * one after another, in the order in which they are given. All of them are over when this returns, whatever became of
 * one; then the first failure is thrown. A query that was still to come would run after the end of its transaction.
 */
export async function together<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [K in keyof Work]: Awaited<Work[K]> }> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof Work]: Awaited<Work[K]>;
  };
}
