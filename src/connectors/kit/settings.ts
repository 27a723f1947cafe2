import * as z from 'zod/v4';
import type { Connector, ConnectorEnvironment, PaceLimits } from '../connector.ts';
import type { MappingFile } from './value_tables.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** An address of a PMS: `https`, or plain HTTP to this machine alone. No user, query or fragment in it. */
export const baseUrl = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    const url = new URL(text);
    const isSafe = url.protocol === 'https:' || LOOPBACK.test(url.hostname);
    return isSafe && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  },
  { message: 'an https address without credentials or query (http only to this machine)' },
);

/** A secret of the configuration: never empty, and without the line breaks and blanks that copying brings along. */
export const secret = z.string().trim().min(1, 'is empty').max(4096);

/** What every connection has, whatever its PMS; checked by the configuration itself. */
const shared = {
  id: z.string(),
  pms: z.string(),
  time_zones: z.object({ default: z.string().optional(), properties: z.record(z.string(), z.string()) }),
  workflows: z.unknown().optional(),
  stale_after_seconds: z.unknown().optional(),
  defaults: z.record(z.string(), z.string()).default({}),
  /** Path of the mapping file, from the folder of the configuration. */
  mappings: z.string().optional(),
};

/** The schema of a vendor's connection: what all have, and its own keys. Any other key is an error. */
export function connectionSchema<Own extends z.ZodRawShape>(own: Own) {
  return z.strictObject({ ...shared, ...own });
}

/** What a vendor's connector is made with, besides its settings. */
export interface VendorDeps {
  /**
   * What reaches the PMS: a `fetch` to `base_url` alone, at the pace of the connection. Asked for again for each further
   * address of the same PMS; the limits of the first time count for all.
   */
  environment(base_url: string, limits: PaceLimits, deadline_ms?: number): ConnectorEnvironment;
  /** What the connection's mapping file says. */
  mappings?: MappingFile;
  /** The text of a file that the settings name, by its path from the folder of the configuration. Throws where it is not there. */
  file?(path: string): string;
}

/** What every vendor's `connector.ts` exports. */
export interface VendorModule {
  settings: z.ZodType;
  /** Takes what `settings` has let through. */
  create(settings: never, deps: VendorDeps): Connector;
}
