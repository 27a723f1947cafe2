import { afterEach, beforeEach, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { CommandKind } from '../../src/model/commands.ts';
import { isWriteTest, keepWriteProof, noteWriteTest, writeProofs } from '../../src/writeback/write_tests.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { CONNECTION, first, type Harness, NOW, openHarness } from './harness.ts';

/* Money and leases on a PMS that nobody has seen take such changes: recorded, and sent once a test has proved them. */

const INFERRED: readonly CommandKind[] = ['create_work_order', 'post_charge', 'update_lease', 'assign_work_order'];
const LIMITS = { post_gl_charge: { call: 1_000, day: 10_000 } };
const who = { role: 'property_manager', limits: LIMITS } as const;

describeOnEveryEngine('a change that nobody has seen the PMS take', (open) => {
  let h: Harness;
  let lease: { id: string; unit_id: string; property_id: string };
  let account_id: string;
  beforeEach(async () => {
    h = await openHarness({ tools: catalogue, store: await open({ clock: () => NOW }), inferred: INFERRED });
    lease = first((await h.sandbox.state()).lease, ({ status }) => status === 'current');
    const { accounts } = await h.ok(who, 'list_gl_accounts', { usage: 'resident_charge', query: 'Damage' });
    account_id = first<any>(accounts).account_id;
  });
  afterEach(async () => {
    expect((await verifyAudit(h.store, h.keyring)).ok).toBe(true);
    await h.close();
  });

  const charge = (request_id: string, amount = '0.01') => ({
    request_id,
    lease_id: lease.id,
    account_id,
    amount,
    charge_date: '2026-11-24',
    memo: 'Connection test',
  });
  const key = (request_id: string, kind: CommandKind = 'post_charge') => ({
    connection: CONNECTION,
    principal: 'property_manager-1',
    request_id,
    kind,
  });

  it('is recorded in shadow where it moves money or a lease, and the answer says why and what to do', async () => {
    const id = h.requestId();
    const answer = await h.call(who, 'post_gl_charge', charge(id));
    expect(answer.structured['write']).toMatchObject({
      state: 'shadowed',
      next: expect.stringMatching(/not sent: it has not been proved .* "caretaker connections check --write-test"/),
    });
    expect(answer.text).toContain('connections check --write-test');
    // A replay says the same, also after what stood in the way is gone.
    const again = await h.ok(who, 'post_gl_charge', charge(id));
    expect(again.write).toMatchObject({ replayed: true, next: expect.stringContaining('not been proved') });

    const { leases } = await h.ok(who, 'list_leases', { lease_id: lease.id });
    const notice = await h.ok(who, 'update_lease', {
      request_id: h.requestId(),
      lease_id: lease.id,
      version: first<any>(leases).version,
      action: 'give_notice',
      notice_date: '2026-11-24',
      move_out_date: '2027-03-31',
    });
    expect(notice.write.state).toBe('shadowed');
    expect(await h.sandbox.effects()).toEqual([]);
  });

  it('is sent where it moves neither', async () => {
    const made = await h.ok(who, 'create_work_order', {
      request_id: h.requestId(),
      property_id: lease.property_id,
      unit_id: lease.unit_id,
      description: 'Toilet leaks',
      entry: 'yes',
    });
    expect(made.write.state).toBe('done');
  });

  it('is sent as a test by whoever announced it, under that request id, and after its proof by everybody', async () => {
    const id = h.requestId();
    await noteWriteTest(h.store, key(id));
    expect(await isWriteTest(h.store.ledger, key(id, 'post_bill'))).toBe(false);
    const stranger = await h.ok({ ...who, principal: 'somebody' }, 'post_gl_charge', charge(id, '0.02'));
    expect(stranger.write.state).toBe('shadowed');
    const test = await h.ok(who, 'post_gl_charge', charge(id));
    expect(test.write).toMatchObject({ state: 'done', proof: 'full' });

    const before = await h.ok(who, 'post_gl_charge', charge(h.requestId(), '1.00'));
    expect(before.write.state).toBe('shadowed');
    const write = await h.writeback.byId(test.write.write_id);
    const shortened = { ...write!.row, proof_json: '{"amount":"verified","memo":"not_stored"}' };
    await expect(keepWriteProof(h, key(id), shortened)).rejects.toThrow('the PMS did not keep memo');
    expect(await writeProofs(h.store.ledger, CONNECTION)).toEqual([]);
    const proof = await keepWriteProof(h, key(id), write!.row);
    expect(proof).toMatchObject({ kind: 'post_charge', by: 'property_manager-1', fields: { amount: 'verified' } });
    expect(await writeProofs(h.store.ledger, CONNECTION)).toEqual([proof]);
    expect(await writeProofs(h.store.ledger, 'another')).toEqual([]);

    const after = await h.ok(who, 'post_gl_charge', charge(h.requestId(), '2.00'));
    expect(after.write.state).toBe('done');
  });

  it('is not proved by a test that was not carried out', async () => {
    const id = h.requestId();
    await noteWriteTest(h.store, key(id));
    const waits = await h.ok('property_manager', 'post_gl_charge', charge(id));
    expect(waits.write.state).toBe('awaiting_approval');
    const write = await h.writeback.byId(waits.write.write_id);
    await expect(keepWriteProof(h, key(id), write!.row)).rejects.toThrow('no proof: the write is awaiting_approval');
    expect(await writeProofs(h.store.ledger, CONNECTION)).toEqual([]);
  });
});
