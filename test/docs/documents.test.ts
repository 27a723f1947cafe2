import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import { loadConfig } from '../../src/config.ts';
import { ERROR_CODES } from '../../src/model/errors.ts';
import { anchorsOf, linksOf, MARKDOWN, prose, ROOT, textOf } from './markdown.ts';

const known = { tools: catalogue.map(({ name }) => name), pms: ['sandbox'] };

describe('generated documentation', () => {
  it('is what the code says', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.ts', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each(known.tools)('has %s in README and reference', (name) => {
    expect(textOf('README.md')).toContain(`[\`${name}\`](docs/tools.md#${name})`);
    expect(textOf('docs/tools.md')).toContain(`\n## ${name}\n`);
  });

  it('explains every error', () => {
    for (const code of ERROR_CODES) expect(textOf('docs/tools.md')).toContain(`| \`${code}\` |`);
  });
});

describe('Markdown', () => {
  it('is found', () => {
    expect(MARKDOWN).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md']));
  });

  it.each(MARKDOWN)('%s links to what exists', (file) => {
    for (const { target, file: linked, anchor } of linksOf(file)) {
      expect(existsSync(join(ROOT, linked)), target).toBe(true);
      if (anchor !== '') expect(anchorsOf(linked), target).toContain(anchor);
    }
  });

  it.each(MARKDOWN)('%s has nothing unfinished', (file) => {
    expect(prose(textOf(file))).not.toMatch(/\b(TODO|FIXME|TBD|XXX|placeholder|coming soon|lorem ipsum)\b/i);
  });
});

describe('README', () => {
  const readme = textOf('README.md');

  it('names npm scripts and files that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name as string);
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('has JSON that is JSON', () => {
    const blocks = [...readme.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json]) => json as string);
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) expect(() => JSON.parse(block) as unknown, block).not.toThrow();
  });

  it('shows a configuration that is accepted', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'caretaker-docs-'));
    try {
      const file = join(ROOT, 'docs/caretaker.config.example.json');
      const environment = { CARETAKER_NOTIFY_SECRET: 'sixteen-characters-at-least' };
      const config = loadConfig({ file, cwd, environment }, known);
      expect(config.organisation).toBe('Maple Street Management');
      expect(config.policy.limits['post_gl_charge']).toEqual({ call: 25_000, day: 100_000 });
    } finally {
      rmSync(cwd, { recursive: true });
    }
    expect(readme).toContain(readFileSync(join(ROOT, 'docs/caretaker.config.example.json'), 'utf8').trim());
  });
});
