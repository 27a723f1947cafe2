import { afterEach, expect, it, vi } from 'vitest';
import { payloadContext } from '../../src/audit/audit.ts';
import { ReadAudit } from '../../src/audit/read-audit.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore, type Store } from '../../src/store/store.ts';

const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
const read = (subject: string) => ({ at: 1, actor: 'agent-1', action: 'call', subject, outcome: 'ok', payload: {} });

const stores: Store[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const store of stores.splice(0)) await store.close();
});

function setUp() {
  const store = openStore({ url: 'sqlite::memory:', clock: Date.now });
  stores.push(store);
  const lost: { count: number; reason: unknown }[] = [];
  const audit = new ReadAudit(store, keyring, (count, reason) => lost.push({ count, reason }));
  /** What was read, call by call, from the opened payloads. */
  const subjects = async () => {
    const rows = await store.ledger.selectFrom('audit_payloads').selectAll().orderBy('seq').execute();
    return rows.flatMap(({ seq, payload_sealed }) => {
      const calls = JSON.parse(keyring.open(payload_sealed ?? '', payloadContext(seq))) as { subject: string }[];
      return calls.map(({ subject }) => subject);
    });
  };
  return { store, audit, lost, subjects };
}

it('enters what waits when it is flushed, in order, and opens nothing before there is something', async () => {
  const { store, audit, lost, subjects } = setUp();
  const opened = vi.spyOn(store, 'transaction');
  await audit.flush();
  expect(opened).not.toHaveBeenCalled();
  const names = Array.from({ length: 600 }, (_, at) => `r${at}`);
  for (const name of names) audit.record(read(name));
  await audit.flush();
  expect(await subjects()).toEqual(names);
  expect(opened).toHaveBeenCalledTimes(3);
  expect(lost).toEqual([]);
  expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 3 });
});

it('enters what is recorded while a batch is being written', async () => {
  const { audit, subjects } = setUp();
  audit.record(read('a'));
  const flushed = audit.flush();
  audit.record(read('b'));
  await flushed;
  await audit.flush();
  expect(await subjects()).toEqual(['a', 'b']);
});

it('enters a batch by itself after a tenth of a second, or at once when it is long', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { store, audit, subjects } = setUp();
  const entered = vi.spyOn(store, 'transaction');
  audit.record(read('a'));
  vi.advanceTimersByTime(99);
  expect(entered).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(entered).toHaveBeenCalledTimes(1);
  await audit.flush();
  for (let at = 0; at < 256; at++) audit.record(read('b'));
  expect(entered).toHaveBeenCalledTimes(2);
  await audit.flush();
  expect(await subjects()).toHaveLength(257);
});

it('reports a batch that could not be entered, and goes on with the next', async () => {
  const { store, audit, lost, subjects } = setUp();
  const reason = new Error('no');
  vi.spyOn(store, 'transaction').mockRejectedValueOnce(reason);
  for (const name of ['a', 'b']) audit.record(read(name));
  await audit.flush();
  audit.record(read('c'));
  await audit.flush();
  expect(lost).toEqual([{ count: 2, reason }]);
  expect(await subjects()).toEqual(['c']);
});

it('holds a bounded number while the store is slow, and reports the rest', async () => {
  const { store, audit, lost, subjects } = setUp();
  const { promise: free, resolve: release } = Promise.withResolvers<void>();
  const transaction = store.transaction;
  vi.spyOn(store, 'transaction').mockImplementation(async (work) => {
    await free;
    return transaction(work);
  });
  for (let at = 0; at < 256 + 4096 + 3; at++) audit.record(read(`r${at}`));
  release();
  await audit.flush();
  expect(lost.map(({ count }) => count)).toEqual([3]);
  expect(await subjects()).toHaveLength(256 + 4096);
});

it('keeps whoever reads faster than the store waiting, and loses nothing', async () => {
  const { audit, lost, subjects } = setUp();
  let waited = 0;
  for (let at = 0; at < 10_000; at++) {
    const turn = audit.record(read(`r${at}`));
    if (turn === undefined) continue;
    waited += 1;
    await turn;
  }
  await audit.flush();
  expect(waited).toBeGreaterThan(0);
  expect(lost).toEqual([]);
  expect(await subjects()).toHaveLength(10_000);
});

it('makes one entry for each who read, that says how often which tool was called', async () => {
  const { store, audit, subjects } = setUp();
  for (const [actor, subject] of [
    ['a', 'get_unit'],
    ['b', 'list_leases'],
    ['a', 'get_unit'],
    ['a', 'find_vendors'],
  ] as const)
    audit.record({ ...read(subject), actor, at: 5 });
  await audit.flush();
  const entries = await store.ledger
    .selectFrom('audit_entries')
    .select(['actor', 'action', 'subject', 'at'])
    .orderBy('seq')
    .execute();
  expect(entries).toEqual([
    { actor: 'a', action: 'reads', subject: 'get_unit 2, find_vendors 1', at: 5 },
    { actor: 'b', action: 'reads', subject: 'list_leases 1', at: 5 },
  ]);
  expect(await subjects()).toEqual(['get_unit', 'get_unit', 'find_vendors', 'list_leases']);
});
