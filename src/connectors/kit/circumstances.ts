import type { ConnectorEnvironment, ValueTables } from '../connector.ts';
import type { Circumstances } from './codecs.ts';

export interface TimeZones {
  /** For every property that is not named. */
  default?: string | undefined;
  properties: Readonly<Record<string, string>>;
}

/** What values are read and written with, where the configuration alone knows the zones; `otherwise` where it does not. */
export function circumstancesOf(
  { properties, default: given }: TimeZones,
  tables: ValueTables,
  onDrift: ConnectorEnvironment['onDrift'],
  otherwise?: string,
): Circumstances {
  return {
    tables,
    zoneOf: (id) =>
      (id !== undefined && Object.hasOwn(properties, id) ? properties[id] : undefined) ?? given ?? otherwise,
    onDrift: (what, path) => onDrift?.({ what, path }),
  };
}
