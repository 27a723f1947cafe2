/**
 * Runs queries of one transaction that do not need each other's answers: on PostgreSQL they travel together instead of
 * one after another, in the order in which they are given. All of them are over when this returns, whatever became of
 * one: a query that was still to come would run after the end of its transaction. Then the failure that came first is
 * thrown; those after it only say that the transaction has failed. Nothing in here may use a savepoint, which would take
 * in the queries of its neighbours.
 */
export async function together<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [K in keyof Work]: Awaited<Work[K]> }> {
  let failed: { reason: unknown } | undefined;
  const results = await Promise.all(
    work.map((one) =>
      Promise.resolve(one).catch((reason: unknown) => {
        failed ??= { reason };
      }),
    ),
  );
  if (failed !== undefined) throw failed.reason;
  return results as { -readonly [K in keyof Work]: Awaited<Work[K]> };
}
