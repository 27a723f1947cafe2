import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, errorOf, requestId, type Write } from './agent.ts';
import { type Key, Stage } from './stage.ts';

const report = (place: string, description = `A door squeaks, ${place}`) => ({
  request_id: requestId('store'),
  property_id: '12',
  location: place,
  description,
  entry: 'yes',
});

/** The work orders with this location in the PMS. */
const inPms = async (stage: Stage, location: string) =>
  (await stage.pms.state()).work_order.filter((one) => one.location === location);

describe('a file that another process holds longer than anyone waits', () => {
  let stage: Stage;
  let agent: Agent;

  beforeAll(async () => {
    stage = await Stage.open({ units: 24, properties: 2, config: { policy: { write_wait_seconds: 1 } } });
    agent = await stage.agent('property_manager', 'desk');
    await agent.ok('search_portfolio', { query: 'Juniper' });
  });
  afterAll(() => stage.close());

  it('the store: a write is refused with when to come again, reads go on, and then it is done once', async () => {
    const args = report('held store');
    const before = await stage.taken();
    const other = new DatabaseSync(join(stage.place.folder, 'caretaker.db'));
    other.exec('begin immediate');
    let answered = false;
    const writing = agent.call('create_work_order', args).finally(() => (answered = true));
    await agent.ok('search_portfolio', { query: 'Juniper' });
    await agent.ok('get_unit', { unit_id: '301' });
    expect(answered).toBe(false);
    expect(errorOf(await writing)).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/busy.*Nothing was changed/),
      retry_after_seconds: expect.any(Number),
    });
    expect(await stage.taken()).toBe(before);
    other.exec('rollback');
    other.close();
    expect((await agent.done('create_work_order', args)).write).not.toHaveProperty('replayed');
    expect(await inPms(stage, 'held store')).toHaveLength(1);
  });

  it("the PMS's: a write is kept, nobody else waits for it, and then it is done once", async () => {
    const args = report('held PMS');
    const before = await stage.taken();
    const ledger = new DatabaseSync(join(stage.place.folder, 'caretaker.db'), { readOnly: true });
    const state = () => ledger.prepare('select state from writes where request_id = ?').get(args.request_id)?.['state'];
    const other = new DatabaseSync(join(stage.place.folder, 'pms.db'));
    other.exec('begin immediate');
    const writing = agent.ok<{ write: Write }>('create_work_order', args);
    await expect.poll(state, { interval: 5, timeout: 20_000 }).toBe('sending');
    // The server as a whole does not stand still with it.
    await agent.ok('search_portfolio', { query: 'Juniper' });
    await agent.ok('get_unit', { unit_id: '301' });
    expect(state()).toBe('sending');
    expect((await writing).write).toMatchObject({ state: 'sending', next: expect.any(String) });
    await expect.poll(state, { interval: 20, timeout: 20_000 }).toBe('ready');
    expect(await stage.taken()).toBe(before);
    const waiting = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: args.request_id });
    expect(waiting.writes).toMatchObject([{ state: 'ready', error: { code: 'pms_unavailable' } }]);
    other.exec('rollback');
    other.close();
    await expect.poll(state, { interval: 20, timeout: 30_000 }).toBe('done');
    ledger.close();
    expect((await agent.done('create_work_order', args)).write.replayed).toBe(true);
    expect(await inPms(stage, 'held PMS')).toHaveLength(1);
  });
});

/** Whether this process may mount a file system, as it may in most containers and on test machines. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(mayMount())('a full disk', () => {
  const PAGE = 4_096;
  let stage: Stage;
  let key: Key;
  let agent: Agent;
  let disk: string;

  beforeAll(async () => {
    stage = await Stage.open({
      units: 24,
      properties: 2,
      config: { store: 'sqlite:./disk/caretaker.db' },
      prepare(folder) {
        disk = join(folder, 'disk');
        mkdirSync(disk);
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
      },
    });
    key = await stage.agentKey('property_manager', 'desk');
    agent = await stage.connect(key.key);
    await agent.ok('search_portfolio', { query: 'Juniper' });
  });
  afterAll(async () => {
    await stage.end();
    execFileSync('umount', [disk]);
    await stage.close();
  });

  /** Leaves only so many pages free. */
  function fill(free: number): void {
    const ballast = join(disk, 'ballast');
    const file = openSync(ballast, 'w');
    let written = 0;
    try {
      for (;;) written += writeSync(file, Buffer.alloc(PAGE));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(file);
    }
    truncateSync(ballast, Math.max(0, written - free * PAGE));
  }
  const makeRoom = () => rmSync(join(disk, 'ballast'));

  // Full before the write is recorded, and at each later step up to where it fits.
  const frees = [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 72, 84, 96];

  it('is told, and is never said to have changed nothing where something was changed', async () => {
    const outcomes = new Set<string>();
    for (const free of frees) {
      const args = report(`disk ${free}`, `The roof leaks. ${'x'.repeat(20_000)}`);
      const before = await stage.taken();
      fill(free);
      const result = await agent.call('create_work_order', args);
      const error = errorOf(result);
      await agent.ok('search_portfolio', { query: 'Juniper' });
      const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: args.request_id });
      makeRoom();
      const taken = (await stage.taken()) - before;
      if (error === undefined) {
        const { state } = (result.structuredContent as { write: Write }).write;
        expect(taken).toBe(1);
        outcomes.add(state);
      } else {
        expect(error).toMatchObject({ code: 'internal', message: expect.stringMatching(/full.*Nothing was changed/) });
        expect([taken, writes]).toEqual([0, []]);
        outcomes.add('refused');
      }
    }
    // The sizes are chosen so that both are met: no room for the intent, and room for all of it.
    expect([...outcomes]).toEqual(expect.arrayContaining(['refused', 'done']));
  });

  it('has left nothing undone or done twice, once there is room', async () => {
    await agent.done('create_work_order', report('room again'));
    await agent.close();
    // What could not be entered in the ledger in the end is looked up by whoever starts next.
    await stage.end();
    await stage.start();
    agent = await stage.connect(key.key);
    const open = async () =>
      (await agent.ok<{ writes: Write[] }>('list_writes', { states: ['under_way', 'needs_attention'] })).writes;
    await expect.poll(open, { timeout: 45_000 }).toEqual([]);
    const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { states: ['done'] });
    const made = (await stage.pms.state()).work_order.filter(({ location = '' }) => /^disk |^room /.test(location));
    expect(writes.map(({ record_id }) => record_id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    expect(new Set(made.map(({ location }) => location)).size).toBe(made.length);
    expect(await stage.place.json(['audit', 'verify'])).toMatchObject({ ok: true });
  });
});
