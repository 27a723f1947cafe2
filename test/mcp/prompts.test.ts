import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fillPrompt, readPrompts } from '../../src/mcp/prompts.ts';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-prompts-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const FRONT = `---
title: "Take a call: now"
description: It's for calls
arguments:
  - name: place
    description: Where
    required: true
  - name: wish
---
`;

describe('prompts', () => {
  it('are read in the order of their names, with their arguments', () => {
    const text = `${FRONT}\nGo to {{place}} for {{ wish }}.\n`;
    const prompts = readPrompts(folderWith({ 'b.md': text, 'a.md': text.replaceAll('\n', '\r\n'), 'notes.txt': '' }));
    expect(prompts.map(({ name }) => name)).toEqual(['a', 'b']);
    for (const prompt of prompts)
      expect(prompt).toMatchObject({
        title: 'Take a call: now',
        description: "It's for calls",
        arguments: [
          { name: 'place', description: 'Where', required: true },
          { name: 'wish', required: false },
        ],
        text: 'Go to {{place}} for {{ wish }}.',
      });
    expect(readPrompts(join(tmpdir(), 'there-is-no-such-folder'))).toEqual([]);
  });

  it('are filled with what is given, as it is', () => {
    const [prompt] = readPrompts(folderWith({ 'a.md': `${FRONT}{{place}}, {{place}}, {{wish}}` }));
    expect(fillPrompt(prompt!, { place: '$& {{wish}}' })).toMatchObject({
      text: '$& {{wish}}, $& {{wish}}, (not given)',
    });
    expect(fillPrompt(prompt!, { wish: 'x', place: ' ' })).toEqual({ missing: ['place'] });
    expect(fillPrompt(prompt!, {})).toEqual({ missing: ['place'] });
  });

  it.each([
    ['no front matter', 'text'],
    ['no title', '---\ndescription: x\n---\n'],
    ['no description', '---\ntitle: x\n---\n'],
    ['cannot read', '---\ntitle\n---\n'],
    ['is no argument', `${FRONT}{{who}}`],
    ['has no name', FRONT.replace('name: wish', 'description: x')],
    ['has no "colour"', FRONT.replace('required: true', 'colour: red')],
    ['outside of arguments', '---\ntitle: x\n  name: y\n---\n'],
  ])('with a mistake are refused, naming file and mistake: %s', (problem, text) => {
    const folder = folderWith({ 'bad.md': text });
    expect(() => readPrompts(folder)).toThrow(problem);
    expect(() => readPrompts(folder)).toThrow('prompts/bad.md');
  });
});
