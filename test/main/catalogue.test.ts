import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import type { Tool } from '../../src/tool.ts';

const FOLDER = join(import.meta.dirname, '../../tools');
const files = readdirSync(FOLDER).filter((file) => file !== 'catalogue.ts');

describe('the catalogue', () => {
  it.each(files)('has the tool of %s, under the name of the file', async (file) => {
    const { default: tool } = (await import(join(FOLDER, file))) as { default: Tool };
    expect(`${tool.name.replaceAll('_', '-')}.ts`).toBe(file);
    expect(catalogue).toContain(tool);
  });

  it('has no tool without a file, and none twice', () => {
    const names = catalogue.map(({ name }) => `${name.replaceAll('_', '-')}.ts`);
    expect(names.toSorted()).toEqual(files.toSorted());
  });
});
