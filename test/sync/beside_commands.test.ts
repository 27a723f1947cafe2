import { afterEach, beforeEach, expect, it } from 'vitest';
import { fieldsWith } from '../../src/writeback/proof.ts';
import type { Command, CommandOf } from '../../src/model/commands.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { START } from '../writeback/ledger_rig.ts';
import { type Beside, openBeside } from './beside_rig.ts';

const VISIT = { start: '2026-11-25T15:00:00.000Z', end: '2026-11-25T17:00:00.000Z' };

describeOnEveryEngine('what a PMS has no place for', (open) => {
  let rig: Beside;
  beforeEach(async () => {
    rig = await openBeside(await open());
  });
  afterEach(async () => {
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  /** Carries a command out to its end, on the record as it reads now. */
  async function done(command: Command, kind: 'work_order' | 'resident' | 'tour' | 'guest_card' | 'none', id = '') {
    const before = kind === 'none' ? undefined : await rig.read(kind, id);
    const { write_id } = await rig.submit(command, before === undefined ? {} : { before: { ...before } });
    // What the PMS does not show yet is waited for as long as it may lag.
    await rig.recover(0);
    await rig.recover(15_000);
    const row = await rig.row(write_id);
    const fields = JSON.parse(row.proof_json ?? '{}') as Parameters<typeof fieldsWith>[1];
    return { ...row, outcomes: fields, id: row.record_id as string };
  }

  const emergency = (): CommandOf<'create_work_order'> => ({
    ...(rig.createWorkOrder('Burst pipe') as CommandOf<'create_work_order'>),
    severity: 'emergency',
    entry: 'call_first',
    callback_phone: '+15125550143',
    location: 'Kitchen',
  });

  const update = (id: string, fields: Partial<CommandOf<'update_work_order'>>): Command => ({
    kind: 'update_work_order',
    work_order_id: id,
    property_id: rig.unit.property_id,
    ...fields,
  });

  it('is kept beside the record that the PMS has made, and is part of it from then on', async () => {
    const row = await done(emergency(), 'none');
    expect(row).toMatchObject({ state: 'done', proof: 'partial', posting: 'posted' });
    expect(fieldsWith('not_readable', row.outcomes).sort()).toEqual(['callback_phone', 'location']);
    expect(fieldsWith('not_stored', row.outcomes)).toEqual([]);
    expect(row.outcomes).toMatchObject({ severity: 'verified', entry: 'verified', title: 'verified' });
    expect(await rig.stepsOf(row.write_id)).toEqual([
      ['submit', 'proved'],
      ['keep_beside', 'proved'],
    ]);
    const whole = { severity: 'emergency', entry: 'call_first', callback_phone: '+15125550143', location: 'Kitchen' };
    expect(await rig.read('work_order', row.id)).toMatchObject({ ...whole, title: 'Burst pipe' });
    expect((await rig.listed('work_order')).find(({ id }) => id === row.id)).toMatchObject(whole);
    const copy = await rig.runtime.mirror.get('main', 'work_order', '', row.id, { withSealed: true });
    expect(copy?.record).toMatchObject(whole);
    // The PMS by itself has the nearest that it has a word for, and the rest not at all.
    const own = await rig.pms.get('work_order', '', row.id);
    expect(own).toMatchObject({ severity: 'urgent', entry: 'no' });
    expect(own).not.toHaveProperty('location');
    expect(await rig.effects()).toBe(1);
  });

  it('costs no step where nothing of it is asked for', async () => {
    const row = await done(rig.createWorkOrder(), 'none');
    expect(await rig.stepsOf(row.write_id)).toEqual([['submit', 'proved']]);
    const note = { text: 'On the way', is_public: false };
    const changed = await done(update(row.id, { status: 'in_progress', note }), 'work_order', row.id);
    expect(changed).toMatchObject({ state: 'done', proof: 'full' });
    expect(await rig.stepsOf(changed.write_id)).toEqual([['submit', 'proved']]);
    expect(await rig.store.ledger.selectFrom('sidecar').selectAll().execute()).toEqual([]);
  });

  it('is not told to the PMS where a change is about nothing else', async () => {
    const { id } = await done(emergency(), 'none');
    rig.faults.push({ on: 'send', how: 'refuse' });
    const change = { vendor_reply: 'accepted', estimate: { amount: 35_000, status: 'pending' } } as const;
    const row = await done(update(id, change), 'work_order', id);
    expect(row).toMatchObject({ state: 'done', proof: 'partial' });
    expect(await rig.stepsOf(row.write_id)).toEqual([['keep_beside', 'proved']]);
    expect(await rig.read('work_order', id)).toMatchObject(change);
    expect(rig.faults.splice(0)).toHaveLength(1);
    expect(await rig.effects()).toBe(1);
  });

  it("gives way to what a person writes in the PMS, and never to the PMS's nearest word for it", async () => {
    const { id } = await done(emergency(), 'none');
    const severity = async () => (await rig.read('work_order', id)).severity;
    await rig.staff.change('work_order', id, { title: 'Burst pipe, water off' });
    expect(await severity()).toBe('emergency');
    await rig.staff.change('work_order', id, { severity: 'routine' });
    expect(await severity()).toBe('routine');
    expect((await rig.read('work_order', id)).location).toBe('Kitchen');
  });

  it('is forgotten when the PMS is told something that it has a word for', async () => {
    const { id } = await done(emergency(), 'none');
    const row = await done(update(id, { severity: 'urgent' }), 'work_order', id);
    expect(row).toMatchObject({ state: 'done', proof: 'full' });
    expect((await rig.read('work_order', id)).severity).toBe('urgent');
    await done(update(id, { severity: 'life_safety' }), 'work_order', id);
    expect((await rig.read('work_order', id)).severity).toBe('life_safety');
  });

  it('goes with an assignment, and with whoever declines it', async () => {
    const { id } = await done(emergency(), 'none');
    const { vendor } = await rig.sandbox.state();
    const able = vendor.find((one) => one.is_active && !one.do_not_use)!;
    const assigned = await done(
      {
        ...{ kind: 'assign_work_order', work_order_id: id, property_id: rig.unit.property_id },
        ...{ vendor_id: able.id, visit: VISIT, not_to_exceed: 50_000, reply_due_at: VISIT.start },
        instructions: 'Ring first',
      },
      'work_order',
      id,
    );
    expect(assigned.state).toBe('done');
    const kept = { visit: VISIT, not_to_exceed: 50_000, reply_due_at: VISIT.start, instructions: 'Ring first' };
    expect(await rig.read('work_order', id)).toMatchObject({ ...kept, vendor_id: able.id, vendor_reply: 'pending' });
    await done(update(id, { vendor_reply: 'declined' }), 'work_order', id);
    expect((await rig.read('work_order', id)).vendor_reply).toBe('declined');
    const freed = await done(update(id, { vendor_id: null }), 'work_order', id);
    expect(await rig.stepsOf(freed.write_id)).toHaveLength(2);
    const after = await rig.read('work_order', id);
    for (const gone of ['vendor_id', 'vendor_reply', 'visit', 'reply_due_at']) expect(after).not.toHaveProperty(gone);
    expect(after).toMatchObject({ severity: 'emergency', instructions: 'Ring first' });
  });

  it('keeps what others add to it, one at a time', async () => {
    const { id } = await done(emergency(), 'none');
    const files = ['photo-1', 'photo-2', 'photo-3', 'photo-4'];
    const before = { ...(await rig.read('work_order', id)) };
    const rows = await Promise.all(files.map((file) => rig.submit(update(id, { file_ids: [file] }), { before })));
    await rig.recover(0);
    for (const { write_id } of rows) expect(await rig.state(write_id)).toBe('done');
    expect((await rig.read('work_order', id)).file_ids).toEqual(files);
  });

  it('is kept of people: how they want to be reached, where they went, what they agreed to', async () => {
    const { resident } = await rig.sandbox.state();
    const { id, property_id, phones } = resident.find(({ status }) => status === 'current')!;
    const at = new Date(START).toISOString();
    const consents = [{ channel: 'sms', state: 'granted', at, source: 'call' }] as const;
    const given = { preferred_channel: 'sms', forwarding_address: '1 New St, Austin' } as const;
    const change = { kind: 'update_resident', resident_id: id, property_id } as const;
    const row = await done({ ...change, ...given, consents: [...consents] }, 'resident', id);
    expect(row.outcomes).toEqual({
      ...{ preferred_channel: 'not_readable', forwarding_address: 'not_readable', consents: 'not_readable' },
    });
    expect(await rig.read('resident', id)).toMatchObject({ ...given, consents, phones });
    const revoked = { channel: 'sms', state: 'revoked', at, source: 'text message' } as const;
    const said = await done(
      {
        ...{ kind: 'record_communication', channel: 'sms', direction: 'inbound', summary: 'STOP', at },
        ...{ property_id, resident_id: id, consent: revoked },
      },
      'none',
    );
    expect(said).toMatchObject({ state: 'done', proof: 'full', id: expect.stringMatching(/^ct_/) });
    expect((await rig.read('resident', id)).consents).toEqual([revoked]);
    expect(await rig.listed('communication', { property_id })).toMatchObject([{ id: said.id, summary: 'STOP' }]);
    expect(await rig.effects()).toBe(0);
  });

  it('is kept of money: what it is for, and what was taken back of it', async () => {
    const { lease, charge_code } = await rig.sandbox.state();
    const { id: lease_id, property_id, household_id } = lease.find(({ status }) => status === 'current')!;
    const code = charge_code.find(({ is_active, is_deposit }) => is_active && !is_deposit)!;
    const date = '2026-11-24';
    const charge = await done(
      {
        ...{ kind: 'post_charge', property_id, lease_id, household_id, charge_code_id: code.id },
        ...{ gl_account_id: code.gl_account_id, amount: 10_000, date, memo: 'Lost key', work_order_id: '901' },
      },
      'none',
    );
    expect(await rig.read('work_order', '901')).toBeDefined();
    const entry = () => rig.connector.get('ledger_entry', '', charge.id);
    expect(await entry()).toMatchObject({ work_order_id: '901', reversed_amount: 0 });
    const back = { kind: 'reverse_charge', property_id, charge_id: charge.id, date, reason: 'Found' } as const;
    const credit = await done({ ...back, amount: 4_000 }, 'none');
    expect(await rig.connector.get('ledger_entry', '', credit.id)).toMatchObject({ reverses_id: charge.id });
    expect(await entry()).toMatchObject({ reversed_amount: 4_000, work_order_id: '901' });
    await done({ ...back, amount: 6_000 }, 'none');
    expect(await entry()).toMatchObject({ reversed_amount: 10_000 });
  });

  it('waits for the record that it belongs to, where the PMS does not say which it has made', async () => {
    const { send } = rig.pms;
    rig.pms.send = async (request, signal) => {
      const { record: _unsaid, ...rest } = await send(request, signal);
      return { ...rest, posting: 'pending_in_pms' };
    };
    const row = await done(emergency(), 'none');
    expect(row).toMatchObject({ state: 'done', posting: 'pending_in_pms' });
    expect(await rig.read('work_order', row.id)).toMatchObject({ title: 'Burst pipe', location: 'Kitchen' });
    expect(await rig.effects()).toBe(1);
  });

  it('refuses a consent that the PMS keeps itself', async () => {
    const { resident } = await rig.sandbox.state();
    const { id, property_id } = resident[0]!;
    const fields = rig.pms.capabilities.records.resident?.fields as Record<string, { support: string }>;
    fields['consents'] = { ...fields['consents'], support: 'native' };
    const at = new Date(START).toISOString();
    const said: Command = {
      ...{ kind: 'record_communication', channel: 'sms', direction: 'inbound', summary: 'STOP', at },
      ...{ property_id, resident_id: id, consent: { channel: 'sms', state: 'revoked', at, source: 'text' } },
    };
    await expect(rig.submit(said)).rejects.toMatchObject({ code: 'unsupported_by_pms' });
    expect(await rig.listed('communication')).toEqual([]);
    expect(await done({ ...said, consent: undefined }, 'none')).toMatchObject({ state: 'done' });
  });

  it('is entered in the audit log without a value, in the name of whoever asked', async () => {
    const row = await done(emergency(), 'none');
    const entries = await rig.store.ledger
      .selectFrom('audit_entries')
      .innerJoin('audit_payloads', 'audit_payloads.seq', 'audit_entries.seq')
      .select(['audit_entries.seq', 'actor', 'subject', 'outcome', 'payload_sealed'])
      .where('action', '=', 'sidecar.kept')
      .execute();
    expect(entries).toMatchObject([{ actor: rig.grant().principal, subject: row.write_id, outcome: 'kept' }]);
    const [entry] = entries;
    const payload = rig.keyring.open(String(entry?.payload_sealed), `audit_payloads:${entry?.seq}`);
    expect(JSON.parse(payload)).toEqual({
      ...{ connection: 'main', kind: 'work_order', scope: '', record_id: row.id },
      fields: expect.arrayContaining(['severity', 'entry', 'callback_phone', 'location']),
    });
    expect(payload).not.toMatch(/Kitchen|5125550143/);
    const rows = await rig.store.ledger.selectFrom('sidecar').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/Kitchen|5125550143/);
  });
});
