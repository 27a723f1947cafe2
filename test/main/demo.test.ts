import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answer } from '../../src/main/demo/answer.ts';
import { Expectations } from '../../src/main/demo/expectations.ts';
import { zillowLead } from '../../src/main/demo/zillow_lead.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const SABOTAGED = resolve(import.meta.dirname, 'sabotaged_demo.ts');
const WITHOUT_CLIENT = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== '@modelcontextprotocol/client') return next(specifier, context);
      throw Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  });
`)}`;

/** Where Node keeps compiled code by itself; without it every process would begin from nothing. */
const COMPILED = join(tmpdir(), 'node-compile-cache');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script with its own folder for temporary files; `onLine` is told each line of its output. */
async function play(
  args: readonly string[],
  onLine: (line: string, child: ChildProcessByStdio<null, Readable, Readable>) => void = () => {},
) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: COMPILED, CARETAKER_API_KEY: 'from somewhere else' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    for (const line of text.split('\n')) onLine(line, child);
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, ...said, lines: said.stdout.split('\n') };
}

describe('the demonstration', () => {
  it('plays three days to their end, and leaves nothing behind', async () => {
    const { code, stdout, stderr, lines } = await play([MAIN, 'demo']);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^All \d+ expectations held, in [\d.]+ s\.$/m);
    for (const told of [
      /PMS: create_work_order \d+ -> new, emergency plumbing/,
      /PMS: assign_work_order \d+ -> scheduled, urgent plumbing, vendor 501, .*at most 850\.00/,
      /vendor_blocked \(vendor_id\): .* insurance expired/,
      /PMS: create_guest_card \d+ -> Rachel Lee, Zillow, new/,
      /slot_taken/,
      /PMS: post_bill \d+ -> INV-2041/,
      /PMS: reverse_charge \d+ -> credit -60\.00/,
      /not_permitted: This key does not allow dispatch_vendor/,
      /The audit log is whole/,
    ])
      expect(stdout).toMatch(told);
    expect(lines.length).toBeLessThan(135);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('fails where one expectation does not hold, and says which', async () => {
    const { code, stdout } = await play([SABOTAGED, '--json']);
    expect(code).toBe(1);
    const summary = JSON.parse(stdout) as { ok: boolean; failures: string[]; scenes: { expectations: number }[] };
    expect(summary.ok).toBe(false);
    expect(summary.failures).toEqual([
      'A change that nobody made: changes in the PMS by a refused call (found 0 instead of 1)',
      'A scene that cannot go on: the scene can be played to its end (found the scenery fell over)',
    ]);
    expect(summary.scenes.map(({ expectations }) => expectations)).toEqual([2, 1]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ends its server and takes its data away when it is stopped', async () => {
    const { code, stdout, stderr } = await play([MAIN, 'demo'], (line, child) => {
      if (line.includes('PMS: create_work_order')) child.kill('SIGINT');
    });
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 130, stderr: 'Stopped.' });
    expect(stdout).not.toMatch(/expectations/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops where nobody reads on', async () => {
    const { code, stderr } = await play([MAIN, 'demo'], (line, child) => {
      if (line.includes('PMS: create_work_order')) child.stdout.destroy();
    });
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 130,
      stderr: 'Stopped: nobody reads the output any more.',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what is missing where the client library is not installed', async () => {
    const { code, stderr } = await play(['--import', WITHOUT_CLIENT, MAIN, 'demo']);
    expect(code).toBe(1);
    expect(stderr).toContain('npm install @modelcontextprotocol/client');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('expectations', () => {
  it('are not all right where there are none', () => {
    expect(new Expectations().ok).toBe(false);
  });

  it('keep what did not hold, with what was found', () => {
    const expectations = new Expectations();
    expectations.that('water is wet', true);
    expectations.equal('two and two', 5, 4);
    expectations.that('somebody answers', false);
    expect(expectations.held).toBe(1);
    expect(expectations.ok).toBe(false);
    expect(expectations.failures).toEqual(['two and two (found 5 instead of 4)', 'somebody answers']);
  });
});

describe('an answer', () => {
  it('is read by path, also where it is a refusal', () => {
    const done = new Answer({ structuredContent: { write: { state: 'done' }, candidates: [{ vendor_id: '7' }, 3] } });
    expect([done.state, done.need('candidates.0.vendor_id'), done.at('candidates.9.vendor_id')]).toEqual([
      'done',
      '7',
      undefined,
    ]);
    expect(done.list('candidates')).toEqual([{ vendor_id: '7' }]);
    expect(() => done.need('write.write_id')).toThrow('the answer has no write.write_id');
    const refused = new Answer({ isError: true, _meta: { 'caretaker/error': { error: { code: 'duplicate' } } } });
    expect([refused.isError, refused.code, refused.state]).toEqual([true, 'duplicate', undefined]);
  });
});

describe('the lead', () => {
  it('becomes the arguments of a guest card, nothing lost that they have a place for', () => {
    const { body, listing_id, card } = zillowLead();
    expect(body).toMatch(/^listingId=p01023&name=Rachel%20Lee&/);
    expect(listing_id).toBe('p01023');
    expect(card).toEqual({
      name: 'Rachel Lee',
      email: 'rachel@example.com',
      phone: '555-555-8378',
      message: 'Looking for spacious 3 bedroom apartment or house',
      move_in_date: '2016-09-26',
      bedrooms: 3,
      source: 'Zillow',
      consent: ['email'],
    });
  });
});
