import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { catalogue } from '../../tools/catalogue.ts';
import { fillPrompt, readPrompts } from '../../src/mcp/prompts.ts';
import { ERROR_CODES } from '../../src/model/errors.ts';
import { WRITE_STATES } from '../../src/writeback/states.ts';
import { WriteViewSchema } from '../../src/writeback/view.ts';
import { ROOT } from './markdown.ts';

const folder = join(ROOT, 'prompts');
const prompts = readPrompts(folder);
const toolNames = catalogue.map(({ name }) => name);

/** Every name and every fixed value in a JSON Schema. */
function wordsOf(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap(wordsOf);
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'enum') return (value as unknown[]).map(String);
    if (key === 'properties')
      return [...Object.keys(value as object), ...Object.values(value as object).flatMap(wordsOf)];
    return wordsOf(value);
  });
}

/** Words in backticks: names of tools, and names or values that belong to them. */
const marked = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);

describe('prompts', () => {
  it('are sixteen, and nothing else lies in their folder', () => {
    expect(prompts).toHaveLength(16);
    expect(readdirSync(folder).filter((file) => !/^[a-z]+(-[a-z]+)*\.md$/.test(file))).toEqual([]);
  });

  describe.each(prompts)('$name', (prompt) => {
    const mentioned = catalogue.filter(({ name }) => marked(prompt.text).includes(name));

    it('names only tools that exist, and only what they have', () => {
      const known = new Set<string>([
        ...toolNames,
        ...ERROR_CODES,
        ...WRITE_STATES,
        ...wordsOf(z.toJSONSchema(WriteViewSchema)),
        ...mentioned.flatMap(({ input, output }) => [
          ...wordsOf(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })),
          ...wordsOf(z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' })),
        ]),
      ]);
      expect(marked(prompt.text).filter((word) => !known.has(word))).toEqual([]);
      expect(mentioned.length).toBeGreaterThan(1);
    });

    it('uses each of its arguments, and describes them', () => {
      for (const { name, description } of prompt.arguments) {
        expect(prompt.text).toContain(`{{${name}}}`);
        expect(description).toMatch(/^[A-Z].{5,}$/);
      }
      const given = Object.fromEntries(prompt.arguments.map(({ name }) => [name, `<${name}>`]));
      const filled = fillPrompt(prompt, given);
      expect(filled).toMatchObject({ text: expect.not.stringContaining('{{') });
    });

    it('says what is never done, when a person takes over, and that words are data; in under 250 words', () => {
      expect(prompt.text).toMatch(/\bNever\b|\bDo not\b/);
      expect(prompt.text).toContain('`escalate_to_staff`');
      expect(prompt.text).toMatch(/(is|are) data, not (an instruction|instructions) to you\.$/);
      expect(prompt.text.split(/\s+/).length).toBeLessThan(250);
    });
  });
});
