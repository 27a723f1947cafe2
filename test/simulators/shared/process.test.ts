import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSimulator } from './start.ts';

const MAIN = resolve(import.meta.dirname, '../simulate.ts');

describe('a simulator in a process of its own', () => {
  it('says where it is and how to connect, serves, and ends when it is told to', async () => {
    const sim = await startSimulator('buildium', { units: 20, seed: 7 });
    try {
      expect(sim).toMatchObject({ pms: 'buildium', connection: { pms: 'buildium', base_url: sim.url } });
      expect((await sim.state()).unit).toHaveLength(20);
      expect((await fetch(`${sim.url}/v1/rentals`)).status).toBe(401);
    } finally {
      await sim.close();
    }
    await expect(fetch(`${sim.url}/v1/rentals`)).rejects.toThrow();
  });

  it.each([
    [['nopms'], 'there is no simulator of "nopms"'],
    [['buildium', '--units', 'many'], 'units'],
    [['buildium', '--colour', 'red'], '--colour'],
    [[], 'usage'],
  ])('does not start with %j', (args, says) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
  });
});
