import { VendorError, type Finding, type ValueList, type ValueTableName } from '../connector.ts';
import { APPOINTMENT_EMBEDS } from './records/tours.ts';
import { BILL_EMBEDS } from './records/bills.ts';
import { PROSPECT_EMBEDS } from './records/guest_cards.ts';
import { LEASE_EMBEDS } from './records/leases.ts';
import { TENANT_EMBEDS } from './records/tenants.ts';
import { ISSUE_EMBEDS } from './records/work_orders.ts';
import type { Vendor } from './vendor.ts';

/** Everything that is read, with the linked records that are wanted: a missing privilege or a wrong name shows here. */
const READS: readonly (readonly [area: string, resource: string, embeds: readonly string[]])[] = [
  ['Properties', 'Properties', ['Addresses', 'PhoneNumbers', 'PropertyRentChargeTypes']],
  ['Units', 'Units', ['Addresses', 'UnitStatuses.UnitStatusType']],
  ['Tenants', 'Tenants', [...TENANT_EMBEDS, ...LEASE_EMBEDS]],
  ['Tenant transactions', 'Tenants', ['Charges', 'Payments.Allocations', 'Credits.Allocations']],
  ['Leases', 'Leases', ['LeaseRenewals']],
  ['Users', 'Users', []],
  ['Vendors', 'Vendors', ['Contacts', 'PhoneNumbers.PhoneNumberType']],
  ['Service issues', 'ServiceManagerIssues', ISSUE_EMBEDS],
  ['History', 'HistoryNotes', []],
  ['Prospects', 'Prospects', PROSPECT_EMBEDS],
  ['Calendar', 'Appointments', APPOINTMENT_EMBEDS],
  ['Chart of accounts', 'GLAccounts', []],
  ['Charge types', 'ChargeTypes', []],
  ['Deposit types', 'SecurityDepositTypes', []],
  ['Bills', 'Bills', BILL_EMBEDS],
  ['Journals', 'Journals', ['Details']],
];

const SAMPLE = { page: 1, size: 1 };

async function tryRead(
  vendor: Vendor,
  resource: string,
  embeds: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    await vendor.client.page(resource, { embeds }, SAMPLE, signal);
    return undefined;
  } catch (error) {
    if (error instanceof VendorError) return error.message;
    throw error;
  }
}

/** The credentials, the location, every privilege that reading needs, and what the settings leave open. */
export async function check(vendor: Vendor, signal?: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const credentials = await tryRead(vendor, 'Locations', [], signal);
  findings.push({
    area: 'credentials',
    ok: credentials === undefined,
    detail: credentials ?? `Signed in at location ${vendor.settings.location_id}.`,
  });
  if (credentials !== undefined) return findings;
  for (const [area, resource, embeds] of READS) {
    const trouble = await tryRead(vendor, resource, embeds, signal);
    const detail = trouble ?? `${resource} can be read.`;
    findings.push({ area: `permission: ${area}`, ok: trouble === undefined, detail });
  }
  return [...findings, ...openSettings(vendor)];
}

const WANTED: readonly ValueTableName[] = [
  'work_order_status',
  'severity',
  'trade',
  'guest_card_status',
  'lead_source',
];

function openSettings({ tables, settings }: Vendor): Finding[] {
  const unmapped = WANTED.filter((table) => Object.keys(tables[table]?.to_pms ?? {}).length === 0);
  return [
    {
      area: 'mapping file',
      ok: unmapped.length === 0,
      detail:
        unmapped.length === 0
          ? 'Every list of the company has its numbers.'
          : `Kept beside Rent Manager until the mapping file has their numbers: ${unmapped.join(', ')}. ` +
            'caretaker connections check --propose lists them.',
    },
    {
      area: 'journal_debits',
      ok: settings.journal_debits !== undefined,
      detail:
        settings.journal_debits === undefined
          ? 'Journals are neither read nor written until it says which sign a debit has.'
          : `Debits are ${settings.journal_debits}.`,
    },
    {
      area: 'webhooks',
      ok: settings.webhook_secret !== undefined,
      detail:
        settings.webhook_secret === undefined
          ? 'Changes are found by asking alone: set webhook_secret and enter its address under Manage Webhooks.'
          : 'Leases, units, properties and ledgers have no webhooks; they are asked for.',
    },
  ];
}

interface Listed {
  Name?: string;
  Description?: string;
  IsActive?: boolean;
  [field: string]: unknown;
}

/** The company's own lists. */
const LISTS: readonly (readonly [table: ValueTableName, resource: string, key: string])[] = [
  ['work_order_status', 'ServiceManagerStatuses', 'ServiceManagerStatusID'],
  ['severity', 'ServiceManagerPriorities', 'ServiceManagerPriorityID'],
  ['trade', 'ServiceManagerCategories', 'ServiceManagerCategoryID'],
  ['lead_source', 'LeadSources', 'LeadSourceID'],
  ['guest_card_status', 'ProspectStages', 'ProspectStageID'],
  ['lost_reason', 'ProspectLostReasons', 'ProspectLostReasonID'],
  ['charge_code', 'ChargeTypes', 'ChargeTypeID'],
];

export async function valueLists(vendor: Vendor, signal?: AbortSignal): Promise<readonly ValueList[]> {
  const lists: ValueList[] = [];
  for (const [table, resource, key] of LISTS) {
    const rows = await vendor.client.all<Listed>(resource, {}, signal);
    const active = rows.filter(({ IsActive }) => IsActive !== false);
    const values = active.map((row) => ({
      raw: String(row[key]),
      name: row.Name ?? row.Description ?? String(row[key]),
    }));
    lists.push({ table, values });
  }
  const vendors = await vendor.client.all<{ Category?: string }>('Vendors', {}, signal);
  const categories = [...new Set(vendors.flatMap(({ Category }) => Category?.trim() || []))].sort();
  return [...lists, { table: 'vendor_trade', values: categories.map((name) => ({ raw: name, name })) }];
}
