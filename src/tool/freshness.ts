import * as z from 'zod/v4';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** How fresh a reading is; part of the result of every tool that reads records. */
export const FRESHNESS = {
  /** ISO instant at which the PMS was asked for the oldest record shown. */
  as_of: z.string(),
  /** True past the connection's limit. */
  stale: z.boolean(),
};

/** The freshness of a result: that of its oldest record; now where there is none. */
export function freshnessOf(call: Call, shown: readonly Found[]): { as_of: string; stale: boolean } {
  return {
    as_of: new Date(shown.reduce((oldest, { as_of }) => Math.min(oldest, as_of), call.now)).toISOString(),
    stale: shown.some(({ stale }) => stale),
  };
}
