import { sql, type Kysely } from 'kysely';
import { expect, it } from 'vitest';
import type { LedgerTables, MirrorTables } from '../../src/store/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { describeOnEveryEngine } from './engines.ts';

// Typed so that a table without a line here does not compile.
const ROWS_IN_AN_EMPTY_LEDGER: Record<keyof LedgerTables, number> = {
  meta: 0,
  api_keys: 0,
  writes: 0,
  write_steps: 0,
  claims: 0,
  pace: 0,
  write_tests: 0,
  drift: 0,
  approvals: 0,
  audit_head: 1,
  audit_entries: 0,
  audit_payloads: 0,
  sidecar: 0,
  escalations: 0,
  notifications: 0,
  reservations: 0,
  changes: 0,
  refusals: 0,
  kv: 0,
};
const ROWS_IN_AN_EMPTY_MIRROR: Record<keyof MirrorTables, number> = {
  mirror_records: 0,
  mirror_versions: 0,
  mirror_keys: 0,
  mirror_state: 0,
};

async function countRows<Tables>(db: Kysely<Tables>, tables: object): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of Object.keys(tables)) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]?.count ?? NaN;
  }
  return counts;
}

async function versions(store: Store): Promise<Record<string, number>> {
  const select = sql<{ part: string; version: number }>`select part, version from schema_versions`;
  const rows = [...(await select.execute(store.ledger)).rows, ...(await select.execute(store.mirror)).rows];
  return Object.fromEntries(rows.map(({ part, version }) => [part, version]));
}

const WRITE = {
  organisation: 'o',
  principal: 'p',
  principal_kind: 'agent' as const,
  owner: 'x',
  tool: 't',
  request_id: 'r',
  input_digest: 'd',
  connection: 'main',
  scope: '',
  property_id: null,
  command_kind: 'k',
  command_sealed: 's',
  command_digest: 'd',
  effect_digest: null,
  not_duplicate_of: null,
  record_kind: 'work_order',
  record_id: null,
  order_key: 'ok',
  depends_on: null,
  risk: 'write' as const,
  amount: 1e13,
  priority: 2,
  state: 'recorded',
  step_index: 0,
  posting: null,
  proof: null,
  proof_json: null,
  before_sealed: null,
  answer_sealed: null,
  error_code: null,
  error_message: null,
  grant_json: '{}',
  not_after: 1_790_000_000_000,
  created_at: 1_790_000_000_000,
  updated_at: 1_790_000_000_000,
  done_at: null,
  lease_owner: null,
  lease_until: null,
  attempts: 0,
  next_attempt_at: 0,
};

describeOnEveryEngine('migrations', (open) => {
  it('make every table of an empty database', async () => {
    const store = await open();
    expect(await countRows(store.ledger, ROWS_IN_AN_EMPTY_LEDGER)).toEqual(ROWS_IN_AN_EMPTY_LEDGER);
    expect(await countRows(store.mirror, ROWS_IN_AN_EMPTY_MIRROR)).toEqual(ROWS_IN_AN_EMPTY_MIRROR);
    expect(await versions(store)).toEqual({ ledger: 4, mirror: 1 });
  });

  it('leave a database that is up to date as it is', async () => {
    const store = await open();
    await store.transaction((trx) => trx.insertInto('meta').values({ key: 'a', value: 'kept' }).execute());
    await store.close();
    const again = await open({ beside: store });
    expect(await again.ledger.selectFrom('meta').selectAll().execute()).toMatchObject([{ key: 'a', value: 'kept' }]);
    expect(await versions(again)).toEqual({ ledger: 4, mirror: 1 });
  });

  it.each(['ledger', 'mirror'] as const)('refuse a %s that a later version wrote, and leave it alone', async (part) => {
    const store = await open();
    const later = sql`update schema_versions set version = 99 where part = ${part}`;
    if (part === 'ledger') await store.transaction((trx) => later.execute(trx));
    else await store.mirrorTransaction((trx) => later.execute(trx));
    const older = await open({ beside: store });
    const refused = { name: 'StoreTooNew', message: expect.stringMatching(new RegExp(`${part}.*version 99.*newer`)) };
    await expect(older.ready()).rejects.toMatchObject(refused);
    await expect(older.transaction(async () => 'never')).rejects.toMatchObject(refused);
    expect(await versions(store)).toMatchObject({ [part]: 99 });
  });

  it('hold a request id to one write per organisation, principal and tool', async () => {
    const store = await open();
    const insert = (write: Partial<typeof WRITE> & { write_id: string }) =>
      store.transaction((trx) =>
        trx
          .insertInto('writes')
          .values({ ...WRITE, ...write })
          .execute(),
      );
    await insert({ write_id: 'w1' });
    await expect(insert({ write_id: 'w2' })).rejects.toThrow(/unique/i);
    await insert({ write_id: 'w2', tool: 'other' });
    await insert({ write_id: 'w3', principal: 'other' });
    await insert({ write_id: 'w4', organisation: 'other' });
    const written = await store.ledger.selectFrom('writes').selectAll().where('write_id', '=', 'w1').executeTakeFirst();
    expect({ ...written }).toEqual({ ...WRITE, write_id: 'w1', failures: 0, shadow_reason: null });
  });

  it('claim what was created before there were claims, so that no later write takes it for its own', async () => {
    const store = await open();
    const rows = [
      { write_id: 'w1', request_id: '1', command_kind: 'create_work_order', state: 'done', record_id: '901' },
      { write_id: 'w2', request_id: '2', command_kind: 'update_work_order', state: 'done', record_id: '902' },
      { write_id: 'w3', request_id: '3', command_kind: 'post_charge', state: 'failed', record_id: '903' },
    ].map((row) => ({ ...WRITE, ...row, record_kind: 'work_order' }));
    await store.transaction(async (trx) => {
      await trx.insertInto('writes').values(rows).execute();
      const backToVersion1 = [
        ...['drop index writes_leases', 'drop table claims', 'drop table pace'],
        ...['drop table write_tests', 'drop table drift', 'alter table writes drop column shadow_reason'],
        ...['drop index sidecar_property', 'alter table sidecar drop column property_id'],
        'alter table writes drop column failures',
        "update schema_versions set version = 1 where part = 'ledger'",
      ];
      for (const statement of backToVersion1) await sql.raw(statement).execute(trx);
    });
    const later = await open({ beside: store });
    expect(await later.ledger.selectFrom('claims').selectAll().execute()).toMatchObject([
      { record_id: '901', write_id: 'w1' },
    ]);
    expect(await versions(later)).toEqual({ ledger: 4, mirror: 1 });
  });

  it('make double booking impossible', async () => {
    const store = await open();
    const book = (write_id: string) =>
      store.transaction((trx) =>
        trx
          .insertInto('reservations')
          .values({ connection: 'main', resource: 'unit:1', cell: 900_000, write_id })
          .execute(),
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => book(`w${at}`)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await store.ledger.selectFrom('reservations').selectAll().execute()).toHaveLength(1);
  });
});
