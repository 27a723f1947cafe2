import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../src/main/demo/answer.ts';
import { Expectations } from '../../src/main/demo/expectations.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LONGEST_MS = 300_000;

interface Summary {
  ok: boolean;
  expectations: number;
  failures: string[];
}

async function demo(pms: string): Promise<{ code: number; summary: Summary | undefined; stderr: string }> {
  const args = ['--import', './src/guard.mjs', 'src/main.ts', 'demo', '--pms', pms, '--json'];
  const run = promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: LONGEST_MS });
  const { stdout, stderr, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { code, stderr, summary: stdout === '' ? undefined : (JSON.parse(stdout) as Summary) };
}

describe('the demonstration against a vendor', () => {
  it.each(['buildium', 'appfolio', 'rentmanager'])(
    'plays with the simulator of %s, by what its connection says',
    async (pms) => {
      const { code, summary } = await demo(pms);
      expect(summary?.failures).toEqual([]);
      expect(summary?.expectations).toBeGreaterThan(25);
      expect(code).toBe(0);
    },
    LONGEST_MS,
  );

  it('says that there is no simulator of a PMS that it does not know', async () => {
    const { code, summary, stderr } = await demo('ledgerworks');
    expect([code, summary]).toEqual([1, undefined]);
    expect(stderr).toContain('ledgerworks');
  });

  it('fails where one expectation does not hold', () => {
    const expectations = new Expectations();
    expectations.equal('state', new Answer({ structuredContent: { write: { state: 'done' } } }).state, 'done');
    expectations.equal('state', 'ready', 'done');
    expect(expectations.ok).toBe(false);
  });
});
