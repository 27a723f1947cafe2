import type { RecordKind, RecordOf } from '../../model/records.ts';
import type { ConnectorEnvironment, Page } from '../connector.ts';
import { circumstancesOf, type TimeZones } from '../kit/circumstances.ts';
import type { Circumstances } from '../kit/codecs.ts';
import type { ValueTables } from '../kit/value_tables.ts';
import { createClient, type Client, type Credentials, type WirePage } from './transport.ts';

/** What a guest card is in Buildium, which has none: kept beside it, an applicant, or a task that is a contact request. */
export const GUEST_CARD_FORMS = ['sidecar', 'applicant', 'contact_request'] as const;
export type GuestCardForm = (typeof GUEST_CARD_FORMS)[number];

export interface VendorSettings extends Credentials {
  webhook_secret?: string | undefined;
  guest_card_as: GuestCardForm;
  defaults: Readonly<Record<string, string>>;
  time_zones: TimeZones;
}

/** What all parts of the connector work with. */
export interface Vendor {
  settings: VendorSettings;
  client: Client;
  tables: ValueTables;
  circumstances: Circumstances;
  clock: () => number;
  /** A page in canonical form; what `read` gives nothing for is left out. */
  pageOf<K extends RecordKind, W>(page: WirePage<W>, read: (wire: W) => RecordOf<K> | undefined): Page<K>;
}

export function createParts(settings: VendorSettings, tables: ValueTables, environment: ConnectorEnvironment): Vendor {
  return {
    settings,
    client: createClient(settings, environment),
    tables,
    // Every time of Buildium's is UTC; a zone is needed for nothing that it gives.
    circumstances: circumstancesOf(settings.time_zones, tables, environment.onDrift),
    clock: environment.clock,
    pageOf: (page, read) => ({
      records: page.rows.flatMap((wire) => read(wire) ?? []),
      ...(page.next_offset !== undefined && { next_cursor: String(page.next_offset) }),
      ...(page.total !== undefined && { total: page.total }),
    }),
  };
}
