import { setTimeout as delay } from 'node:timers/promises';
import { UnknownTool, type CallOptions, type Host, type ListedTool, type ToolAnswer } from '../../src/mcp/host.ts';

/** A grant of the fake host: a name and whether the write tool is in it. */
export interface FakeGrant {
  name: string;
  scopes: string[];
}

/** What the fake host was asked and told, for tests to look at. */
export interface Diary {
  calls: string[];
  /** Names of calls whose signal was aborted while they waited. */
  cancelled: string[];
  /** Lets the tool "climb" go on. */
  go?: () => void;
}

const SECRET = 'postgres://caretaker:hunter2@db/ledger';

const object = (properties: object, required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const ECHO: ListedTool = {
  name: 'echo',
  title: 'Echo',
  description: 'Returns the text.',
  inputSchema: object({ text: { type: 'string' } }, ['text']),
  outputSchema: object({ text: { type: 'string' } }, ['text']),
  annotations: { readOnlyHint: true },
};
const named = (name: string, description: string): ListedTool => ({ ...ECHO, name, title: name, description });

const READER_TOOLS = [
  ECHO,
  named('count', 'Counts to three and tells of its progress.'),
  named('climb', 'Tells of its progress, and takes each step when "go" is called.'),
  named('go', 'Lets "climb" take a step.'),
  named('slow', 'Takes a while.'),
  named('wait', 'Waits until it is cancelled.'),
  named('refuse', 'Answers with an error.'),
  named('explode', 'Throws what nobody may see.'),
  named('diary', 'Tells what was called and what was cancelled.'),
];
const WRITER_TOOLS = [...READER_TOOLS, named('write', 'Only for writers.')];

const answer = (text: string): ToolAnswer => ({ structured: { text }, text, isError: false });

const RUNS: Record<string, (args: Record<string, unknown>, options: CallOptions, diary: Diary) => Promise<ToolAnswer>> =
  {
    echo: async (args) => answer(String(args['text'])),
    write: async () => answer('written'),
    climb: async (_args, { progress }, diary) => {
      for (const step of [1, 2]) {
        const taken = new Promise<void>((resolve) => (diary.go = resolve));
        progress?.(step, 2);
        await taken;
      }
      return answer('climbed');
    },
    slow: async () => {
      await delay(100);
      return answer('at last');
    },
    go: async (_args, _options, diary) => {
      diary.go?.();
      return answer('gone');
    },
    diary: async (_args, _options, diary) => answer(JSON.stringify(diary)),
    count: async (_args, { progress }) => {
      progress?.(1, 3, 'one');
      progress?.(1, 3, 'one again');
      progress?.(3, 3, 'three');
      progress?.(3, 3, 'three again');
      return answer('counted');
    },
    wait: (_args, { signal }, diary) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          diary.cancelled.push('wait');
          resolve(answer('ended early'));
        });
      }),
    refuse: async () => ({
      structured: { code: 'not_found', message: 'No such unit' },
      text: 'not_found: No such unit',
      isError: true,
    }),
    explode: async () => {
      throw new Error(SECRET);
    },
  };

const GRANTS: Record<string, FakeGrant> = {
  reader: { name: 'reader', scopes: ['portfolio:read'] },
  writer: { name: 'writer', scopes: ['portfolio:read', 'maintenance:write'] },
};

/** A host with a handful of tools, two resources and a prompt; bearer tokens are the names of its grants. */
export function fakeHost(): { host: Host<FakeGrant>; diary: Diary; grants: typeof GRANTS; secret: string } {
  const diary: Diary = { calls: [], cancelled: [] };
  const toolsOf = (grant: FakeGrant) => (grant.name === 'writer' ? WRITER_TOOLS : READER_TOOLS);
  const host: Host<FakeGrant> = {
    server: { name: 'fake', title: 'Fake', version: '1.2.3', instructions: 'Be kind.' },
    authenticate: async (token) => GRANTS[token ?? ''],
    principal: (grant) => grant.name,
    scopes: (grant) => grant.scopes,
    tools: toolsOf,
    async call(grant, name, args, options) {
      const run = toolsOf(grant).some((tool) => tool.name === name) ? RUNS[name] : undefined;
      if (!run) throw new UnknownTool(name);
      diary.calls.push(`${grant.name} ${name}`);
      return run(args as Record<string, unknown>, options, diary);
    },
    resources: () => [{ uri: 'unit://4b', name: '4b', mimeType: 'application/json' }],
    resourceTemplates: () => [{ uriTemplate: 'unit://{unit}', name: 'unit', mimeType: 'application/json' }],
    async readResource(grant, uri) {
      if (uri === 'unit://explode') throw new Error(SECRET);
      if (!uri.startsWith('unit://4')) return undefined;
      return { mimeType: 'application/json', text: JSON.stringify({ unit: uri.slice(7), for: grant.name }) };
    },
    completeResource: async (_grant, _template, _argument, value) =>
      ['4a', '4b', '5a'].filter((unit) => unit.startsWith(value)),
    prompts: () => [
      {
        name: 'triage',
        title: 'Triage',
        description: 'Sort out a request.',
        arguments: [{ name: 'unit', description: 'Which unit', required: true }],
      },
    ],
    async prompt(_grant, name, args) {
      if (name !== 'triage') return undefined;
      const unit = args['unit'];
      return unit === undefined ? { missing: ['unit'] } : { description: 'Triage', text: `Triage unit ${unit}` };
    },
    completePrompt: async (_grant, _prompt, _argument, value) =>
      Array.from({ length: 150 }, (_, index) => `${value}${index}`),
  };
  return { host, diary, grants: GRANTS, secret: SECRET };
}
