import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SUITE = resolve(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** Nothing is expected to fail; an entry here would be reported by the suite as soon as it passes. */
const EXPECTED_FAILURES = 'server: []\nclient: []\n';

/**
 * Runs the official suite against `url` with the given choice of scenarios. Resolves with what it printed and whether
 * every scenario that counts has passed.
 */
export async function runSuite(url: string, choice: readonly string[]): Promise<{ passed: boolean; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'caretaker-suite-'));
  const expected = join(folder, 'expected.yml');
  await writeFile(expected, EXPECTED_FAILURES);
  const args = [SUITE, 'server', '--url', url, '-o', join(folder, 'results'), '--expected-failures', expected];
  const child = spawn(process.execPath, [...args, ...choice], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  await rm(folder, { recursive: true, force: true });
  return { passed: code === 0, output };
}
