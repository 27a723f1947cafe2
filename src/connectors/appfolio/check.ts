import { VendorError, type Finding, type ValueList } from '../connector.ts';
import { allAccounts, rentAccountFinder } from './records/accounts.ts';
import { nameOf } from './codecs.ts';
import { TRADE_WORDS } from './tables.ts';
import { CHANGED_FROM, type Filters } from './transport.ts';
import type { Vendor } from './vendor.ts';
import type { Lead, User } from './wire.ts';

/** Lists that the connection needs, what they are needed for, and whether they want to be asked since when. */
const LISTS: readonly (readonly [resource: string, area: string])[] = [
  ['properties', 'Properties'],
  ['units', 'Units'],
  ['tenants', 'Tenants'],
  ['leases', 'Leases'],
  ['recurring_charges', 'Recurring charges'],
  ['users', 'Users'],
  ['vendors', 'Vendors'],
  ['work_orders', 'Work orders'],
  ['leads', 'Guest cards'],
  ['showings', 'Showings'],
  ['gl_accounts', 'GL accounts'],
  ['bills', 'Bills'],
  ['journal_entries', 'Journal entries'],
];

const SAYS: Partial<Record<VendorError['code'], string>> = {
  misconfigured:
    'refused: the credentials are wrong, or the plan or agreement does not cover it. Reading needs Plus, writing Max; ' +
    'AppFolio support switches single resources on.',
  unavailable: 'not available just now. AppFolio is down for maintenance from 21:00 to 04:00 Pacific time.',
  rate_limited: 'too many requests just now; try again in a minute.',
};

function saying(error: unknown): string {
  if (!(error instanceof VendorError)) throw error;
  return SAYS[error.code] ?? error.message;
}

/** Tries every list with a request for what changed from now on, which is next to nothing. Changes nothing. */
export async function check(vendor: Vendor, signal?: AbortSignal): Promise<Finding[]> {
  const now: Filters = { [CHANGED_FROM]: new Date(vendor.clock()).toISOString() };
  const findings = [
    await finding('credentials', async () => {
      await vendor.client.page('properties', now, { size: 1 }, signal);
      return 'accepted';
    }),
  ];
  for (const [resource, name] of LISTS)
    findings.push(
      await finding(`permission: ${name}`, async () => {
        await vendor.client.page(resource, now, { size: 1 }, signal);
        return 'can be read';
      }),
    );
  findings.push(await finding('rent account', () => rentAccount(vendor, signal)));
  findings.push(await finding('guest card notes', () => guestCards(vendor, signal), false));
  findings.push(await finding('reports', () => reports(vendor, signal), vendor.reports !== undefined));
  return findings;
}

/** `isNeeded` false: that it is not there is said, and is no fault. */
async function finding(area: string, look: () => Promise<string>, isNeeded = true): Promise<Finding> {
  try {
    return { area, ok: true, detail: await look() };
  } catch (error) {
    return { area, ok: !isNeeded, detail: saying(error) };
  }
}

async function rentAccount(vendor: Vendor, signal?: AbortSignal): Promise<string> {
  const accounts = await rentAccountFinder(vendor)(signal);
  return accounts.size === 1 ? 'one GL account is taken for rent' : `${accounts.size} GL accounts are taken for rent`;
}

async function guestCards({ client, settings }: Vendor, signal?: AbortSignal): Promise<string> {
  const { rows } = await client.page<Lead>('leads', { [CHANGED_FROM]: settings.records_since }, { size: 1 }, signal);
  const [lead] = rows;
  if (lead === undefined) return 'there is no lead yet that would tell whether notes can be added';
  return lead.GuestCardId ? 'leads show their guest card' : 'leads do not show their guest card: notes are refused';
}

async function reports({ reports }: Vendor, signal?: AbortSignal): Promise<string> {
  if (reports === undefined)
    return 'not set up: trades and the do-not-use mark of vendors are kept here. Set reports.base_url to read them.';
  const vendors = await reports.vendors(signal);
  if (vendors.size > 0) return `the vendor directory has ${vendors.size} vendors`;
  return 'the vendor directory is empty, or its rows do not say which vendor they are about';
}

/** What AppFolio has to choose from: users, trades, and the income accounts that residents are charged to. */
export async function valueLists(vendor: Vendor, signal?: AbortSignal): Promise<ValueList[]> {
  const users = await vendor.client.all<User>('users', vendor.since({}), signal);
  const accounts = await allAccounts(vendor, undefined, signal);
  return [
    { table: 'trade', values: TRADE_WORDS.map((raw) => ({ raw, name: raw })) },
    { table: 'vendor_trade', values: TRADE_WORDS.map((raw) => ({ raw, name: raw })) },
    {
      table: 'agent',
      values: users
        .filter(({ HiddenAt }) => !HiddenAt)
        .map((user) => ({ raw: user.Id, name: nameOf(user) ?? user.Email ?? user.Id })),
    },
    {
      table: 'charge_code',
      values: accounts.map((account) => ({ raw: account.Id, name: account.Name ?? account.AccountName ?? account.Id })),
    },
  ];
}
