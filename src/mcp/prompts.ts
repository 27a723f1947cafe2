import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ListedPrompt, PromptArgument } from './host.ts';

/*
 * A prompt is a Markdown file: front matter with title, description and arguments, then the text, in which
 * `{{argument}}` stands for what is given. The front matter is the little of YAML that this takes:
 *
 *     ---
 *     title: Take a maintenance call
 *     description: From what a caller says to someone on the way.
 *     arguments:
 *       - name: property
 *         description: What the caller calls the place
 *         required: true
 *     ---
 */

export interface Prompt extends ListedPrompt {
  text: string;
}

/** What stands where an optional argument was not given. */
const NOT_GIVEN = '(not given)';

/** The prompts of a folder in the order of their names. Throws, naming the file, where one is not as it has to be. */
export function readPrompts(folder: string): readonly Prompt[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => parsePrompt(basename(file, '.md'), readFileSync(join(folder, file), 'utf8')));
}

/** The text with the arguments put in, or the names of required ones that are missing. */
export function fillPrompt(
  prompt: Prompt,
  given: Readonly<Record<string, string>>,
): { description: string; text: string } | { missing: string[] } {
  const value = (name: string) => (Object.hasOwn(given, name) ? given[name]?.trim() : undefined) || undefined;
  const missing = prompt.arguments.filter(({ name, required }) => required && value(name) === undefined);
  if (missing.length > 0) return { missing: missing.map(({ name }) => name) };
  const text = prompt.text.replace(PLACEHOLDER, (_all, name: string) => value(name) ?? NOT_GIVEN);
  return { description: prompt.description, text };
}

const PLACEHOLDER = /\{\{\s*([a-z_]+)\s*\}\}/g;

/** Reads one prompt from its file's text. */
function parsePrompt(name: string, source: string): Prompt {
  const fail = (problem: string): never => {
    throw new Error(`prompts/${name}.md: ${problem}`);
  };
  const [, front = fail('no front matter between two lines "---"'), body = ''] =
    /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source) ?? [];
  const fields = new Map<string, string>();
  const args: Partial<Record<string, string>>[] = [];
  for (const line of front.split(/\r?\n/).filter((one) => one.trim() !== '')) {
    const [, indent = '', dash = '', key = fail(`cannot read "${line}"`), text = ''] =
      /^(\s*)(-\s+)?([a-z_]+):\s*(.*)$/.exec(line) ?? [];
    if (indent === '' && dash === '') fields.set(key, unquoted(text));
    else if (!fields.has('arguments')) fail(`"${key}" is indented outside of arguments`);
    else if (dash !== '') args.push({ [key]: unquoted(text) });
    else (args.at(-1) ?? fail(`"${key}" belongs to no argument`))[key] = unquoted(text);
  }
  const text = body.trim();
  const argumentList = args.map((one) => argumentOf(one, fail));
  const known = new Set(argumentList.map((one) => one.name));
  for (const [, used = ''] of text.matchAll(PLACEHOLDER)) if (!known.has(used)) fail(`{{${used}}} is no argument`);
  return {
    name,
    title: fields.get('title') || fail('no title'),
    description: fields.get('description') || fail('no description'),
    arguments: argumentList,
    text,
  };
}

function argumentOf(given: Partial<Record<string, string>>, fail: (problem: string) => never): PromptArgument {
  const { name, description, required, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) fail(`an argument has no "${unknown}"`);
  return {
    name: name || fail('an argument has no name'),
    ...(description && { description }),
    required: required === 'true',
  };
}

function unquoted(text: string): string {
  return /^(['"])(.*)\1$/.exec(text.trim())?.[2] ?? text.trim();
}
