import {
  changed,
  changedWithin,
  created,
  from,
  has,
  isOneOf,
  removed,
  shown,
  to,
  type Ask,
  type Handler,
} from '../ask.ts';
import { leaseMessage, renewalMessage } from '../compose/leases.ts';
import type { OperationName } from '../contract/operations.ts';
import { errorAnswer, notFound, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { mustBeMoney, mustBeUnitOf, postableAccount } from '../rules.ts';
import { Refused } from '../../shared/message.ts';
import type { Entry } from '../../shared/table.ts';
import type { Lease, MoveOut, Renewal } from '../wire.ts';
import { addNote, listNotes } from './notes.ts';
import { sum } from '../compose/money.ts';

const leaseOf = (ask: Ask): Lease => ask.one(ask.tables.leases, 'leaseId', 'lease');

function show(ask: Ask, id: number): object {
  return leaseMessage(ask.tables, ask.tables.leases.entry(id) as Entry<Lease>, ask.today, 'full');
}

/** A type with an end needs one, and after its beginning. */
function checkTerm(type: string, begin: string, end: string | null): void {
  if (end === null) {
    if (type !== 'AtWill') refuse('LeaseToDate', 'The end date is required for this type of lease.');
  } else if (end <= begin) refuse('LeaseToDate', 'The end date must be after the start date.');
}

const putLease: Handler = (ask) => {
  const { Id, PropertyId } = leaseOf(ask);
  const UnitId = ask.number('UnitId') as number;
  mustBeUnitOf(ask, PropertyId, UnitId, 'UnitId');
  const LeaseType = ask.text('LeaseType') as Lease['LeaseType'];
  const LeaseFromDate = ask.text('LeaseFromDate') as string;
  const LeaseToDate = ask.text('LeaseToDate');
  checkTerm(LeaseType, LeaseFromDate, LeaseToDate);
  ask.tables.leases.change(Id, {
    ...{ UnitId, LeaseType, LeaseFromDate, LeaseToDate },
    IsEvictionPending: ask.flag('IsEvictionPending') === true,
    AutomaticallyMoveOutTenants: ask.flag('AutomaticallyMoveOutTenants') === true,
  });
  return changed('leases', Id, show(ask, Id));
};

function moveOutMessage({ LeaseId: _own, ...moveOut }: MoveOut): object {
  return moveOut;
}

const addMoveOut: Handler = (ask) => {
  const { tables } = ask;
  const { Id: LeaseId, LeaseFromDate, LeaseStatus } = leaseOf(ask);
  const TenantId = ask.number('TenantId') as number;
  const MoveOutDate = ask.text('MoveOutDate') as string;
  const NoticeGivenDate = ask.text('NoticeGivenDate');
  if (tables.leaseTenants.get(`${LeaseId}/${TenantId}`) === undefined)
    refuse('TenantId', 'The tenant is not on the lease.');
  if (LeaseStatus === 'Past') refuse('TenantId', 'The lease has ended.');
  if (tables.moveOuts.get(`${LeaseId}/${TenantId}`) !== undefined)
    refuse('TenantId', 'The tenant is moving out already.');
  if (MoveOutDate < LeaseFromDate) refuse('MoveOutDate', 'The date is before the start of the lease.');
  if (NoticeGivenDate !== null && NoticeGivenDate > MoveOutDate)
    refuse('NoticeGivenDate', 'The notice is dated after the move-out.');
  const row = tables.moveOuts.insert({ LeaseId, TenantId, MoveOutDate, NoticeGivenDate });
  touch(ask, LeaseId);
  return created(ask, 'moveouts', `${LeaseId}/${TenantId}`, moveOutMessage(row), `${ask.request.path}/${TenantId}`);
};

/** What belongs to a lease has changed, and with it the lease's time of last change. */
function touch({ tables }: Ask, leaseId: number): void {
  tables.leases.change(leaseId, {});
}

function moveOutOf(ask: Ask): MoveOut {
  const { Id } = leaseOf(ask);
  return ask.tables.moveOuts.get(`${Id}/${ask.param('tenantId')}`) ?? notFound('move-out');
}

const addRenewal: Handler = (ask) => {
  const { tables, today } = ask;
  const lease = leaseOf(ask);
  if (lease.LeaseStatus === 'Past') throw new Refused(errorAnswer(409, 'A lease that has ended cannot be renewed.'));
  const LeaseType = ask.text('LeaseType') as Lease['LeaseType'];
  const LeaseToDate = ask.text('LeaseToDate');
  const LeaseFromDate = lease.LeaseToDate === null ? today : dayAfter(lease.LeaseToDate);
  checkTerm(LeaseType, LeaseFromDate, LeaseToDate);
  const TenantIds = ask.list<number>('TenantIds');
  if (TenantIds.length + ask.list('Tenants').length === 0) refuse('TenantIds', 'At least one tenant is required.');
  for (const id of TenantIds)
    if (tables.leaseTenants.get(`${lease.Id}/${id}`) === undefined)
      refuse('TenantIds', 'The tenant is not on the lease.');
  if (ask.list('Tenants').length > 0) refuse('Tenants', 'New people are not taken on by this simulator.');
  const Rent = sum(chargesOf(ask));
  const row: Renewal = {
    Id: ask.nextId('renewal'),
    LeaseId: lease.Id,
    LeaseFromDate,
    LeaseToDate,
    LeaseType,
    Rent,
    TenantIds,
  };
  tables.renewals.insert(row);
  tables.leases.change(lease.Id, {
    ...{ LeaseType, LeaseToDate, RenewalOfferStatus: 'Renewed' },
    AccountDetails: { SecurityDeposit: lease.AccountDetails?.SecurityDeposit ?? null, Rent },
    AutomaticallyMoveOutTenants: ask.flag('AutomaticallyMoveOutTenants') === true,
  });
  return created(ask, 'renewals', row.Id, renewalMessage(tables, row));
};

function chargesOf(ask: Ask): number[] {
  const { Charges } = ask.body['Rent'] as { Charges: readonly { Amount: number; GlAccountId: number }[] };
  if (Charges.length === 0) refuse('Rent.Charges', 'At least one charge is required.');
  return Charges.map(({ Amount, GlAccountId }, index) => {
    mustBeMoney(Amount, `Rent.Charges[${index}].Amount`);
    postableAccount(ask, GlAccountId, `Rent.Charges[${index}].GlAccountId`);
    return Amount;
  });
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

const listLeases: Handler = (ask) => {
  const { tables, today } = ask;
  const tenantNames = ({ Id }: Lease) =>
    tables.leaseTenants
      .where('lease', Id)
      .map(({ row }) => tables.tenants.get(row.TenantId))
      .map((tenant) => `${tenant?.FirstName} ${tenant?.LastName}`)
      .join(', ');
  return listed<Lease>(
    ask,
    tables.leases.entries(),
    {
      propertyids: isOneOf(({ PropertyId }) => PropertyId),
      rentalownerids: () => () => false,
      unitnumber: has(({ UnitId }) => tables.units.get(UnitId)?.UnitNumber ?? ''),
      tenantname: has(tenantNames),
      leasedatefrom: from(({ LeaseFromDate }) => LeaseFromDate),
      leasedateto: to(({ LeaseFromDate }) => LeaseFromDate),
      leasetypes: isOneOf(({ LeaseType }) => LeaseType),
      leasestatuses: isOneOf(({ LeaseStatus }) => LeaseStatus),
      createddatetimefrom:
        ([value = '']) =>
        (entry) =>
          entry.created >= Date.parse(value),
      createddatetimeto:
        ([value = '']) =>
        (entry) =>
          entry.created <= Date.parse(value),
      ...changedWithin<Lease>(),
    },
    (entry) => leaseMessage(tables, entry, today, 'listed'),
  );
};

/** Leases, move-outs and renewals. */
export const LEASES = {
  'GET /v1/leases': listLeases,
  'GET /v1/leases/{leaseId}': (ask) => shown(show(ask, leaseOf(ask).Id)),
  'PUT /v1/leases/{leaseId}': putLease,
  'GET /v1/leases/{leaseId}/notes': listNotes('leases', 'leaseId'),
  'POST /v1/leases/{leaseId}/notes': addNote('leases', 'leaseId'),
  'GET /v1/leases/{leaseId}/moveouts': (ask) =>
    listed(ask, ask.tables.moveOuts.where('lease', leaseOf(ask).Id), {}, ({ row }) => moveOutMessage(row)),
  'POST /v1/leases/{leaseId}/moveouts': addMoveOut,
  'GET /v1/leases/{leaseId}/moveouts/{tenantId}': (ask) => shown(moveOutMessage(moveOutOf(ask))),
  'DELETE /v1/leases/{leaseId}/moveouts/{tenantId}': (ask) => {
    const { LeaseId, TenantId } = moveOutOf(ask);
    ask.tables.moveOuts.remove(`${LeaseId}/${TenantId}`);
    touch(ask, LeaseId);
    return removed('moveouts', `${LeaseId}/${TenantId}`);
  },
  'GET /v1/leases/renewals': (ask) =>
    // No renewal here was signed electronically, so none has a status of that.
    listed<Renewal>(
      ask,
      ask.tables.renewals.entries(),
      {
        propertyids: isOneOf(({ LeaseId }) => ask.tables.leases.get(LeaseId)?.PropertyId ?? null),
        rentalownerids: () => () => false,
        esignaturestatuses: (values) => () => values.includes('NotSent'),
      },
      ({ row }) => renewalMessage(ask.tables, row),
    ),
  'GET /v1/leases/{leaseId}/renewals': (ask) =>
    listed(ask, ask.tables.renewals.where('lease', leaseOf(ask).Id), {}, ({ row }) => renewalMessage(ask.tables, row)),
  'POST /v1/leases/{leaseId}/renewals': addRenewal,
  'GET /v1/leases/{leaseId}/renewals/{renewalId}': (ask) => {
    const { Id } = leaseOf(ask);
    const renewal = ask.one(ask.tables.renewals, 'renewalId', 'renewal');
    return shown(renewalMessage(ask.tables, renewal.LeaseId === Id ? renewal : notFound('renewal')));
  },
  'GET /v1/leases/{leaseId}/rent': (ask) => {
    const entry = ask.tables.leases.entry(leaseOf(ask).Id) as Entry<Lease>;
    const entries = rentOf(entry.row) === null ? [] : [entry];
    return listed<Lease>(ask, entries, {}, ({ row }) => rentMessage(ask, row));
  },
} satisfies Partial<Record<OperationName, Handler>>;

const rentOf = ({ AccountDetails }: Lease) => AccountDetails?.Rent ?? null;

/** The rent of a lease: one charge a month to the account that rent goes to. */
function rentMessage({ tables }: Ask, lease: Lease): object {
  const income = tables.glAccounts.rows().find(({ DefaultAccountName }) => DefaultAccountName === 'Rent Income');
  const Rent = rentOf(lease);
  const charge = {
    ...{ Id: lease.Id, GLAccountId: income?.Id ?? 0, Amount: Rent, Memo: null, FirstChargeDate: lease.LeaseFromDate },
    ...{ PostDaysInAdvance: 0, DueOnDayOfTheMonth: lease.PaymentDueDay },
  };
  return {
    ...{ Id: lease.Id, StartDate: lease.LeaseFromDate, EndDate: lease.LeaseToDate, TotalAmount: Rent },
    ...{
      RentCycle: 'Monthly',
      BackdateCharges: false,
      CreatedDateTime: null,
      CreatedByUserId: null,
      Charges: [charge],
    },
  };
}
