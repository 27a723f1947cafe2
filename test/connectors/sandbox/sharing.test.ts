import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VendorError } from '../../../src/connectors/connector.ts';
import { castOf, validCommands } from './cast.ts';
import { NOW, openSandbox, refusalOf, submit, submitted, temporaryFile } from './sandbox.ts';

const CONNECTOR = new URL('../../../src/connectors/sandbox/connector.ts', import.meta.url).href;

/** Opens the file in a process of its own, makes one work order there, and says which. */
async function otherProcess(file: string, command: object): Promise<{ units: number; id: string }> {
  const script = `
    import { createSandbox } from ${JSON.stringify(CONNECTOR)};
    const sandbox = createSandbox({ file: process.argv[1], clock: () => ${NOW}, units: 150 });
    const context = { write_id: 'w-' + process.pid, marker: 'ct-0000000000000', scope: '', results: [] };
    const request = await sandbox.prepare(JSON.parse(process.argv[2]), 0, context);
    const { record } = await sandbox.send(request, new AbortController().signal);
    const { total } = await sandbox.list('unit', { limit: 1 });
    console.log(JSON.stringify({ units: total, id: record.id }));
    await sandbox.close();`;
  const args = ['--input-type=module-typescript', '--eval', script, file, JSON.stringify(command)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  return JSON.parse(output) as { units: number; id: string };
}

describe('one file', () => {
  it('shows two handles the same portfolio and each other’s changes', async () => {
    const file = temporaryFile();
    const [one, two] = [openSandbox({ file }), openSandbox({ file })];
    const [cast, state] = await Promise.all([castOf(one), two.state()]);
    expect(state).toEqual(cast.state);
    const id = await submitted(one, validCommands(cast).create_work_order);
    expect(await two.get('work_order', '', id)).toEqual(await one.get('work_order', '', id));
    expect(Number(await submitted(two, validCommands(cast).create_work_order))).toBe(Number(id) + 1);
  });

  it('is filled once by three processes that start together', async () => {
    const file = temporaryFile();
    const command = validCommands(await castOf(openSandbox())).create_work_order;
    const seen = await Promise.all([1, 2, 3].map(() => otherProcess(file, command)));
    expect(seen.map((s) => s.units)).toEqual([150, 150, 150]);
    expect(new Set(seen.map((s) => s.id)).size).toBe(3);
    expect(await openSandbox({ file }).effects()).toHaveLength(3);
  });

  it('is filled anew after a crash in the middle', async () => {
    const file = temporaryFile();
    const crashing = openSandbox({
      file,
      onProgress: () => {
        throw new Error('power cut');
      },
    });
    await expect(crashing.state()).rejects.toThrow('power cut');
    expect((await openSandbox({ file }).state()).unit).toHaveLength(150);
  });
});

describe('fifty tours that race', () => {
  it('for one unit from two handles: one is booked', async () => {
    const file = temporaryFile();
    const handles = [openSandbox({ file }), openSandbox({ file })];
    const tour = validCommands(await castOf(openSandbox({ file }))).schedule_tour;
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => refusalOf(submit(handles[i % 2] ?? openSandbox(), tour))),
    );
    expect(outcomes.filter((o) => o.code === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((o) => o.code === 'slot_taken')).toHaveLength(49);
  });

  it('overlap by unit or by agent in any way are refused, and those that only touch are not', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const tour = validCommands(cast).schedule_tour;
    await submitted(sandbox, tour);
    const elsewhere =
      cast.state.unit.find((u) => u.property_id === cast.property.id && u.id !== tour.unit_id)?.id ?? '';
    const at = (start: string, end: string) => ({
      start: `2027-01-05T${start}:00.000Z`,
      end: `2027-01-05T${end}:00.000Z`,
    });
    const byAgent = { ...tour, unit_id: elsewhere };
    const byUnit = { ...tour, type: 'self_guided' as const, agent_id: undefined };
    for (const times of [
      at('17:00', '17:30'),
      at('16:45', '17:01'),
      at('17:29', '18:00'),
      at('16:00', '19:00'),
      at('17:10', '17:20'),
    ]) {
      expect(await refusalOf(submit(sandbox, { ...byAgent, ...times }))).toEqual({
        code: 'slot_taken',
        field: 'agent_id',
      });
      expect(await refusalOf(submit(sandbox, { ...byUnit, ...times }))).toEqual({
        code: 'slot_taken',
        field: 'unit_id',
      });
    }
    await submitted(sandbox, { ...tour, ...at('16:30', '17:00') });
    await submitted(sandbox, { ...byUnit, ...at('17:30', '18:00') });
  });
});

describe('what goes wrong below', () => {
  it('a full disk is said without internals, and nothing is changed', async () => {
    const file = temporaryFile();
    const sandbox = openSandbox({ file, open_database: (path) => new DatabaseSync(path) });
    const cast = await castOf(sandbox);
    await sandbox.close();
    const full = openSandbox({
      file,
      open_database: (path) => {
        const handle = new DatabaseSync(path);
        // No page may be added to the file: what SQLite then reports is what it reports on a full disk.
        handle.exec('PRAGMA max_page_count = 1');
        return handle;
      },
    });
    const big = { ...validCommands(cast).create_work_order, description: 'x'.repeat(65_000) };
    const error: unknown = await submit(full, big).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/^The PMS has no room left/) });
    expect(await full.effects()).toEqual([]);
    expect(await full.get('unit', '', cast.unit.id)).toEqual(cast.unit);
  });

  it('a locked file is said to be busy, reads go on, and the next try succeeds', async () => {
    const file = temporaryFile();
    const sandbox = openSandbox({ file, busy_timeout_ms: 1 });
    const cast = await castOf(sandbox);
    const other = new DatabaseSync(file);
    onTestFinished(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    const command = validCommands(cast).create_work_order;
    expect(await refusalOf(submit(sandbox, command, 'w1'))).toEqual({ code: 'unavailable', field: undefined });
    expect(await sandbox.get('unit', '', cast.unit.id)).toEqual(cast.unit);
    other.exec('ROLLBACK');
    expect((await refusalOf(submit(sandbox, command, 'w1'))).code).toBe('accepted');
  });

  it('a file that is none of ours is refused, and stays as it is', async () => {
    const file = temporaryFile();
    writeFileSync(file, 'not a database, and long enough to be taken for one'.repeat(40));
    copyFileSync(file, `${file}.before`);
    expect((await refusalOf(openSandbox({ file }).state())).code).toBe('misconfigured');
    const foreign = temporaryFile();
    const db = new DatabaseSync(foreign);
    db.exec('PRAGMA user_version = 77');
    db.close();
    expect((await refusalOf(openSandbox({ file: foreign }).state())).code).toBe('misconfigured');
    expect((await refusalOf(openSandbox({ file: `${foreign}/below/it.db` }).state())).code).toBe('misconfigured');
  });

  it('a closed connection answers nothing more', async () => {
    const sandbox = openSandbox({ units: 10 });
    await sandbox.state();
    await sandbox.close();
    expect((await refusalOf(sandbox.state())).code).toBe('unavailable');
  });
});
