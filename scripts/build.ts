import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/*
 * Emits what is published to dist/: JavaScript by the project's own compiler, and beside it the files that are read
 * while it runs.
 */

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
const ENTRY = 'dist/src/main.js';
const SHEBANG = '#!/usr/bin/env node\n';

/** Read at run time from the same place as in the sources; the compiler does not bring all of them. */
const COPIED = [
  'prompts',
  'src/connectors/sandbox/data',
  'src/guard.mjs',
  'src/main/demo/NOTICE.md',
  'src/main/demo/zillow_rentals_lead.urlencoded',
];

class BuildError extends Error {}

function emit(): void {
  if (!existsSync(COMPILER)) throw new BuildError('the compiler is not installed; run "npm ci" first');
  rmSync(DIST, { recursive: true, force: true });
  const { status, error } = spawnSync(process.execPath, [COMPILER, '-p', join(ROOT, 'tsconfig.build.json')], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) throw new BuildError(`the compiler did not start: ${error.message}`);
  if (status !== 0) throw new BuildError('the sources do not compile; see above');
}

function copy(path: string): void {
  const from = join(ROOT, path);
  if (!existsSync(from)) throw new BuildError(`${path} is missing`);
  const to = join(DIST, path);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** The entry is what `caretaker` runs, so it has to be executable by itself. */
function makeExecutable(): void {
  const entry = join(ROOT, ENTRY);
  if (!existsSync(entry)) throw new BuildError(`${ENTRY} was not emitted`);
  const text = readFileSync(entry, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(entry, `${SHEBANG}${text}`);
  chmodSync(entry, 0o755);
}

try {
  emit();
  for (const path of COPIED) copy(path);
  makeExecutable();
  process.stdout.write(`built ${ENTRY}\n`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`The build failed: ${error.message}.\n`);
  process.exitCode = 1;
}
