import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Every TypeScript source below the given folders, as paths from the root. */
export function sourceFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The project's own files that a file imports, types included, static and dynamic. */
export function importsOf(file: string): string[] {
  const specifiers = [...read(file).matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'(\.{1,2}\/[^']+)'/g)];
  return specifiers.map(([, specifier]) => relative(ROOT, resolve(ROOT, dirname(file), specifier as string)));
}
