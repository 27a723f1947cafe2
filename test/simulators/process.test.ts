import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { validCommands } from '../connectors/sandbox/cast.ts';
import { Faults, WRITE_FAULT_NAMES } from './faulty/faults.ts';
import { Settings } from './faulty/options.ts';
import { startFaulty } from './faulty/start.ts';
import { errorOf, NOW, openFaulty } from './rig.ts';

const MAIN = resolve(import.meta.dirname, 'faulty/main.ts');
const CARETAKER = resolve(import.meta.dirname, 'caretaker.ts');

describe('limits', () => {
  it('hold in a sliding window, and what is over them is counted', async () => {
    const rig = await openFaulty({ limits: { windows: [{ requests: 3, per_ms: 10_000 }] } });
    onTestFinished(() => rig.close());
    const get = () => errorOf(rig.connector.get('property', '', '11'));
    await get();
    await rig.pass(4_000);
    await get();
    expect((await get()).code).toBe('none');
    expect(await get()).toEqual({ code: 'rate_limited', retry_after_ms: 6_000 });
    await rig.pass(5_999);
    expect((await get()).code).toBe('rate_limited');
    await rig.pass(1);
    expect((await get()).code).toBe('none');
    expect((await get()).code).toBe('rate_limited');
    const counts = await rig.simulator.requests();
    expect(counts).toMatchObject({ total: 7, reads: 4, throttled: 3, violations: 3, most_per_window: [4] });
  });

  it('hold for what is under way at once', async () => {
    const rig = await openFaulty({ limits: { concurrent: 1 } });
    onTestFinished(() => rig.close());
    const given = new AbortController();
    const write = await rig.write(validCommands(rig.cast).create_work_order, 'w1');
    await rig.simulator.fault({ how: 'slow', ms: 600_000 });
    const sent = errorOf(write.send(given.signal));
    await rig.until(async () => (await rig.accepted('w1')) === 1);
    const get = () => rig.connector.get('property', '', '11');
    expect((await errorOf(get())).code).toBe('rate_limited');
    given.abort();
    await sent;
    await rig.until(async () => (await errorOf(get())).code === 'none');
    expect((await rig.simulator.requests()).most_under_way).toBe(2);
  });
});

describe('faults by chance', () => {
  const times = { late_commit_ms: 30_000, read_lag_ms: 10_000, deadline_ms: 5_000 };
  const occasion = { on: 'write', label: 'w/submit', about: 'post_bill' } as const;
  const drawn = (rate: number, seed: number) => {
    const faults = new Faults({ rate, seed }, times);
    return Array.from({ length: 2_000 }, () => faults.take(occasion));
  };

  it('are the same for the same seed, in the share that was asked for', () => {
    expect(drawn(0.3, 1)).toEqual(drawn(0.3, 1));
    expect(drawn(0.3, 1)).not.toEqual(drawn(0.3, 2));
    expect(drawn(0, 1).every((fault) => fault === undefined)).toBe(true);
    const met = drawn(0.3, 1).filter((fault) => fault !== undefined);
    expect(Math.abs(met.length - 600)).toBeLessThan(80);
    expect([...new Set(met.map(({ how }) => how))].sort()).toEqual([...WRITE_FAULT_NAMES].sort());
  });

  it('are late after the deadline and within the time that is said', () => {
    const late = drawn(1, 7).flatMap((fault) => (fault?.how === 'late_commit' ? [fault.ms ?? 0] : []));
    expect(late.length).toBeGreaterThan(100);
    expect(late.every((ms) => ms >= 5_000 && ms <= 30_000)).toBe(true);
  });

  it('meet writes alone', async () => {
    const rig = await openFaulty({ fault_rate: 1, fault_names: ['drop_before_commit'] });
    onTestFinished(() => rig.close());
    const write = await rig.write(validCommands(rig.cast).create_work_order, 'w1');
    expect((await errorOf(write.send())).code).toBe('outcome_unknown');
    expect((await errorOf(rig.connector.get('property', '', '11'))).code).toBe('none');
    await rig.simulator.order({ fault_rate: 0 });
    expect((await errorOf(write.send())).code).toBe('none');
  });
});

describe('the process', () => {
  it('says how to connect to it, in the form of a configuration', async () => {
    const simulator = await startFaulty({
      personality: 'marker',
      units: 2,
      properties: 1,
      marker_length: 40,
      now: NOW,
    });
    expect(simulator.connection).toMatchObject({ id: 'faulty', pms: 'faulty', base_url: simulator.url });
    expect(Settings.parse(simulator.connection)).toMatchObject({ personality: 'marker', marker_length: 40 });
    await simulator.stop();
    await expect(fetch(simulator.url)).rejects.toThrow();
  });

  it('ends when its input ends, with requests under way', async () => {
    const child = spawn(process.execPath, [MAIN, '{"units":2,"properties":1}'], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    const order = { faults: [{ how: 'slow', on: 'read', ms: 600_000 }] };
    await fetch(`${url}/__simulator/faults`, { method: 'POST', body: JSON.stringify(order) });
    const pending = fetch(`${url}/records/unit`).catch(() => 'dropped');
    const ended = once(child, 'exit');
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
    expect(await pending).toBe('dropped');
  });

  it('refuses options that it does not know', async () => {
    await expect(startFaulty({ personality: 'kind' as never })).rejects.toThrow(/ended before it was ready/);
  });
});

it('is one of the PMSs that Caretaker’s command line connects to', async () => {
  const simulator = await startFaulty({ units: 2, properties: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-faulty-'));
  onTestFinished(async () => {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(
    join(folder, 'caretaker.config.json'),
    JSON.stringify({ organisation: 'Test Management', connections: [simulator.connection] }),
  );
  const { PATH = '' } = process.env;
  const keyring = { PATH, CARETAKER_KEYRING: `test:${randomBytes(32).toString('base64')}` };
  const start = (args: string[], key?: string) =>
    spawn(process.execPath, [CARETAKER, ...args, '--json'], {
      cwd: folder,
      env: { ...keyring, ...(key !== undefined && { CARETAKER_API_KEY: key }) },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  const server = start(['serve', '--http', '--port', '0']);
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const { agent_key } = JSON.parse(line.toString()) as { agent_key: string };
  const synced = JSON.parse(await text(start(['sync', '--kind', 'unit'], agent_key).stdout)) as unknown;
  expect(synced).toEqual([{ connection: 'faulty', records: 2 }]);
  expect((await simulator.requests()).by_kind['records/unit']).toBeGreaterThan(0);
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
