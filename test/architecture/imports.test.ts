import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './sources.ts';

/**
 * Who may import whom: a part may use the parts below it and its own files. The first column is matched as a prefix of
 * the path, the longest match counts.
 */
const MAY_USE: Record<string, readonly string[]> = {
  'src/model': [],
  'src/maintenance': ['src/model'],
  'src/leasing': ['src/model'],
  'src/accounting': ['src/model'],
  'src/connectors/connector.ts': ['src/model'],
  'src/connectors/sandbox': ['src/model', 'src/connectors/connector.ts'],
  'src/connectors/kit': ['src/model', 'src/connectors/connector.ts'],
  ...Object.fromEntries(
    ['buildium', 'appfolio', 'yardi', 'realpage', 'rentmanager'].map((vendor) => [
      `src/connectors/${vendor}`,
      ['src/model', 'src/connectors/connector.ts', 'src/connectors/kit'],
    ]),
  ),
  'src/depth': ['src/connectors/connector.ts', 'src/model'],
  'src/config.ts': ['src/model'],
  'src/store': ['src/model'],
  'src/pace': ['src/store', 'src/connectors/connector.ts', 'src/model'],
  'src/audit': ['src/store', 'src/model'],
  'src/mirror': ['src/store', 'src/model'],
  'src/grants': ['src/audit', 'src/store', 'src/model'],
  'src/approvals': ['src/grants', 'src/audit', 'src/store', 'src/model', 'src/config.ts'],
  'src/writeback': [
    'src/approvals',
    'src/grants',
    'src/audit',
    'src/mirror',
    'src/pace',
    'src/store',
    'src/connectors/connector.ts',
    'src/model',
  ],
  'src/sync': [
    'src/writeback',
    'src/audit',
    'src/mirror',
    'src/pace',
    'src/store',
    'src/connectors/connector.ts',
    'src/model',
  ],
  'src/tool': [
    'src/tool.ts',
    'src/sync',
    'src/writeback',
    'src/approvals',
    'src/grants',
    'src/audit',
    'src/mirror',
    'src/store',
    'src/maintenance',
    'src/leasing',
    'src/accounting',
    'src/connectors/connector.ts',
    'src/config.ts',
    'src/model',
  ],
  'src/tool.ts': [
    'src/tool',
    'src/writeback',
    'src/approvals',
    'src/grants',
    'src/store',
    'src/config.ts',
    'src/model',
  ],
  tools: [
    'src/tool',
    'src/tool.ts',
    'src/approvals',
    'src/grants',
    'src/audit',
    'src/mirror',
    'src/store',
    'src/writeback',
    'src/sync',
    'src/maintenance',
    'src/leasing',
    'src/accounting',
    'src/model',
  ],
  'src/mcp': ['src/model'],
  'src/http': ['src/mcp', 'src/model'],
  'src/main': ['src', 'tools'],
};

function ruleFor(file: string): string | undefined {
  const prefixes = Object.keys(MAY_USE).filter((prefix) => file === prefix || file.startsWith(`${prefix}/`));
  return prefixes.sort((a, b) => b.length - a.length)[0];
}

const files = sourceFiles('src', 'tools');

describe('imports', () => {
  it.each(files.filter((file) => !file.startsWith('src/main')))('%s imports only what lies below it', (file) => {
    const own = ruleFor(file);
    expect(own, `${file} belongs to no part`).toBeDefined();
    const foreign = importsOf(file).filter((target) => {
      const part = ruleFor(target);
      if (part === own || target.endsWith('.json')) return false;
      return !MAY_USE[own as string]?.some((allowed) => part === allowed);
    });
    expect(foreign).toEqual([]);
  });

  it('has no circles of values', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file).filter((target) => files.includes(target))]));
    expect(circlesOf(graph)).toEqual([]);
  });
});

/** Circles between files, each named once; a circle of types alone is one as well. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      circles.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return circles;
}
