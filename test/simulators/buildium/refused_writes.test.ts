import { describe, expect, it } from 'vitest';
import { bodies, openBuildium, placesOf, refusalIn } from './rig.ts';

type Places = Awaited<ReturnType<typeof placesOf>>;
type Bodies = ReturnType<typeof bodies>;
/** What is put over a body that is in order. */
type Change = object | ((at: Places, ok: Bodies) => object);
type Row = readonly [what: string, change: Change, status: number, field?: string];

const long = (length: number) => 'x'.repeat(length);
const todos = '/v1/tasks/todorequests';
const ofLease = (what: string) => (at: Places) => `/v1/leases/${at.lease}/${what}`;

/** By the body that is in order: where it goes, and what breaks it. */
const CASES: Readonly<Record<keyof Bodies, { path: string | ((at: Places) => string); rows: readonly Row[] }>> = {
  todo: {
    path: todos,
    rows: [
      ['no title', { Title: undefined }, 422, 'Title'],
      ['an empty title', { Title: ' ' }, 422, 'Title'],
      ['null for a title', { Title: null }, 422, 'Title'],
      ['a long title', { Title: long(128) }, 422, 'Title'],
      ['a long description', { Description: long(65_501) }, 422, 'Description'],
      ['a priority that is none', { Priority: 'Urgent' }, 400, 'Priority'],
      ['a number as text', { AssignedToUserId: '801' }, 400, 'AssignedToUserId'],
      ['a fraction of a number', { AssignedToUserId: 8.5 }, 400, 'AssignedToUserId'],
      ['a number beyond 32 bits', { AssignedToUserId: 2 ** 31 }, 400, 'AssignedToUserId'],
      ['a field that there is not', { title: 'x' }, 400, 'title'],
      ['a moment for a day', { DueDate: '2026-12-01T10:00:00Z' }, 400, 'DueDate'],
      ['nobody in charge', { AssignedToUserId: 1 }, 422, 'AssignedToUserId'],
      ['a unit elsewhere', (at) => ({ PropertyId: at.otherProperty, UnitId: at.unit }), 422, 'UnitId'],
    ],
  },
  resident: {
    path: '/v1/tasks/residentrequests',
    rows: [
      ['a tenant of another lease', (at) => ({ UnitAgreementId: at.lease + 1 }), 422, 'RequestedByEntityId'],
      ['no lease', { UnitAgreementId: 7 }, 422, 'UnitAgreementId'],
      ['a category that there is not', { CategoryId: 7 }, 422, 'CategoryId'],
      ['a part of no category', { SubCategoryId: 7 }, 422, 'SubCategoryId'],
    ],
  },
  workOrder: {
    path: '/v1/workorders',
    rows: [
      ['no vendor', { VendorId: undefined }, 422, 'VendorId'],
      ['a vendor that there is not', { VendorId: 7 }, 422, 'VendorId'],
      ['no task', { Task: undefined }, 422, 'TaskId'],
      ['two tasks', { TaskId: 800_001 }, 422, 'TaskId'],
      ['a long invoice number', { InvoiceNumber: long(51) }, 422, 'InvoiceNumber'],
      ['a contact that there is not', { EntryContactIds: [7] }, 422, 'EntryContactIds'],
      ['a status of its own', { Status: 'New' }, 400, 'Status'],
    ],
  },
  charge: {
    path: ofLease('charges'),
    rows: [
      ['no lines', { Lines: [] }, 422, 'Lines'],
      ['the other spelling', (at) => ({ Lines: [{ Amount: 1, GlAccountId: at.income }] }), 400, 'Lines[0].GlAccountId'],
      ['the bank', (at) => ({ Lines: [{ Amount: 1, GLAccountId: at.bank }] }), 422, 'Lines[0].GLAccountId'],
      ['less than nothing', (at) => ({ Lines: [{ Amount: -1, GLAccountId: at.income }] }), 422, 'Lines[0].Amount'],
      ['half a cent', (at) => ({ Lines: [{ Amount: 1.005, GLAccountId: at.income }] }), 422, 'Lines[0].Amount'],
      ['an amount as text', (at) => ({ Lines: [{ Amount: '1', GLAccountId: at.income }] }), 400, 'Lines[0].Amount'],
      ['a long memo', { Memo: long(66) }, 422, 'Memo'],
      ['locked books', (at) => ({ Date: at.locked }), 422, 'Date'],
      ['a bill that there is not', { BillId: 7 }, 422, 'BillId'],
    ],
  },
  credit: {
    path: ofLease('credits'),
    rows: [
      ['more waived than is owed', { CreditType: 'WaiveUnpaid', OffsettingGLAccountId: null }, 422, 'Lines'],
      ['no account against it', { OffsettingGLAccountId: null }, 422, 'OffsettingGLAccountId'],
      ['income against it', (at) => ({ OffsettingGLAccountId: at.income }), 422, 'OffsettingGLAccountId'],
      ['no equity against it', { CreditType: 'PreviouslyDeposited' }, 422, 'OffsettingGLAccountId'],
      ['locked books', (at) => ({ Date: at.locked }), 422, 'Date'],
    ],
  },
  bill: {
    path: '/v1/bills',
    rows: [
      ['due on its date', (_at, { bill }) => ({ DueDate: bill.Date }), 422, 'DueDate'],
      ['no lines', { Lines: [] }, 422, 'Lines'],
      [
        'the bank',
        (at, { bill }) => ({ Lines: [{ ...bill.Lines[0], GlAccountId: at.bank }] }),
        422,
        'Lines[0].GlAccountId',
      ],
      ['less than nothing', (_at, { bill }) => ({ Lines: [{ ...bill.Lines[0], Amount: -5 }] }), 422, 'Lines'],
      ['locked books', (at) => ({ Date: at.locked }), 422, 'Date'],
      ['a long reference', { ReferenceNumber: long(41) }, 422, 'ReferenceNumber'],
      ['a work order that there is not', { WorkOrderId: 7 }, 422, 'WorkOrderId'],
    ],
  },
  journal: {
    path: '/v1/generalledger/journalentries',
    rows: [
      [
        'debits that are not credits',
        (_at, { journal: { Lines } }) => ({ Lines: [Lines[0], { ...Lines[1], Amount: 10 }] }),
        422,
        'Lines',
      ],
      ['one line', (_at, { journal }) => ({ Lines: [journal.Lines[0]] }), 422, 'Lines'],
      ['locked books', (at) => ({ Date: at.locked }), 422, 'Date'],
      ['a long memo', { Memo: long(241) }, 422, 'Memo'],
      [
        'an association',
        { AccountingEntity: { Id: 1, AccountingEntityType: 'Association' } },
        422,
        'AccountingEntity.AccountingEntityType',
      ],
    ],
  },
  moveOut: {
    path: ofLease('moveouts'),
    rows: [
      ['a stranger', { TenantId: 7 }, 422, 'TenantId'],
      ['a notice after it', { NoticeGivenDate: '2027-01-01' }, 422, 'NoticeGivenDate'],
      ['a day before the lease', { MoveOutDate: '2001-01-01', NoticeGivenDate: null }, 422, 'MoveOutDate'],
    ],
  },
  renewal: {
    path: ofLease('renewals'),
    rows: [
      ['no end', { LeaseToDate: null }, 422, 'LeaseToDate'],
      ['nobody', { TenantIds: [] }, 422, 'TenantIds'],
      ['a stranger', { TenantIds: [7] }, 422, 'TenantIds'],
      ['no rent', { Rent: { Cycle: 'Monthly', Charges: [] } }, 422, 'Rent.Charges'],
    ],
  },
  phoneLog: {
    path: '/v1/communications/phonelogs',
    rows: [
      ['nobody', { Participant: { EntityType: 'Vendor', EntityId: 7 } }, 422, 'Participant.EntityId'],
      ['a time without its zone', { CallDateTime: '2026-11-24T14:00:00' }, 400, 'CallDateTime'],
    ],
  },
};

describe.each(Object.entries(CASES))('a write of a %s', (name, { path, rows }) => {
  it('is refused for each of its faults, which leave nothing behind, and taken without them', async () => {
    const account = await openBuildium();
    const at = await placesOf(account);
    const ok = bodies(at);
    const right = ok[name as keyof Bodies];
    const address = typeof path === 'string' ? path : path(at);
    const before = await account.state();
    const seen = [];
    for (const [what, change] of rows) {
      const body = { ...right, ...(typeof change === 'function' ? change(at, ok) : change) };
      seen.push([what, ...refusalIn(await account.ask('POST', address, body))]);
    }
    expect(seen).toEqual(rows.map(([what, , status, field]) => [what, status, field]));
    expect([await account.effects(), await account.state()]).toEqual([[], before]);

    const told = await account.ask('POST', address, right);
    expect([told.status, (await account.effects()).length]).toEqual([201, 1]);
    expect(told.headers.get('location')).toMatch(/^\/v1\//);
  });
});

describe('a write is refused', () => {
  it('as something that is no JSON, or not said to be', async () => {
    const account = await openBuildium();
    const { todo } = bodies(await placesOf(account));
    expect(refusalIn(await account.ask('POST', todos, '{"Title":'))).toEqual([400, undefined]);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await account.ask('POST', todos, todo, form)).status).toBe(415);
    expect((await account.ask('POST', todos, todo, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      201,
    );
  });

  it('at an address that has no such method or no such record', async () => {
    const account = await openBuildium();
    const { charge, todo } = bodies(await placesOf(account));
    expect((await account.ask('POST', '/v1/rentals/units', {})).status).toBe(405);
    expect((await account.ask('POST', '/v1/leases/7/charges', charge)).status).toBe(404);
    // A to-do is not to be found among the requests of residents.
    const { Id } = await account.write('POST', todos, todo);
    const put = { Title: 'x', TaskStatus: 'New', Priority: 'Low' };
    expect((await account.ask('PUT', `/v1/tasks/residentrequests/${Id}`, put)).status).toBe(404);
  });

  it('with a key that may only read', async () => {
    const account = await openBuildium();
    const { todo } = bodies(await placesOf(account));
    await account.staff({ change: { table: 'account', id: 1, set: { IsReadOnly: true } } });
    expect((await account.ask('POST', todos, todo)).status).toBe(403);
  });

  it('that would change a bill under payment, or to less than was paid', async () => {
    const account = await openBuildium();
    const { bill } = bodies(await placesOf(account));
    const { Id, Lines } = await account.write<{ Lines: { Id: number }[] }>('POST', '/v1/bills', bill);
    await account.staff({ change: { table: 'bills', id: Id, set: { Paid: 100 } } });
    const less = { Lines: [{ Id: Lines[0]?.Id, Amount: 99.99 }] };
    expect(refusalIn(await account.ask('PATCH', `/v1/bills/${Id}`, less))).toEqual([422, 'Lines']);
    await account.staff({ change: { table: 'bills', id: Id, set: { PendingEft: true } } });
    expect((await account.ask('PATCH', `/v1/bills/${Id}`, { Memo: 'x' })).status).toBe(409);
  });

  it('for a lease that has ended', async () => {
    const account = await openBuildium();
    const at = await placesOf(account);
    await account.staff({ change: { table: 'leases', id: at.lease, set: { LeaseStatus: 'Past' } } });
    const { renewal, moveOut } = bodies(at);
    expect((await account.ask('POST', `/v1/leases/${at.lease}/renewals`, renewal)).status).toBe(409);
    expect((await account.ask('POST', `/v1/leases/${at.lease}/moveouts`, moveOut)).status).toBe(422);
  });
});
