import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DepthReport } from '../../src/depth/report.ts';
import { knownPms } from '../../src/main/connections.ts';
import { newPlace, type Place } from './command_line.ts';

describe('caretaker depth', () => {
  let place: Place;
  beforeAll(() => {
    place = newPlace();
  });
  afterAll(() => place.remove());

  const reports = async (...args: string[]) => (await place.json<{ pms: DepthReport[] }>(['depth', ...args])).pms;

  it('reports every PMS that can be connected, without an account or a store', async () => {
    const all = await reports();
    expect(all.map(({ pms }) => pms)).toEqual(knownPms());
    for (const { records, commands, to_confirm } of all) {
      expect(records).toHaveLength(17);
      expect(commands).toHaveLength(19);
      for (const { support, reason, steps } of commands) {
        if (support === 'unsupported') expect(reason?.length).toBeGreaterThan(10);
        if (support === 'native' || support === 'mapped') expect(steps.length).toBeGreaterThan(0);
      }
      for (const { about, assumed, confirm } of to_confirm)
        for (const text of [about, assumed, confirm]) expect(text.trim()).not.toBe('');
    }
  });

  it('reports one PMS, or a connection of the configuration', async () => {
    expect((await reports('--pms', 'sandbox')).map(({ pms }) => pms)).toEqual(['sandbox']);
    expect(await reports('--connection', 'sandbox')).toEqual(await reports('--pms', 'sandbox'));
  });

  it('tells people the same in tables', async () => {
    const { code, out } = await place.run(['depth', '--pms', 'sandbox']);
    expect(code).toBe(0);
    expect(out).toContain('sandbox: reads 17 of 17 kinds of records, writes back 19 of 19 commands.');
    expect(out).toMatch(/post charge +yes +submit \(idempotency key\) +reverse charge/);
    expect(out).toMatch(/work_order\.title +read and write +create_work_order +seen +at most 127 characters/);
  });

  it('knows no PMS and no connection that is not there', async () => {
    expect((await place.run(['depth', '--pms', 'none'])).errors).toContain('There is no PMS "none"');
    expect((await place.run(['depth', '--connection', 'none'])).errors).toContain('no connection "none"');
  });
});
