import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exampleReports } from '../src/main/depth.ts';
import { assumptionsPage } from './assumptions_page.ts';
import { depthPage } from './depth_page.ts';
import { configurationExample, roleTable, toolTable } from './readme_tables.ts';
import { scopeTable, sealedTable } from './security_tables.ts';
import { stateDiagram, statePage } from './state_pages.ts';
import { toolReference } from './tool_reference.ts';

/*
 * Writes the parts of the documentation that follow from code: `npm run docs`. With `--check` nothing is written, and
 * the exit code is 1 where a file is not what the code says. Neither network nor store is touched.
 */

const ROOT = resolve(import.meta.dirname, '..');

/** What each PMS can do, made once for the two pages about it. */
const depth = await exampleReports();

/** Whole files. */
const FILES: Readonly<Record<string, () => string>> = {
  'docs/tools.md': toolReference,
  'docs/write-states.md': statePage,
  'docs/depth.md': () => depthPage(depth),
  'docs/vendor-assumptions.md': () => assumptionsPage(depth),
};

/** Parts of files, between `<!-- name:begin -->` and `<!-- name:end -->`. */
const PARTS: readonly { file: string; name: string; text: () => string }[] = [
  { file: 'README.md', name: 'tools', text: toolTable },
  { file: 'README.md', name: 'roles', text: roleTable },
  { file: 'README.md', name: 'configuration', text: configurationExample },
  { file: 'SECURITY.md', name: 'scopes', text: scopeTable },
  { file: 'SECURITY.md', name: 'encrypted', text: sealedTable },
  { file: 'docs/guarantees.md', name: 'states', text: stateDiagram },
];

/** The text with one marked part replaced. Throws where the markers are not there exactly once. */
function withPart(text: string, file: string, name: string, part: string): string {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...evenMore] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || evenMore.length > 0)
    throw new Error(`${file} has to contain "${begin}" and "${end}" once each, in this order`);
  return `${before}${begin}\n\n${part.trim()}\n\n${end}${after}`;
}

function generated(): Map<string, string> {
  const files = new Map(Object.entries(FILES).map(([file, text]) => [file, text()]));
  for (const { file, name, text } of PARTS) {
    const current = files.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    files.set(file, withPart(current, file, name, text()));
  }
  return files;
}

const check = process.argv.includes('--check');
const stale = [...generated()].filter(([file, text]) => {
  const path = join(ROOT, file);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
for (const [file, text] of stale) {
  if (check) process.stderr.write(`${file} is not what the code says; run "npm run docs"\n`);
  else {
    writeFileSync(join(ROOT, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
}
if (check && stale.length > 0) process.exitCode = 1;
