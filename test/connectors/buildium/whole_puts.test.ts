import { describe, expect, it } from 'vitest';
import type { StepContext, VendorError } from '../../../src/connectors/connector.ts';
import { carryOut, contextFor } from '../rig.ts';
import { openAccount } from './account.ts';
import { commandOf } from './guest_cards.ts';

const signal = new AbortController().signal;

/** Work that a resident asked for, as a person has filled it in. */
async function begin() {
  const rig = await openAccount();
  const { account, at, ok } = rig;
  const SubCategories = [{ Id: 31, Name: 'Sinks' }];
  await account.staff({ change: { table: 'taskCategories', id: 151, set: { SubCategories } } });
  const filled = { CategoryId: 151, SubCategoryId: 31, DueDate: '2026-12-04', AssignedToUserId: at.manager };
  const { Id } = await account.write('POST', '/v1/tasks/residentrequests', { ...ok.resident, ...filled });
  const task = () => account.get<Record<string, unknown>>(`/v1/tasks/residentrequests/${Id}`);
  return {
    ...rig,
    id: String(Id),
    filled,
    task,
    about: { work_order_id: String(Id), property_id: String(at.property) },
  };
}

describe('a change of a task', () => {
  it.each([
    ['update_work_order', { status: 'on_hold' }],
    ['update_work_order', { severity: 'routine', note: { text: 'Waits for the part.', is_public: false } }],
    ['add_work_order_note', { note: { text: 'The part comes on Friday.', is_public: false } }],
  ] as const)('%s leaves what people have set: %j', async (kind, change) => {
    const { connector, task, about, filled, at } = await begin();
    const before = await task();
    await carryOut({ connector }, commandOf(kind, { ...about, ...change }), '');
    const after = await task();
    expect(after).toMatchObject({
      ...{ Category: { Id: 151, SubCategory: { Id: 31 } }, DueDate: filled.DueDate, AssignedToUserId: at.manager },
      ...{ UnitAgreement: { Id: at.lease }, RequestedByUserEntity: { Id: at.tenant } },
    });
    const moved = Object.keys(after).filter((field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]));
    const asked = { status: 'TaskStatus', severity: 'Priority' };
    const expected = Object.entries(asked).flatMap(([field, name]) => (field in change ? [name] : []));
    expect(moved.filter((name) => name !== 'LastUpdatedDateTime')).toEqual(expected);
  });

  it('leaves a to-do where it is', async () => {
    const { account, connector, at, ok } = await openAccount();
    const todo = { ...ok.todo, UnitId: at.unit, Description: 'In the hall', CategoryId: 151, DueDate: '2026-12-04' };
    const { Id } = await account.write('POST', '/v1/tasks/todorequests', todo);
    const about = { work_order_id: String(Id), property_id: String(at.property) };
    await carryOut({ connector }, commandOf('update_work_order', { ...about, status: 'in_progress' }), '');
    expect(await account.get(`/v1/tasks/todorequests/${Id}`)).toMatchObject({
      ...{ TaskStatus: 'InProgress', Property: { Id: at.property }, UnitId: at.unit, DueDate: '2026-12-04' },
      Category: { Id: 151 },
    });
  });
});

describe('a dispatch', () => {
  it('leaves of a work order what people have set', async () => {
    const { account, connector, at, id, about } = await begin();
    const LineItems = [{ GlAccountId: at.expense, Quantity: 2, UnitPrice: 40.25, Memo: 'Seal' }];
    const order = {
      ...{
        VendorId: at.vendor,
        EntryAllowed: 'Yes',
        TaskId: Number(id),
        Title: 'Sink',
        WorkDetails: 'Replace the seal',
      },
      ...{ InvoiceNumber: 'W-77', ChargeableTo: 'Owner', EntryNotes: 'Dog', VendorNotes: 'Ring', LineItems },
      EntryContactIds: [at.tenant, at.manager],
    };
    const { Id } = await account.write('POST', '/v1/workorders', order);
    const { vendor: vendors = [] } = await account.state();
    const other = vendors.find((one) => one.is_active && one.id !== String(at.vendor));
    const visit = { start: '2026-11-25T15:00:00.000Z' };
    const command = commandOf('assign_work_order', {
      ...about,
      vendor_id: other?.id,
      visit,
      instructions: 'Call first',
    });
    await carryOut({ connector }, command, '');
    const after = await account.get<{ EntryContacts: { Id: number }[] }>(`/v1/workorders/${Id}`);
    expect(after).toMatchObject({
      ...{ VendorId: Number(other?.id), VendorNotes: 'Call first', EntryAllowed: 'Yes', Title: 'Sink' },
      ...{ WorkDetails: 'Replace the seal', InvoiceNumber: 'W-77', ChargeableTo: 'Owner', EntryNotes: 'Dog' },
      LineItems: [{ GlAccountId: at.expense, Quantity: 2, UnitPrice: 40.25, Memo: 'Seal' }],
    });
    expect(after.EntryContacts.map((one) => one.Id)).toEqual([at.tenant, at.manager]);
  });

  it('costs at most six requests with the look before it and the read-back', async () => {
    const { account, connector, at, id, about } = await begin();
    const visit = { start: '2026-11-25T15:00:00.000Z' };
    const command = commandOf('assign_work_order', { ...about, vendor_id: String(at.vendor), visit });
    const start = (await account.requests()).total;
    await carryOut({ connector }, command, '');
    await connector.get('work_order', '', id);
    expect((await account.requests()).total - start).toBeLessThanOrEqual(6);
  });
});

describe('the numbers of a resident', () => {
  it('have their own places first, and none is lost by a change of something else', async () => {
    const { account, connector, at } = await openAccount();
    const about = { resident_id: String(at.tenant), property_id: String(at.property) };
    const numbers = async () =>
      (await account.get<{ PhoneNumbers: object[] }>(`/v1/leases/tenants/${at.tenant}`)).PhoneNumbers;
    const phones = [
      { number: '+15125550101', type: 'other' },
      { number: '+15125550102', type: 'mobile' },
    ];
    await carryOut({ connector }, commandOf('update_resident', { ...about, phones }), '');
    expect(await numbers()).toEqual([
      { Number: '+15125550101', Type: 'Home' },
      { Number: '+15125550102', Type: 'Cell' },
    ]);
    const PhoneNumbers = [{ Number: '(512) 555-0103', Type: 'Other' }];
    await account.staff({ change: { table: 'tenants', id: at.tenant, set: { PhoneNumbers } } });
    await carryOut({ connector }, commandOf('update_resident', { ...about, emails: ['a@example.com'] }), '');
    expect(await numbers()).toEqual([{ Number: '(512) 555-0103', Type: 'Cell' }]);
  });
});

describe('the tax number of a resident', () => {
  const phones = [{ number: '+15125550101', type: 'mobile' }];

  it.each(['12-3456789', '900-12-3456', '900123456', null])(
    'stays, and is in no request that is kept: %s',
    async (TaxId) => {
      const { account, connector, at } = await openAccount();
      await account.staff({ change: { table: 'tenants', id: at.tenant, set: { TaxId } } });
      const command = commandOf('update_resident', {
        ...{ resident_id: String(at.tenant), property_id: String(at.property), phones },
      });
      const request = await connector.prepare(command, 0, contextFor(''));
      expect(JSON.stringify(request)).not.toContain(TaxId ?? 'TaxId');
      await connector.send(request, signal);
      expect(await account.get(`/v1/leases/tenants/${at.tenant}`)).toMatchObject({
        ...{ TaxId, PhoneNumbers: [{ Number: '+15125550101', Type: 'Cell' }] },
      });
    },
  );

  it.each(['***-**-3456', '3456', 'XXXXX3456'])('that is not shown in full is not written over: %s', async (TaxId) => {
    const { account, connector, at } = await openAccount();
    await account.staff({ change: { table: 'tenants', id: at.tenant, set: { TaxId } } });
    const about = { resident_id: String(at.tenant), property_id: String(at.property) };
    await expect(carryOut({ connector }, commandOf('update_resident', { ...about, phones }), '')).rejects.toSatisfy(
      (error: VendorError) => error.code === 'unsupported' && !error.message.includes(TaxId),
    );
    expect(await account.effects()).toEqual([]);
  });
});

describe('a task that somebody has entered in a hurry', () => {
  it('without description and category is a work order all the same', async () => {
    const { account, connector, ok, drift } = await openAccount();
    const order = await account.write<{ Task: { Id: number } }>('POST', '/v1/workorders', ok.workOrder);
    const { Id } = await account.write('POST', '/v1/tasks/residentrequests', { ...ok.resident, Description: null });
    for (const id of [String(order.Task.Id), String(Id)]) {
      const known = { id, description: '', trade: 'general' };
      expect(await connector.get('work_order', '', id)).toMatchObject(known);
      const listed: unknown[] = [];
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await connector.list('work_order', cursor === undefined ? {} : { cursor });
        listed.push(...page.records);
        cursor = page.next_cursor;
      }
      expect(listed).toContainEqual(expect.objectContaining(known));
    }
    expect(drift).toEqual([]);
  });
});

describe('work that no resident has asked for', () => {
  const asked = (at: { property: number }) =>
    commandOf('create_work_order', {
      ...{ property_id: String(at.property), title: 'Lamp in the hall', description: 'Out since Monday' },
      ...{ trade: 'electrical', severity: 'routine', entry: 'unknown' },
    });

  it('is assigned to the user of the settings', async () => {
    const { account, connector, at } = await openAccount({ defaults: { assigned_to: '801' } });
    const { id } = await carryOut({ connector }, asked(at), '');
    expect(await account.get(`/v1/tasks/todorequests/${id}`)).toMatchObject({
      ...{ AssignedToUserId: 801, Title: 'Lamp in the hall', Property: { Id: at.property } },
    });
  });

  it.each([{}, { assigned_to: 'Anna' }, { assigned_to: '0' }, { assigned_to: '801/1' }])(
    'is refused before anything is sent where nobody is named there: %j',
    async (defaults) => {
      const { account, connector, at } = await openAccount({ defaults });
      const before = (await account.requests()).total;
      expect(() => connector.compile(asked(at))).toThrow(
        expect.objectContaining({ code: 'unsupported', field: 'defaults.assigned_to' }) as Error,
      );
      expect((await account.requests()).total).toBe(before);
    },
  );
});

describe('the marker of a posting', () => {
  it.each([0, 10, 47, 48, 49, 64, 65, 66, 500])(
    'stands whole at the end of a memo of %i characters',
    async (length) => {
      const { account, connector, at } = await openAccount();
      const memo = 'Lost key '.repeat(60).slice(0, length);
      const command = commandOf('post_charge', {
        ...{ property_id: String(at.property), lease_id: String(at.lease), household_id: String(at.lease), memo },
        ...{ charge_code_id: String(at.income), gl_account_id: String(at.income), amount: 4_550, date: '2026-11-24' },
      });
      const context: StepContext = contextFor('');
      const request = await connector.prepare(command, 0, context);
      await connector.send(request, signal);
      const rows = await account.get<{ Memo: string }[]>(
        `/v1/leases/${at.lease}/charges?transactiondatefrom=2026-11-24&transactiondateto=2026-11-24`,
      );
      const written = rows.at(-1)?.Memo ?? '';
      expect(written.length).toBeLessThanOrEqual(65);
      expect(written.endsWith(context.marker)).toBe(true);
      expect(memo.startsWith(written.slice(0, -context.marker.length).trimEnd())).toBe(true);
      expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'found' });
    },
  );

  it('is not found where only a part of it stands', async () => {
    const { account, connector, at, ok } = await openAccount();
    const command = commandOf('post_charge', {
      ...{ property_id: String(at.property), lease_id: String(at.lease), household_id: String(at.lease), memo: 'Key' },
      ...{ charge_code_id: String(at.income), gl_account_id: String(at.income), amount: 4_550, date: '2026-11-20' },
    });
    const context = contextFor('');
    const request = await connector.prepare(command, 0, context);
    for (const Memo of [context.marker.slice(0, -1), `${context.marker}0`, `${context.marker} and more`])
      await account.write('POST', `/v1/leases/${at.lease}/charges`, { ...ok.charge, Memo });
    expect(await connector.locate(command, 0, request, context)).toEqual({ outcome: 'absent', covers_all: true });
  });
});
