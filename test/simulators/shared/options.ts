import * as z from 'zod/v4';

const Limits = z.strictObject({
  windows: z.array(z.strictObject({ requests: z.int().positive(), per_ms: z.int().positive() })).default([]),
  concurrent: z.int().positive().optional(),
});

/** Options of a simulator, the same for every vendor. */
export const Options = z.strictObject({
  port: z.int().min(0).max(65_535).default(0),
  seed: z.int().nonnegative().default(1),
  units: z.int().min(1).max(100_000).default(60),
  /** Default 2, and one per 250 units in larger portfolios. */
  properties: z.int().min(1).max(2_000).optional(),
  /** Stops the simulator's clock at this moment, epoch milliseconds; default real time. */
  now: z.int().optional(),
  /** Instead of the vendor's own limits; `{}` is none. */
  limits: Limits.optional(),
  /** How long every answer takes, real milliseconds. */
  answer_ms: z.int().nonnegative().default(0),
  /** How many of the last requests are kept for tests to look at. */
  keep_requests: z.int().nonnegative().default(500),
  /** Share of writes that meet a fault by chance, 0 to 1. */
  fault_rate: z.number().min(0).max(1).default(0),
  fault_seed: z.int().nonnegative().default(1),
  /** How long faults without `ms` last: a late commit, a stale view; `deadline_ms` is the client's patience. */
  late_commit_ms: z.int().nonnegative().default(30_000),
  read_lag_ms: z.int().nonnegative().default(10_000),
  deadline_ms: z.int().positive().default(5_000),
  /** Signs webhooks, where the vendor signs with a shared secret. */
  webhook_secret: z.string().min(1).default('simulated-webhook-secret'),
});
export type Options = z.output<typeof Options>;
export type GivenOptions = z.input<typeof Options>;

/** Properties of a portfolio that nobody has fixed. */
export function propertiesOf({ properties, units }: Options): number {
  return properties ?? Math.max(2, Math.ceil(units / 250));
}
