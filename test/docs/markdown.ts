import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const NOT_OURS = /^(node_modules|dist|data|\.git|test\/fixtures|bench-results|conformance-results)(\/|$)/;

function* markdownIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (NOT_OURS.test(relative(ROOT, path))) continue;
    if (entry.isDirectory()) yield* markdownIn(path);
    else if (entry.name.endsWith('.md')) yield relative(ROOT, path);
  }
}

/** Every Markdown file of the project, as a path from its root. */
export const MARKDOWN = [...markdownIn(ROOT)].sort();

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Without code, where brackets are no links and words are not ours. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Targets of links inside of the project: `file` from its root ('' for the same file) and `anchor`. */
export function linksOf(file: string): { target: string; file: string; anchor: string }[] {
  return [...prose(textOf(file)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor = ''] = target.split('#');
    return [{ target, file: path === '' ? file : relative(ROOT, resolve(ROOT, dirname(file), path)), anchor }];
  });
}

/** The anchors that headings of a file get, as GitHub makes them. */
export function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
