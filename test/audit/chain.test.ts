import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { appendAudit, type AuditEvent } from '../../src/audit/audit.ts';
import { exportAudit } from '../../src/audit/export.ts';
import { erasePayloads } from '../../src/audit/retention.ts';
import { verifyAudit, type AuditFault } from '../../src/audit/verify.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import { describeOnEveryEngine, type Open } from '../store/engines.ts';

const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
const NOW = 1_790_000_000_000;

const event = (at: number, payload: unknown = { note: `details ${at}` }): AuditEvent => ({
  at: NOW - 1000 + at,
  actor: 'agent-1',
  action: 'call',
  subject: `w_${at}`,
  outcome: 'done',
  payload,
});

const append = (store: Store, events: AuditEvent[]) => store.transaction((trx) => appendAudit(trx, keyring, events));

async function chainOf(open: Open, length: number): Promise<Store> {
  const store = await open({ clock: () => NOW });
  await append(
    store,
    Array.from({ length }, (_, at) => event(at + 1)),
  );
  return store;
}

async function lines(store: Store, since: number, until: number): Promise<Record<string, unknown>[]> {
  const exported: Record<string, unknown>[] = [];
  for await (const line of exportAudit(store, keyring, { since, until })) {
    expect(line).not.toContain('\n');
    exported.push(JSON.parse(line));
  }
  return exported;
}

describeOnEveryEngine('the audit chain', (open) => {
  it('is whole when empty', async () => {
    const verdict = await verifyAudit(await open(), keyring);
    expect(verdict).toEqual({ ok: true, entries: 0, head: { seq: 0, hash: '' } });
  });

  it('stays whole when fifty append at once, and some of them are undone', async () => {
    const store = await open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, at) =>
        store.transaction(async (trx) => {
          const head = await appendAudit(trx, keyring, at % 3 === 0 ? [event(at), event(at)] : [event(at)]);
          if (at % 6 === 5) throw new Error('undone');
          return head.seq;
        }),
      ),
    );
    const seqs = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(seqs).toHaveLength(50);
    expect(new Set(seqs).size).toBe(50);
    const verdict = await verifyAudit(store, keyring);
    expect(verdict).toMatchObject({ ok: true, entries: 70, head: { seq: 70 } });
  });

  it('appends nothing for no events', async () => {
    const store = await chainOf(open, 2);
    const before = (await verifyAudit(store, keyring)).head;
    expect({ ...(await append(store, [])) }).toEqual({ ...before });
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 2 });
  });

  it('is checked page by page, from any place, with progress, and can be called off', async () => {
    const store = await chainOf(open, 2100);
    const seen: number[] = [];
    const verdict = await verifyAudit(store, keyring, { onProgress: (seq) => seen.push(seq) });
    expect(verdict).toMatchObject({ ok: true, entries: 2100 });
    expect(seen).toEqual([1000, 2000, 2100]);
    expect(await verifyAudit(store, keyring, { from: 2001 })).toMatchObject({ ok: true, entries: 100 });
    const stopped = verifyAudit(store, keyring, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });

  const tampering: [what: string, sqls: string[], seq: number, why: AuditFault][] = [
    ['a changed outcome', [`update audit_entries set outcome = 'refused' where seq = 5`], 5, 'entry_changed'],
    ['a changed time', [`update audit_entries set at = at + 1 where seq = 1`], 1, 'entry_changed'],
    ['a changed digest', [`update audit_entries set payload_digest = 'x' where seq = 9`], 9, 'entry_changed'],
    ['a changed hash', [`update audit_entries set hash = 'x' where seq = 5`], 5, 'entry_changed'],
    ['a chain joined anew', [`update audit_entries set previous_hash = 'x' where seq = 5`], 5, 'entry_changed'],
    [
      'an entry removed from the middle',
      ['delete from audit_payloads where seq = 5', 'delete from audit_entries where seq = 5'],
      5,
      'entries_missing',
    ],
    [
      'the first entry removed',
      ['delete from audit_payloads where seq = 1', 'delete from audit_entries where seq = 1'],
      1,
      'entries_missing',
    ],
    [
      'the last entries removed',
      ['delete from audit_payloads where seq > 8', 'delete from audit_entries where seq > 8'],
      9,
      'entries_missing',
    ],
    ['everything removed', ['delete from audit_payloads', 'delete from audit_entries'], 1, 'entries_missing'],
    [
      'the last entries removed and the head set back to a wrong hash',
      [
        'delete from audit_payloads where seq > 8',
        'delete from audit_entries where seq > 8',
        'update audit_head set seq = 8',
      ],
      8,
      'head_changed',
    ],
    [
      'a head set back to an earlier entry',
      ['update audit_head set seq = 8, hash = (select hash from audit_entries where seq = 8)'],
      8,
      'head_changed',
    ],
    ['no head', ['delete from audit_head'], 0, 'head_changed'],
    [
      'two entries that changed places',
      [
        `create table swapped as select * from audit_entries where seq in (5, 6)`,
        ...[
          [5, 6],
          [6, 5],
        ].map(
          ([to, from]) =>
            `update audit_entries set (at, actor, subject, payload_digest, previous_hash, hash) =
              (select at, actor, subject, payload_digest, previous_hash, hash from swapped where seq = ${from})
              where seq = ${to}`,
        ),
        'drop table swapped',
      ],
      5,
      'entry_changed',
    ],
    [
      'another payload in its place',
      [
        'update audit_payloads set payload_sealed = (select payload_sealed from audit_payloads where seq = 6) where seq = 5',
      ],
      5,
      'payload_changed',
    ],
    ['a changed salt', [`update audit_payloads set salt = 'x' where seq = 5`], 5, 'payload_changed'],
    [
      'a payload that is no sealed text',
      [`update audit_payloads set payload_sealed = 'v1.development.x' where seq = 5`],
      5,
      'payload_changed',
    ],
    [
      'a payload of a key that is gone',
      [`update audit_payloads set payload_sealed = 'v1.old.x' where seq = 5`],
      5,
      'payload_unreadable',
    ],
    ['a removed payload', ['delete from audit_payloads where seq = 5'], 5, 'payload_missing'],
    [
      'an emptied payload',
      [`update audit_payloads set payload_sealed = null, erased_at = 1 where seq = 5`],
      5,
      'payload_erased',
    ],
  ];

  it.each(tampering)('shows %s', async (_what, statements, seq, why) => {
    const store = await chainOf(open, 10);
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 10 });
    await store.transaction(async (trx) => {
      for (const statement of statements) await sql.raw(statement).execute(trx);
    });
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: false, first_bad: { seq, why } });
  });

  it('shows an entry whose hash was made to fit by the one after it', async () => {
    const store = await chainOf(open, 10);
    const entry = await store.ledger
      .selectFrom('audit_entries')
      .selectAll()
      .where('seq', '=', 5)
      .executeTakeFirstOrThrow();
    const { previous_hash, seq, at, actor, action, subject, payload_digest } = entry;
    const fields = [previous_hash, seq, at, actor, action, subject, 'refused', payload_digest];
    await store.transaction((trx) =>
      trx
        .updateTable('audit_entries')
        .set({ outcome: 'refused', hash: hash('sha256', JSON.stringify(fields)) })
        .where('seq', '=', 5)
        .execute(),
    );
    const verdict = await verifyAudit(store, keyring);
    expect(verdict).toMatchObject({ ok: false, entries: 5, first_bad: { seq: 6, why: 'not_chained' } });
  });

  it('keeps payloads out of sight, salted, and each in its own row', async () => {
    const store = await open();
    await append(store, [event(1, { phone: '+15125550143' }), event(1, { phone: '+15125550143' })]);
    const stored = JSON.stringify([
      await store.ledger.selectFrom('audit_entries').selectAll().execute(),
      await store.ledger.selectFrom('audit_payloads').selectAll().execute(),
    ]);
    expect(stored).not.toContain('5550143');
    const digests = await store.ledger.selectFrom('audit_entries').select('payload_digest').distinct().execute();
    expect(digests).toHaveLength(2);
  });

  it('outlives the erasure of old payloads, which is itself an entry', async () => {
    const store = await chainOf(open, 1200);
    const before = NOW - 1000 + 601;
    expect(await erasePayloads(store, keyring, { before, actor: 'maria' })).toBe(600);
    expect(await erasePayloads(store, keyring, { before, actor: 'maria' })).toBe(0);
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 1201 });
    const exported = await lines(store, 0, NOW + 1000);
    expect(exported).toHaveLength(1201);
    expect(exported[599]).toMatchObject({ seq: 600, payload_state: 'erased', erased_at: NOW });
    expect(exported[600]).toMatchObject({ seq: 601, payload_state: 'present', payload: { note: 'details 601' } });
    expect(exported[1200]).toMatchObject({ actor: 'maria', action: 'audit.erase_payloads' });
    await store.transaction((trx) =>
      trx.updateTable('audit_payloads').set({ payload_sealed: null, erased_at: NOW }).where('seq', '=', 601).execute(),
    );
    expect(await verifyAudit(store, keyring)).toMatchObject({ first_bad: { seq: 601, why: 'payload_erased' } });
  });

  it('refuses to erase what is yet to come', async () => {
    const store = await chainOf(open, 1);
    await expect(erasePayloads(store, keyring, { before: NOW + 1, actor: 'maria' })).rejects.toThrow(RangeError);
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 1 });
  });

  it('is exported for a period with all that its hashes were made of', async () => {
    const store = await chainOf(open, 5);
    const exported = await lines(store, NOW - 1000 + 2, NOW - 1000 + 4);
    expect(exported.map((line) => line['seq'])).toEqual([2, 3]);
    for (const line of exported) {
      const { previous_hash, seq, at, actor, action, subject, outcome, payload_digest, salt, payload } = line;
      const fields = [previous_hash, seq, at, actor, action, subject, outcome, payload_digest];
      expect(hash('sha256', JSON.stringify(fields))).toBe(line['hash']);
      expect(hash('sha256', `${String(salt)}\n${JSON.stringify(payload)}`)).toBe(payload_digest);
    }
    expect(await lines(store, NOW + 1, NOW + 2)).toEqual([]);
  });
});
