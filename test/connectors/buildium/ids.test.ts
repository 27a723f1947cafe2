import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/connectors/connector.ts';
import type { CommandKind } from '../../../src/model/commands.ts';
import { RECORD_KINDS } from '../../../src/model/records.ts';
import { contextFor } from '../rig.ts';
import { openAccount } from './account.ts';
import { commandOf } from './guest_cards.ts';

const HOSTILE = [
  ...[
    '1/2',
    '../1',
    '..',
    '.',
    '1/../../2',
    '%2e%2e%2f1',
    '1%2F2',
    '1?x=1',
    '1#2',
    '1&entityid=2',
    ' 1',
    '1 ',
    '1.2.3',
  ],
  ...['-1', '0', '01', '1e3', '0x10', '１', '99999999999', '1;2', '"1"', '1\n2', '1\u0000', '//evil.example', '@evil'],
  ...['__proto__', 'constructor', '', '\u202e1', 'http://evil.example/1'],
];

/** What an address of Buildium is made of: words, and ids. */
const ADDRESS = /^\/v1(\/([a-z]+|[1-9]\d{0,9}))+$/;

type Account = Awaited<ReturnType<typeof openAccount>>;

/** Addresses and values of the query that are no words, ids or days, of all requests so far. */
async function strange({ account }: Account): Promise<string[]> {
  const { last } = await account.requests();
  return last.flatMap(({ url }) => {
    const { pathname, searchParams } = new URL(url, 'http://account');
    const odd = [...searchParams].filter(([, value]) => !/^([\w: -]+|\d{4}-\d\d-\d\d.*Z)$/.test(value));
    return [...(ADDRESS.test(pathname) ? [] : [url]), ...odd.map(([name, value]) => `${name}=${value}`)];
  });
}

const money = { amount: 4_550, date: '2026-11-24' };
const visit = { start: '2026-11-25T15:00:00.000Z' };
const lines = [
  { gl_account_id: '5001', debit: 100, credit: 0 },
  { gl_account_id: '5002', debit: 0, credit: 100 },
];

/** Commands with one id each that can be none; the others are ids of the account, or look like ones. */
const COMMANDS: readonly (readonly [kind: CommandKind, good: string, make: (id: string) => object])[] = [
  ['create_work_order', '1001', (id) => ({ ...work, property_id: id })],
  ['create_work_order', '20001', (id) => ({ ...work, unit_id: id })],
  ['create_work_order', '400001', (id) => ({ ...work, resident_id: id })],
  ['create_work_order', '200001', (id) => ({ ...work, resident_id: '400001', bill_to_lease_id: id })],
  ['update_work_order', '800001', (id) => ({ work_order_id: id, property_id: '1001', status: 'on_hold' })],
  [
    'add_work_order_note',
    '800001',
    (id) => ({ work_order_id: id, property_id: '1001', note: { text: 'x', is_public: false } }),
  ],
  ['assign_work_order', '800001', (id) => ({ work_order_id: id, property_id: '1001', vendor_id: '3001', visit })],
  ['assign_work_order', '3001', (id) => ({ work_order_id: '800001', property_id: '1001', vendor_id: id, visit })],
  ['assign_work_order', '801', (id) => ({ work_order_id: '800001', property_id: '1001', technician_id: id, visit })],
  ['update_resident', '400001', (id) => ({ resident_id: id, property_id: '1001', emails: ['a@example.com'] })],
  ['update_lease', '200001', (id) => ({ lease_id: id, property_id: '1001', change: notice('400001') })],
  ['update_lease', '400001', (id) => ({ lease_id: '200001', property_id: '1001', change: notice(id) })],
  ['post_charge', '200001', (id) => ({ ...charge, household_id: id })],
  ['post_charge', '5001', (id) => ({ ...charge, gl_account_id: id })],
  ['reverse_charge', '200001.CHARGE', (id) => ({ property_id: '1001', charge_id: id, reason: 'x', ...money })],
  ['reverse_charge', 'CHARGE', (id) => ({ property_id: '1001', charge_id: `200001.${id}`, reason: 'x', ...money })],
  ['create_guest_card', '20001', (id) => ({ ...inquiry, unit_ids: [id] })],
  ['update_guest_card', 'APPLICANT', (id) => ({ guest_card_id: id, property_id: '1001', name: 'Mae Hill' })],
  ['post_bill', '3001', (id) => ({ ...bill, vendor_id: id })],
  ['post_journal_entry', '1001', (id) => ({ property_id: id, date: money.date, memo: 'x', lines })],
  [
    'reverse_journal_entry',
    'JOURNAL',
    (id) => ({ property_id: '1001', journal_entry_id: id, date: money.date, reason: 'x' }),
  ],
];

const work = {
  ...{ property_id: '1001', title: 'Sink', description: 'Leaks', trade: 'plumbing', severity: 'urgent' },
  entry: 'unknown',
};
const charge = {
  ...{ property_id: '1001', lease_id: '200001', household_id: '200001', charge_code_id: '5001' },
  ...{ gl_account_id: '5001', memo: 'Key', ...money },
};
const bill = {
  ...{ property_id: '1001', vendor_id: '3001', invoice_number: 'I-1', invoice_date: '2026-11-20' },
  ...{ due_date: '2026-12-20', total: 100, lines: [{ gl_account_id: '5001', amount: 100, property_id: '1001' }] },
};
const inquiry = {
  ...{ property_id: '1001', source: 'Zillow', name: 'Mae Hill' },
  touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow' },
};
const notice = (resident: string) => ({
  ...{ action: 'give_notice', notice_date: '2026-11-24', move_out_date: '2026-12-31', resident_ids: [resident] },
});

/** Prepares a command as the ledger does, up to the point where it would be sent. */
async function prepared({ connector }: Account, kind: CommandKind, fields: object): Promise<unknown> {
  const command = commandOf(kind, fields);
  return connector.compile(command).length === 0 ? undefined : connector.prepare(command, 0, contextFor(''));
}

describe('what is no id of Buildium', () => {
  it('is no record, and asks for nothing', async () => {
    const rig = await openAccount({ guest_card_as: 'applicant' });
    const before = (await rig.account.requests()).total;
    for (const kind of RECORD_KINDS) {
      if (!['native', 'mapped'].includes(rig.connector.capabilities.records[kind]?.read ?? '')) continue;
      for (const id of HOSTILE) expect(await rig.connector.get(kind, '', id), `${kind} ${id}`).toBeUndefined();
    }
    expect((await rig.account.requests()).total).toBe(before);
  });

  it('is none as a filter either, and finds nothing', async () => {
    const rig = await openAccount({ guest_card_as: 'contact_request' });
    for (const kind of ['unit', 'resident', 'lease', 'work_order', 'guest_card', 'ledger_entry', 'bill'] as const)
      for (const id of HOSTILE.filter((one) => one !== '')) {
        expect((await rig.connector.list(kind, { property_id: id })).records, `${kind} ${id}`).toEqual([]);
        if (kind !== 'bill') expect((await rig.connector.list(kind, { unit_id: id })).records).toEqual([]);
      }
    expect(await strange(rig)).toEqual([]);
  });

  it.each(COMMANDS)('lets no %s be prepared: case %#', async (kind, good, make) => {
    const rig = await openAccount({ guest_card_as: 'applicant' });
    const [posted] = (await rig.account.write('POST', '/v1/leases/200001/charges', rig.ok.charge)) as unknown as [
      { Id: number },
    ];
    const entry = await rig.account.write('POST', '/v1/generalledger/journalentries', rig.ok.journal);
    // What is refused below is refused for its id alone.
    const person = { FirstName: 'Mae', LastName: 'Hill', UnitId: rig.at.unit, SendRentalApplicationEmail: false };
    const applicant = await rig.account.write('POST', '/v1/applicants', person);
    const ids = { CHARGE: posted.Id, JOURNAL: entry.Id, APPLICANT: applicant.Id };
    const known = good.replace(/[A-Z]+/, (name) => String(ids[name as keyof typeof ids]));
    expect(await prepared(rig, kind, make(known))).toHaveProperty('operation');
    const { writes } = await rig.account.requests();
    for (const id of HOSTILE.filter((one) => one !== '')) {
      const refusal = await prepared(rig, kind, make(id)).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal, id).toBeInstanceOf(VendorError);
      expect((refusal as VendorError).message).not.toContain(id.length > 2 ? id : 'nothing');
    }
    expect(await strange(rig)).toEqual([]);
    expect((await rig.account.requests()).writes).toBe(writes);
  });

  it('never leaves its place, whatever it is', async () => {
    const rig = await openAccount({ guest_card_as: 'applicant' });
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webPath(), fc.webUrl());
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('unit', 'work_order', 'ledger_entry', 'guest_card'), async (id, kind) => {
        fc.pre(!/^[1-9]\d*$/.test(id));
        expect(await rig.connector.get(kind as 'unit', '', id)).toBeUndefined();
      }),
    );
    expect(await strange(rig)).toEqual([]);
  });
});
