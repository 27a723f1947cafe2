import { shown, type Handler, has, isOneOf } from '../ask.ts';
import { userMessage } from '../compose/people.ts';
import type { OperationName } from '../contract/operations.ts';
import { listed } from '../lists.ts';
import type { GLAccount, User } from '../wire.ts';

const activity = (row: { IsActive: boolean }) => (row.IsActive ? 'Active' : 'Inactive');

/** The account, its people and its chart of accounts. */
export const ACCOUNT = {
  'GET /v1/administration/account': ({ tables }) => {
    const { AccountId = 0, CompanyName = '' } = tables.account.get(1) ?? {};
    return shown({ Id: AccountId, CompanyName, Url: null, Contact: null, AccountingSettings: null });
  },
  'GET /v1/administration/accountinglockperiod': ({ tables }) => {
    const { LockDate = null, LockOverrides = [] } = tables.account.get(1) ?? {};
    return shown({
      Global: LockDate === null ? null : { LockDate },
      Overrides: LockOverrides.map((override) => ({
        Property: { Id: override.PropertyId, Type: 'Rental', Href: `/v1/rentals/${override.PropertyId}` },
        LockDate: override.LockDate,
      })),
      FinancialAdministratorUserIds: [],
    });
  },
  'GET /v1/users': (ask) =>
    listed<User>(
      ask,
      ask.tables.users.entries(),
      {
        roleids: isOneOf(({ UserRole }) => UserRole.Id),
        usertypes: (values) => (entry) => entry.row.UserTypes.some((type) => values.includes(type)),
        status: isOneOf(activity),
        name: has(({ FirstName, LastName }) => `${FirstName} ${LastName}`),
        email: has(({ Email }) => Email ?? ''),
      },
      ({ row }) => userMessage(row),
    ),
  'GET /v1/users/{userId}': (ask) => shown(userMessage(ask.one(ask.tables.users, 'userId', 'user'))),
  'GET /v1/glaccounts': (ask) =>
    listed<GLAccount>(
      ask,
      ask.tables.glAccounts.entries(),
      { accounttypes: isOneOf(({ Type }) => Type) },
      ({ row }) => row,
    ),
  'GET /v1/glaccounts/{glAccountId}': (ask) =>
    shown(ask.one(ask.tables.glAccounts, 'glAccountId', 'general ledger account')),
} satisfies Partial<Record<OperationName, Handler>>;
