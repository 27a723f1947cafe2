import { describe, expect, it } from 'vitest';
import { read, sourceFiles } from './sources.ts';

const files = sourceFiles('src', 'tools', 'scripts', 'test').map((file) => ({ file, text: read(file) }));

/** Values that a file exports by declaration; types may be there to name what a signature says. */
function exportedNames(text: string): string[] {
  return [
    ...text.matchAll(/^export (?:async )?(?:abstract )?(?:const|let|function\*?|class) ([A-Za-z_$][\w$]*)/gm),
  ].map(([, name]) => name as string);
}

describe('exports', () => {
  const ours = files.filter(({ file }) => file.startsWith('src/') || file.startsWith('tools/'));
  it.each(ours.map(({ file }) => file))('%s exports nothing that nobody uses', (file) => {
    const text = read(file);
    const unused = exportedNames(text).filter((name) => {
      const word = new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`);
      return !files.some((other) => other.file !== file && word.test(other.text));
    });
    expect(unused).toEqual([]);
  });
});
