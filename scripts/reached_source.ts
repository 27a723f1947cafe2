import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/*
 * Which source a tool runs through: its own, and whatever it uses of the rules, declaration by declaration. It goes by
 * names in the text, so it errs on the side of too much.
 */

const ROOT = resolve(import.meta.dirname, '..');

/** Where rules live that refuse. The pipeline's own refusals are told once for all tools. */
const RULES = /^(tools\/|src\/(tool|maintenance|leasing|accounting)\/).*\.ts$/;

const DECLARATION = /^(?:export )?(?:default\b|(?:async )?(?:const|let|function\*?|class) ([A-Za-z_$][\w$]*))/gm;
const IMPORT = /^import (?!type )([^;]*?) from '(\.{1,2}\/[^']+)';/gms;
const WORD = /[A-Za-z_$][\w$]*/g;

interface SourceFile {
  /** Text of each top-level declaration; the default export is `default`. */
  declarations: ReadonlyMap<string, string>;
  /** Where an imported name comes from. */
  imports: ReadonlyMap<string, { file: string; name: string }>;
}

const files = new Map<string, SourceFile>();

function sourceFile(file: string): SourceFile {
  const known = files.get(file);
  if (known !== undefined) return known;
  const path = resolve(ROOT, file);
  if (!existsSync(path)) throw new Error(`${file} is missing; a tool's file has the tool's name`);
  const text = readFileSync(path, 'utf8');
  const starts = [...text.matchAll(DECLARATION)];
  const declarations = new Map(
    starts.map((start, at): [string, string] => [
      start[1] ?? 'default',
      text.slice(start.index, starts[at + 1]?.index ?? text.length),
    ]),
  );
  const imports = new Map(
    [...text.matchAll(IMPORT)].flatMap(([, clause = '', specifier = '']) =>
      importedNames(clause).map(({ local, name }): [string, { file: string; name: string }] => [
        local,
        { file: relative(ROOT, resolve(ROOT, dirname(file), specifier)), name },
      ]),
    ),
  );
  const made = { declarations, imports };
  files.set(file, made);
  return made;
}

/** The names of an import clause, types left out. */
function importedNames(clause: string): { local: string; name: string }[] {
  const [, named = ''] = /\{([^}]*)\}/s.exec(clause) ?? [];
  return named
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => {
      const [name = '', local = name] = one.split(/\s+as\s+/);
      return { local, name };
    });
}

/** The text of everything that a file's default export reaches. */
export function reachedSource(file: string): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  const waiting = [{ file, name: 'default' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = `${next.file}#${next.name}`;
    if (seen.has(key) || !RULES.test(next.file)) continue;
    seen.add(key);
    const { declarations, imports } = sourceFile(next.file);
    const text = declarations.get(next.name);
    if (text === undefined) continue;
    texts.push(text);
    for (const [word] of text.matchAll(WORD)) {
      const imported = imports.get(word);
      if (imported !== undefined) waiting.push(imported);
      else if (declarations.has(word)) waiting.push({ file: next.file, name: word });
    }
  }
  return texts.join('\n');
}
