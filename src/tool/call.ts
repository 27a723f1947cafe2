import type { Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { localDate, toInstant, zoneForProperty } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import { createGrantedRecords, type Found } from './granted_records.ts';
import type { CallOptions, PipelineParts } from './parts.ts';
import { type ChangeAsked, type Readiness, readinessOf } from './rollout.ts';

/** A call with what only the pipeline needs of it. */
export interface PipelineCall extends Call {
  /** Sees to it that the mirror of the grant's connections has been loaded, with progress to the caller. */
  load(): Promise<void>;
  /** Start of today at a property, epoch milliseconds; of the UTC day where its zone is unknown. */
  dayStart(property: Found<'property'> | undefined): number;
  /** Whether a change that the grant's principal asks for is sent. Throws `not_permitted`. */
  readinessOf(change: Omit<ChangeAsked, 'principal'>): Promise<Readiness>;
}

/** Makes the context of one call. Opens nothing. */
export function createCall(
  parts: Pick<PipelineParts, 'config' | 'store' | 'keyring' | 'records' | 'writeback'>,
  grant: Grant,
  now: number,
  options: CallOptions = {},
): PipelineCall {
  const { config } = parts;
  const todayIn = new Map<string, string>();
  const records = createGrantedRecords(
    grant,
    config.connections.map(({ id }) => id),
    parts.records,
    parts.writeback,
  );

  function knownZone(property: Found<'property'> | undefined): string | undefined {
    if (property === undefined) return undefined;
    const settings = config.connections.find(({ id }) => id === property.connection);
    return zoneForProperty({ property: property.record, configured: settings?.time_zones ?? {} });
  }

  return {
    grant,
    now,
    config,
    records,
    writeback: parts.writeback,
    store: parts.store,
    keyring: parts.keyring,
    signal: options.signal,
    zoneOf(property) {
      const zone = knownZone(property);
      if (zone !== undefined) return zone;
      throw new CaretakerError(
        'invalid_input',
        'The time zone of this property is not known, so no time can be booked or shown there. Nothing was changed.',
        {
          field: 'property_id',
          next: `a person has to set time_zones.properties.${property.record.id} of connection ${property.connection} in the configuration`,
        },
      );
    },
    today(property) {
      const zone = knownZone(property) ?? 'UTC';
      const known = todayIn.get(zone);
      if (known !== undefined) return known;
      const day = localDate(new Date(now).toISOString(), zone);
      todayIn.set(zone, day);
      return day;
    },
    dayStart(property) {
      const zone = knownZone(property) ?? 'UTC';
      const start = toInstant(`${localDate(new Date(now).toISOString(), zone)}T00:00`, zone);
      return 'instant' in start ? Date.parse(start.instant) : now - (now % 86_400_000);
    },
    async load() {
      for (const connection of records.connections)
        await parts.records.ensureLoaded(connection, {
          ...(options.signal !== undefined && { signal: options.signal }),
          onProgress: ({ done, total, kind }) => options.progress?.(done, total, `reading ${kind}`),
        });
    },
    readinessOf(change) {
      return readinessOf(parts, { ...change, principal: grant.principal });
    },
  };
}
