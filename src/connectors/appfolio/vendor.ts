import type { RecordKind, RecordOf } from '../../model/records.ts';
import type { ConnectorEnvironment, ListQuery, Page } from '../connector.ts';
import { circumstancesOf, type TimeZones } from '../kit/circumstances.ts';
import type { Circumstances } from '../kit/codecs.ts';
import type { ValueTables } from '../kit/value_tables.ts';
import { CHANGED_FROM, createClient, type Client, type Credentials, type Filters, type WirePage } from './transport.ts';
import type { Reports } from './reports.ts';

export interface VendorSettings extends Credentials {
  /** What is older is not asked for: a beginning too far back was seen to be answered with 533. */
  records_since: string;
  defaults: Readonly<Record<string, string>>;
  time_zones: TimeZones;
}

/** What all parts of the connector work with. */
export interface Vendor {
  settings: VendorSettings;
  client: Client;
  /** Absent where the connection names no host of the Reports API. */
  reports: Reports | undefined;
  tables: ValueTables;
  circumstances: Circumstances;
  clock: () => number;
  /** The filter that lists want: what changed since, or everything. */
  since(query: Pick<ListQuery, 'since'>): Filters;
  /** A page in canonical form; what `read` gives nothing for is left out. */
  pageOf<K extends RecordKind, W>(page: WirePage<W>, read: (wire: W) => RecordOf<K> | undefined): Page<K>;
}

export function createParts(
  settings: VendorSettings,
  tables: ValueTables,
  environment: ConnectorEnvironment,
  reports: Reports | undefined,
): Vendor {
  return {
    settings,
    client: createClient(settings, environment),
    reports,
    tables,
    circumstances: circumstancesOf(settings.time_zones, tables, environment.onDrift),
    clock: environment.clock,
    since: ({ since }) => ({ [CHANGED_FROM]: since ?? settings.records_since }),
    pageOf: (page, read) => ({
      records: page.rows.flatMap((wire) => read(wire) ?? []),
      ...(page.next !== undefined && { next_cursor: page.next }),
    }),
  };
}
