import type { CommandKind } from '../../model/commands.ts';
import { VendorError, type Finding, type ValueList } from '../connector.ts';
import { path, query } from '../kit/rest.ts';
import type { Vendor } from './vendor.ts';

/*
 * What a key can do is ticked area by area, for viewing and for editing. Viewing is tried with one small read of each
 * area; editing cannot be tried without changing something, so that it is only said.
 */

interface Area {
  /** As it is called where the key is made. */
  name: string;
  /** A small read that needs it; undefined where there is nothing in the account yet that it could be tried on. */
  probe(vendor: Vendor, signal?: AbortSignal): string | Promise<string | undefined>;
  /** Commands that need Edit as well. */
  edit?: readonly CommandKind[];
  /** What is done without it; absent where nothing can be. */
  without?: string;
}

const ONE = '?limit=1';

/** Every area that reading or writing needs, in the order in which they are ticked. */
const AREAS: readonly Area[] = [
  { name: 'Rentals > Rental properties and units', probe: () => `v1/rentals/units${ONE}` },
  { name: 'Rentals > Listings', probe: () => `v1/rentals/units/listings${ONE}` },
  { name: 'Rentals > Leases', probe: () => `v1/leases${ONE}`, edit: ['update_lease'] },
  { name: 'Rentals > Tenants', probe: () => `v1/leases/tenants${ONE}`, edit: ['update_resident', 'update_lease'] },
  {
    name: 'Rentals > Lease transactions',
    async probe({ client }, signal) {
      const [lease] = await rowsOf(client.page<{ Id: number }>('v1/leases', {}, { offset: 0, limit: 1 }, signal));
      return lease === undefined ? undefined : path`v1/leases/${lease.Id}/transactions` + ONE;
    },
    edit: ['post_charge', 'reverse_charge'],
  },
  {
    name: 'Tasks > Tasks',
    probe: () => `v1/tasks${ONE}`,
    edit: ['create_work_order', 'update_work_order', 'add_work_order_note'],
  },
  { name: 'Maintenance > Work Orders', probe: () => `v1/workorders${ONE}`, edit: ['assign_work_order'] },
  { name: 'Maintenance > Vendors', probe: () => `v1/vendors${ONE}` },
  { name: 'Accounting > General Ledger Accounts', probe: () => `v1/glaccounts${ONE}` },
  {
    name: 'Accounting > General Ledger Transactions',
    async probe({ client, clock }, signal) {
      const [account] = await rowsOf(client.page<{ Id: number }>('v1/glaccounts', {}, { offset: 0, limit: 1 }, signal));
      const today = new Date(clock()).toISOString().slice(0, 10);
      const asked = { startdate: today, enddate: today, glaccountids: account?.Id, limit: 1 };
      return account === undefined ? undefined : `v1/generalledger/transactions${query(asked)}`;
    },
    edit: ['post_journal_entry', 'reverse_journal_entry'],
  },
  { name: 'Accounting > Bills', probe: () => 'v1/bills?paidstatus=Unpaid&limit=1', edit: ['post_bill'] },
  { name: 'Administration > Users', probe: () => `v1/users${ONE}` },
  {
    name: 'Administration > Application Settings',
    probe: () => 'v1/administration/accountinglockperiod',
    without: 'up to which day the books are locked is not known here before a posting is refused',
  },
];

const APPLICANTS: Area = {
  name: 'Rentals > Applicants',
  probe: () => `v1/applicants${ONE}`,
  edit: ['create_guest_card', 'update_guest_card'],
};

/** The rows of a page, or none where the key may not see it: that is another area's finding. */
async function rowsOf<T>(page: Promise<{ rows: T[] }>): Promise<T[]> {
  try {
    return (await page).rows;
  } catch (error) {
    if (error instanceof VendorError && error.code === 'misconfigured') return [];
    throw error;
  }
}

const WHERE = 'in Buildium under Settings, Developer Tools';

/** The keys, every permission that the connection needs, and what its settings leave open. */
export async function check(vendor: Vendor, signal?: AbortSignal): Promise<readonly Finding[]> {
  const credentials = await credentialsOf(vendor, signal);
  if (!credentials.ok) return [credentials];
  const areas = vendor.settings.guest_card_as === 'applicant' ? [...AREAS, APPLICANTS] : AREAS;
  const findings: Finding[] = [];
  for (const area of areas) findings.push(await areaFinding(vendor, area, signal));
  return [credentials, ...findings, await assigneeFinding(vendor, signal), webhookFinding(vendor)];
}

/** 401 is about the keys, 403 about one area; a key that may see nothing of the first area is a key all the same. */
async function credentialsOf(vendor: Vendor, signal?: AbortSignal): Promise<Finding> {
  const area = 'credentials';
  const status = await tried(vendor, `v1/rentals${ONE}`, signal);
  if (typeof status === 'string') return { area, ok: false, detail: status };
  if (status === 401)
    return {
      area,
      ok: false,
      detail:
        `Buildium does not accept client_id and client_secret (401). See ${WHERE} whether the key is still there; ` +
        'keys of the API sandbox are others than those of the account itself.',
    };
  if (status === 200 || status === 403)
    return {
      area,
      ok: true,
      detail: 'Accepted. The plan is not shown, but only accounts with the Premium plan have an API.',
    };
  return { area, ok: false, detail: notTold(status) };
}

async function areaFinding(vendor: Vendor, { name, probe, edit, without }: Area, signal?: AbortSignal) {
  const area = `permission: ${name}`;
  const ticks = edit === undefined ? 'View' : 'View and Edit';
  const address = await worked(() => probe(vendor, signal));
  if (address instanceof VendorError) return { area, ok: false, detail: address.message };
  if (address === undefined)
    return { area, ok: true, detail: `Not tried, because there is nothing to read yet. It takes ${ticks}.` };
  const status = await tried(vendor, address, signal);
  if (typeof status === 'string') return { area, ok: false, detail: status };
  if (status === 403) {
    const detail = `The key lacks it (403): tick ${ticks} of it for the key ${WHERE}.`;
    return {
      area,
      ok: without !== undefined,
      detail: without === undefined ? detail : `${detail} Until then ${without}.`,
    };
  }
  if (status !== 200) return { area, ok: false, detail: notTold(status) };
  const more = edit === undefined ? '' : ` Edit is needed for ${edit.join(', ')} and cannot be tried by reading.`;
  return { area, ok: true, detail: `View is there.${more}` };
}

function notTold(status: number): string {
  if (status === 429) return 'Not tried: Buildium takes no more requests just now (429). Try again in a minute.';
  return `Not tried: Buildium could not answer (${status}). Try again later.`;
}

/** The status of a read, or in words why there is none. */
async function tried({ client }: Vendor, address: string, signal?: AbortSignal): Promise<number | string> {
  const status = await worked(() => client.status(address, signal));
  return status instanceof VendorError ? status.message : status;
}

async function worked<T>(work: () => T | Promise<T>): Promise<T | VendorError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
}

interface User {
  IsActive?: boolean;
  UserTypes?: string[];
}

/** Who gets the work that no resident has asked for; without somebody it is refused. */
async function assigneeFinding({ client, settings }: Vendor, signal?: AbortSignal): Promise<Finding> {
  const area = 'defaults.assigned_to';
  const id = settings.defaults['assigned_to'];
  const open = 'Work without a resident is a to-do, and a to-do needs one of the users of type Staff.';
  if (id === undefined) return { area, ok: false, detail: `Not set. ${open} Until it is set, such work is refused.` };
  const user = await worked(() => client.one<User>((one) => path`v1/users/${one}`, id, signal));
  if (user instanceof VendorError) return { area, ok: false, detail: `Not tried: ${user.message}` };
  const isStaff = user?.IsActive === true && user.UserTypes?.includes('Staff') === true;
  return { area, ok: isStaff, detail: isStaff ? 'An active user of type Staff.' : `No active one. ${open}` };
}

function webhookFinding({ settings }: Vendor): Finding {
  return {
    area: 'webhooks',
    ok: true,
    detail:
      settings.webhook_secret === undefined
        ? `Changes are found by asking alone. For webhooks set webhook_secret and enter the address ${WHERE}, Webhooks.`
        : 'Journal entries and users have no event; they are asked for.',
  };
}

interface Category {
  Id: number;
  Name?: string | null;
}

/**
 * The account's own categories, of tasks and of vendors. Users are no list of the mapping file: staff are read from
 * Buildium with the ids that tasks are assigned by.
 */
export async function valueLists({ client }: Vendor, signal?: AbortSignal): Promise<readonly ValueList[]> {
  const listed = async (table: ValueList['table'], address: string): Promise<ValueList> => {
    const rows = await client.all<Category>(address, {}, signal);
    return { table, values: rows.map(({ Id, Name }) => ({ raw: String(Id), name: Name ?? String(Id) })) };
  };
  return [await listed('trade', 'v1/tasks/categories'), await listed('vendor_trade', 'v1/vendors/categories')];
}
