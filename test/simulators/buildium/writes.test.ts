import { describe, expect, it } from 'vitest';
import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { bodies, openBuildium, placesOf, type Buildium } from './rig.ts';

async function begin() {
  const account = await openBuildium();
  const at = await placesOf(account);
  return { account, at, ok: bodies(at) };
}

/** A record of the account in canonical form. */
async function canonical<K extends keyof SandboxState>(account: Buildium, kind: K, id: number) {
  const records = (await account.state())[kind] as { id: string }[];
  return records.find((one) => one.id === String(id)) as unknown as SandboxState[K][number];
}

const wrote = async (account: Buildium) =>
  (await account.effects()).map(({ operation, record, id }) => [operation, record, id]);

describe('a task', () => {
  it('is a work order of the canonical kind, with the notes of its history', async () => {
    const { account, at, ok } = await begin();
    const { Id } = await account.write('POST', '/v1/tasks/residentrequests', ok.resident);
    const put = { Title: 'Sink leaks badly', TaskStatus: 'InProgress', Priority: 'Normal', Message: 'Plumber called' };
    await account.write('PUT', `/v1/tasks/residentrequests/${Id}`, { ...put, AssignedToUserId: at.manager });
    expect(await canonical(account, 'work_order', Id)).toMatchObject({
      ...{ title: 'Sink leaks badly', description: 'Under the sink', status: 'in_progress', severity: 'routine' },
      ...{ property_id: String(at.property), unit_id: String(at.unit), resident_id: String(at.tenant), entry: 'yes' },
      ...{ technician_id: String(at.manager), notes: [{ text: 'Plumber called', is_public: false }] },
    });
    const history = await account.get<{ Message: string | null; TaskStatus: string }[]>(`/v1/tasks/${Id}/history`);
    expect(history.map(({ Message, TaskStatus }) => [Message, TaskStatus])).toEqual([
      [null, 'New'],
      ['Plumber called', 'InProgress'],
    ]);
    expect(await wrote(account)).toEqual([
      ['POST /v1/tasks/residentrequests', 'tasks', String(Id)],
      ['PUT /v1/tasks/residentrequests/{residentRequestTaskId}', 'tasks', String(Id)],
    ]);
  });

  it('loses by an update whatever the update leaves out', async () => {
    const { account, at, ok } = await begin();
    const whole = { ...ok.todo, UnitId: at.unit, CategoryId: 151, DueDate: '2026-12-01' };
    const { Id } = await account.write('POST', '/v1/tasks/todorequests', whole);
    const { Title, AssignedToUserId, TaskStatus, Priority } = ok.todo;
    await account.write('PUT', `/v1/tasks/todorequests/${Id}`, { Title, AssignedToUserId, TaskStatus, Priority });
    expect(await account.get(`/v1/tasks/todorequests/${Id}`)).toMatchObject({
      ...{ Property: null, UnitId: null, Category: null, DueDate: null, Title },
    });
  });

  it('shows its new status at once on the work orders that hang off it', async () => {
    const { account, at, ok } = await begin();
    const order = await account.write<{ Task: { Id: number }; Status: string }>('POST', '/v1/workorders', ok.workOrder);
    expect(order).toMatchObject({ Status: 'New', Priority: 'Low', DueDate: null, VendorId: at.vendor });
    const task = {
      Title: 'Lamp',
      AssignedToUserId: at.manager,
      PropertyId: at.property,
      TaskStatus: 'Closed',
      Priority: 'High',
      DueDate: '2026-12-01',
    };
    await account.write('PUT', `/v1/tasks/todorequests/${order.Task.Id}`, task);
    const closed = await account.get<{ Id: number }[]>('/v1/workorders?statuses=Closed&statuses=Completed&limit=1000');
    expect(closed.find(({ Id }) => Id === order.Id)).toMatchObject({
      Status: 'Closed',
      Priority: 'High',
      DueDate: '2026-12-01',
    });
    expect(await canonical(account, 'work_order', order.Task.Id)).toMatchObject({ vendor_id: String(at.vendor) });
  });

  it('says nobody in two ways: null in its own list, user 0 in the list of all', async () => {
    const { account, ok } = await begin();
    const { Id } = await account.write('POST', '/v1/tasks/residentrequests', ok.resident);
    expect(await account.get(`/v1/tasks/residentrequests/${Id}`)).toMatchObject({ AssignedToUserId: null });
    expect(await account.get(`/v1/tasks/${Id}`)).toMatchObject({ AssignedToUserId: 0, TaskType: 'ResidentRequest' });
  });
});

describe('a work order', () => {
  it('loses by an update its line items, and its notes', async () => {
    const { account, at, ok } = await begin();
    const LineItems = [{ GlAccountId: at.expense, Quantity: 3, UnitPrice: 9.95, Memo: 'Lamp' }];
    const { Id, ...order } = await account.write('POST', '/v1/workorders', {
      ...ok.workOrder,
      LineItems,
      VendorNotes: 'Ring',
    });
    expect(order).toMatchObject({ Amount: 29.85, VendorNotes: 'Ring' });
    await account.write('PUT', `/v1/workorders/${Id}`, { VendorId: at.vendor, EntryAllowed: 'No' });
    expect(await account.get(`/v1/workorders/${Id}`)).toMatchObject({
      ...{ Amount: 0, LineItems: [], VendorNotes: null, WorkDetails: null, EntryAllowed: 'No' },
    });
  });

  it('names the bills for it', async () => {
    const { account, ok } = await begin();
    const order = await account.write<{ Task: { Id: number } }>('POST', '/v1/workorders', ok.workOrder);
    const bill = await account.write('POST', '/v1/bills', { ...ok.bill, WorkOrderId: order.Id });
    expect(await account.get(`/v1/workorders/${order.Id}`)).toMatchObject({ BillTransactionIds: [bill.Id] });
    expect(await account.get(`/v1/workorders?isbilled=true&taskids=${order.Task.Id}`)).toHaveLength(1);
    expect(await canonical(account, 'bill', bill.Id)).toMatchObject({
      ...{ work_order_id: String(order.Task.Id), total: 12_025, invoice_number: 'INV-1', approval: 'not_needed' },
    });
  });
});

describe('money', () => {
  it('charged and taken back is on the ledger of the lease, and in the general one', async () => {
    const { account, at, ok } = await begin();
    const [charge] = (await account.write('POST', `/v1/leases/${at.lease}/charges`, ok.charge)) as unknown as {
      Id: number;
    }[];
    const waived = { Date: '2026-11-24', CreditType: 'WaiveUnpaid', Lines: [{ Amount: 45.5, GlAccountId: at.income }] };
    const credit = await account.write('POST', `/v1/leases/${at.lease}/credits`, waived);
    expect(await canonical(account, 'ledger_entry', charge?.Id ?? 0)).toMatchObject({
      ...{ kind: 'charge', amount: 4_550, household_id: String(at.lease), memo: 'Lost key', date: '2026-11-20' },
    });
    expect(await canonical(account, 'ledger_entry', credit.Id)).toMatchObject({ kind: 'credit', amount: -4_550 });
    expect(await account.get(`/v1/generalledger/transactions/${charge?.Id}`)).toMatchObject({
      ...{ TransactionType: 'Charge', UnitAgreement: { Id: at.lease, Type: 'Lease' }, TotalAmount: 45.5 },
    });
    // The same charge again is another one: nothing here knows a repetition.
    await account.write('POST', `/v1/leases/${at.lease}/charges`, ok.charge);
    const found = await account.get<unknown[]>(`/v1/leases/${at.lease}/charges?transactiondatefrom=2026-11-20`);
    expect(found).toHaveLength(2);
  });

  it('of a journal entry is read back with a sign', async () => {
    const { account, at, ok } = await begin();
    const { Id, ...entry } = await account.write('POST', '/v1/generalledger/journalentries', ok.journal);
    expect(entry).toMatchObject({ TransactionType: 'GeneralJournalEntry', TotalAmount: 0 });
    expect(await canonical(account, 'journal_entry', Id)).toMatchObject({
      ...{ property_id: String(at.property), date: '2026-11-20', memo: 'Reclass' },
      lines: [
        { gl_account_id: String(at.expense), debit: 1_010, credit: 0 },
        { gl_account_id: String(at.income), debit: 0, credit: 1_010 },
      ],
    });
    const range = 'startdate=2026-11-20&enddate=2026-11-20';
    const found = await account.get<{ Id: number }[]>(
      `/v1/generalledger/transactions?${range}&glaccountids=${at.expense}`,
    );
    expect(found.map((one) => one.Id)).toContain(Id);
  });

  it('of a bill changes by a patch only where the patch says so', async () => {
    const { account, ok } = await begin();
    const { Id, Lines } = await account.write<{ Lines: { Id: number }[] }>('POST', '/v1/bills', ok.bill);
    await account.write('PATCH', `/v1/bills/${Id}`, { Lines: [{ Id: Lines[0]?.Id, Memo: 'Labour' }] });
    expect(await canonical(account, 'bill', Id)).toMatchObject({
      total: 12_025,
      memo: 'Repair',
      lines: [{ memo: 'Labour' }],
    });
  });
});

describe('a lease', () => {
  it('is under notice when all of its tenants move out, and no longer when they do not', async () => {
    const { account, at, ok } = await begin();
    const { parties = [] } = (await canonical(account, 'lease', at.lease)) ?? {};
    for (const { resident_id } of parties)
      await account.write('POST', `/v1/leases/${at.lease}/moveouts`, { ...ok.moveOut, TenantId: Number(resident_id) });
    expect(await canonical(account, 'lease', at.lease)).toMatchObject({
      ...{ status: 'notice', notice_date: '2026-11-24', move_out_date: '2026-12-31' },
    });
    const told = await account.ask('DELETE', `/v1/leases/${at.lease}/moveouts/${at.tenant}`);
    expect([told.status, told.body]).toEqual([204, undefined]);
    expect(await canonical(account, 'lease', at.lease)).toMatchObject({ status: 'current' });
  });

  it('takes term and rent of its renewal', async () => {
    const { account, at, ok } = await begin();
    await account.write('POST', `/v1/leases/${at.lease}/renewals`, ok.renewal);
    expect(await canonical(account, 'lease', at.lease)).toMatchObject({ end_date: '2028-06-30', rent: 170_000 });
    expect(await account.get(`/v1/leases/${at.lease}`)).toMatchObject({ RenewalOfferStatus: 'Renewed' });
  });
});

describe('people', () => {
  it('lose by an update whatever it leaves out, and get their numbers as a list', async () => {
    const { account, at } = await begin();
    const Address = { AddressLine1: '1 Main St', PostalCode: '80003', Country: 'UnitedStates' };
    const put = { FirstName: 'Ada', LastName: 'King', Address, PhoneNumbers: { Mobile: '512-555-0143' } };
    await account.write('PUT', `/v1/leases/tenants/${at.tenant}`, put);
    const resident = await canonical(account, 'resident', at.tenant);
    expect(resident).toMatchObject({
      name: 'Ada King',
      emails: [],
      phones: [{ number: '+15125550143', type: 'mobile' }],
    });
    expect(resident).not.toHaveProperty('birth_date');
  });

  it('who were called are in the log of calls', async () => {
    const { account, at, ok } = await begin();
    const { Id } = await account.write('POST', '/v1/communications/phonelogs', ok.phoneLog);
    expect(await canonical(account, 'communication', Id)).toMatchObject({
      ...{ direction: 'outbound', resident_id: String(at.tenant), summary: 'Told about the plumber' },
      at: '2026-11-24T14:00:00.000Z',
    });
  });

  it('who apply are applicants, whose notes and numbers are kept', async () => {
    const { account, at } = await begin();
    const given = { FirstName: 'Mae', LastName: 'Hill', UnitId: at.unit, SendRentalApplicationEmail: false };
    const { Id } = await account.write('POST', '/v1/applicants', {
      ...given,
      PhoneNumbers: { Home: '(512) 555-0144' },
    });
    await account.write('POST', `/v1/applicants/${Id}/notes`, { Note: 'Has a cat' });
    expect(await account.get(`/v1/applicants/${Id}`)).toMatchObject({
      ...{ PropertyId: at.property, Status: 'New', PhoneNumbers: [{ Number: '(512) 555-0144', Type: 'Home' }] },
    });
    expect(await account.get(`/v1/applicants/${Id}/notes`)).toMatchObject([{ Note: 'Has a cat' }]);
  });
});

describe('a vendor', () => {
  it('has a day of insurance written and a moment read', async () => {
    const { account } = await begin();
    const given = { IsCompany: true, CompanyName: 'Brook Roofing', CategoryId: 101 };
    const { Id } = await account.write('POST', '/v1/vendors', {
      ...given,
      VendorInsurance: { ExpirationDate: '2026-12-01' },
    });
    expect(await account.get(`/v1/vendors/${Id}`)).toMatchObject({
      VendorInsurance: { ExpirationDate: '2026-12-01T00:00:00Z' },
    });
    const soon = await account.get<{ Id: number }[]>('/v1/vendors?insuranceexpiration=ThirtyDaysOrLess&limit=1000');
    expect(soon.map((one) => one.Id)).toContain(Id);
    expect(await canonical(account, 'vendor', Id)).toMatchObject({
      ...{ name: 'Brook Roofing', trades: ['plumbing'], compliance: { general_liability_expires: '2026-12-01' } },
    });
  });
});
