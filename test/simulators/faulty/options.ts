import * as z from 'zod/v4';
import { WRITE_FAULT_NAMES } from './faults.ts';
import { PERSONALITY_NAMES } from './personalities.ts';

const Limits = z.strictObject({
  windows: z.array(z.strictObject({ requests: z.int().positive(), per_ms: z.int().positive() })).default([]),
  concurrent: z.int().positive().optional(),
});

const Milliseconds = z.int().nonnegative();

/** What simulator and connector have to agree on. */
const agreed = {
  personality: z.enum(PERSONALITY_NAMES).default('key'),
  limits: Limits.prefault({}),
  /** How long a key is remembered; default a day, ten minutes for `expiring_key`. */
  key_life_ms: Milliseconds.optional(),
  /** Characters of the field that takes the marker; below 16 there is no marker. */
  marker_length: z.int().positive().optional(),
  /** At most so long after a request has arrived it is still carried out. Longer than `deadline_ms`, to be of use. */
  late_commit_ms: Milliseconds.default(30_000),
  read_lag_ms: Milliseconds.default(10_000),
  deadline_ms: z.int().positive().default(5_000),
};

/** Options of the simulator's process. */
export const Options = z.strictObject({
  ...agreed,
  port: z.int().min(0).max(65_535).default(0),
  seed: z.int().nonnegative().default(1),
  units: z.int().min(1).max(100_000).default(60),
  properties: z.int().min(1).max(2_000).default(2),
  /** The sandbox's SQLite file. Keys and counts are kept in memory only. */
  file: z.string().default(':memory:'),
  /** Stops the simulator's clock at this moment, epoch milliseconds; default real time. */
  now: z.int().optional(),
  /** How long every answer takes, real milliseconds. */
  answer_ms: Milliseconds.default(0),
  /** Share of write requests that meet a fault, 0 to 1. */
  fault_rate: z.number().min(0).max(1).default(0),
  fault_seed: z.int().nonnegative().default(1),
  /** Which faults are met by chance; default all that fit writes. */
  fault_names: z.array(z.enum(WRITE_FAULT_NAMES)).min(1).optional(),
});
export type Options = z.output<typeof Options>;
export type GivenOptions = z.input<typeof Options>;

/** The connector's settings in a configuration; what every connection has besides is left alone. */
export const Settings = z.looseObject({ ...agreed, base_url: z.url() });
export type Settings = z.output<typeof Settings>;

/** The entry for the "connections" of a configuration. */
export function connectionFor(options: Options, url: string): { id: string; pms: 'faulty' } & Settings {
  const { personality, limits, key_life_ms, marker_length, late_commit_ms, read_lag_ms, deadline_ms } = options;
  return {
    ...{ id: 'faulty', pms: 'faulty', base_url: url },
    ...{ personality, limits, late_commit_ms, read_lag_ms, deadline_ms },
    ...(key_life_ms !== undefined && { key_life_ms }),
    ...(marker_length !== undefined && { marker_length }),
  };
}
