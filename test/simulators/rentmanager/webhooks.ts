import type { Change } from '../shared/table.ts';
import type { Webhooks } from '../shared/vendor.ts';
import { LOCATION } from './session.ts';
import type { RentManagerTables, Row } from './tables.ts';

type Named = (row: Row) => { name: string; parent: unknown } | undefined;

const ofKind =
  (kinds: Readonly<Record<string, string>>, field: string): Named =>
  (row) => {
    const name = kinds[String(row[field])];
    return name === undefined ? undefined : { name, parent: row['ParentID'] };
  };

/** What a change of a table is called, and whom it belongs to. Ledgers, leases, units and properties tell of nothing. */
const EVENTS: Readonly<Record<string, Named>> = {
  Tenants: (row) => ({ name: 'Tenant', parent: row['TenantID'] }),
  Prospects: (row) => ({ name: 'Prospect', parent: row['ProspectID'] }),
  Vendors: (row) => ({ name: 'Vendor', parent: row['VendorID'] }),
  ServiceManagerIssues: (row) => ({ name: 'ServiceIssue', parent: row['ServiceManagerIssueID'] }),
  Contacts: ofKind({ Tenant: 'TenantContact', Prospect: 'ProspectContact' }, 'ParentType'),
  HistoryNotes: ofKind(
    { Tenant: 'TenantHistory', Prospect: 'ProspectHistory', ServiceManagerIssue: 'ServiceIssueHistory' },
    'EntityType',
  ),
};

const DONE = { created: 'Add', updated: 'Edit', deleted: 'Delete' } as const;

/** One body for each change; nothing is signed, and nothing is sent again. */
export const WEBHOOKS: Webhooks<RentManagerTables> = {
  events: (changes: readonly Change[]) =>
    changes.flatMap(({ table, id, event, before, after }) => {
      const row = (after ?? before) as Row;
      const named = EVENTS[table]?.(row);
      if (named === undefined) return [];
      const body = {
        EventType: `${named.name}_${DONE[event]}`,
        IDParentIDDict: { [id]: named.parent },
        LocationID: Number(LOCATION),
        LocationName: 'Simulated',
      };
      return [JSON.stringify(body)];
    }),
  sign: (body) => ({ headers: { 'content-type': 'application/json' }, body }),
  retry_ms: [],
};
