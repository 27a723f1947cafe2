import type { Client } from '@modelcontextprotocol/client';
import { Answer, type CallResult } from './answer.ts';
import { type Place, runCaretaker, type RunningServer } from './processes.ts';
import type { Story } from './story.ts';

/** An agent with its own key and its own connection to the server. */
export interface Agent {
  /** Calls a tool; `asked` says in words what for. */
  ask(tool: string, args: Record<string, unknown>, asked: string): Promise<Answer>;
}

/** A person at the command line. */
export interface Person {
  /** Runs a command with the person's key. */
  run(...args: string[]): Promise<{ code: number; said: string }>;
}

export interface Cast {
  maintenance: Agent;
  leasing: Agent;
  bookkeeper: Agent;
  /** Answers for the agents, and so cannot decide what they ask for. */
  owner: Person;
  manager: Person & Agent;
  close(): Promise<void>;
}

/** The first call reads the whole portfolio, at the pace that the PMS allows. */
const LONGEST_CALL_MS = 300_000;

/** What each key allows. Only the bookkeeper may move small sums without a person; a bill always waits for one. */
const TERMS = {
  maintenance: '--agent --name maintenance-agent --owner admin --role maintenance_agent',
  leasing: '--agent --name leasing-agent --owner admin --role leasing_agent --scope leases:write',
  bookkeeper:
    '--agent --name bookkeeper --owner admin --role bookkeeper' +
    ' --limit post_gl_charge=250.00/1000.00 --limit reverse_posting=250.00/1000.00',
  manager: '--person --name manager --role property_manager --scope approvals:decide',
} as const;
type Part = keyof typeof TERMS;

/** Makes a key for everybody and connects a client for each. */
export async function castFor(place: Place, server: RunningServer, story: Story): Promise<Cast> {
  const connect = await clientLibrary();
  const parts = Object.keys(TERMS) as Part[];
  const keys = await Promise.all(parts.map((part) => makeKey(place, TERMS[part], server.person_key)));
  const clients = await Promise.all(keys.map((key) => connect(server.url, key)));
  const connected = (part: Part) => clients[parts.indexOf(part)] as Connected;
  const key = (part: Part) => keys[parts.indexOf(part)] as string;
  return {
    maintenance: agent('maintenance', connected('maintenance'), place, story),
    leasing: agent('leasing', connected('leasing'), place, story),
    bookkeeper: agent('bookkeeper', connected('bookkeeper'), place, story),
    owner: person(place, 'owner', server.person_key, story),
    manager: {
      ...person(place, 'manager', key('manager'), story),
      ...agent('manager', connected('manager'), place, story),
    },
    async close() {
      await Promise.all(clients.map(({ client }) => client.close()));
    },
  };
}

interface Connected {
  client: Client;
  /** Tools that the server says change nothing. */
  reading: ReadonlySet<string>;
}

/** The client is a library of its own, which a server does without. */
async function clientLibrary(): Promise<(url: string, key: string) => Promise<Connected>> {
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client').catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      throw new Error(
        'The demonstration connects as an MCP client, and the client library is not installed. ' +
          'It comes with a checkout ("npm ci"); elsewhere: npm install @modelcontextprotocol/client',
      );
    },
  );
  return async (url, key) => {
    const client = new Client({ name: 'caretaker-demo', version: '1.0.0' });
    const headers = { authorization: `Bearer ${key}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    const { tools } = await client.listTools();
    const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint === true);
    return { client, reading: new Set(reading.map(({ name }) => name)) };
  };
}

async function makeKey(place: Place, terms: string, by: string): Promise<string> {
  const { code, stdout, stderr } = await runCaretaker(place, ['keys', 'create', ...terms.split(' '), '--json'], by);
  if (code !== 0) throw new Error(`A key could not be made: ${stderr}`);
  return (JSON.parse(stdout) as { key: string }).key;
}

function agent(who: string, { client, reading }: Connected, { signal }: Place, story: Story): Agent {
  return {
    async ask(tool, args, asked) {
      const result = await client.callTool({ name: tool, arguments: args }, { signal, timeout: LONGEST_CALL_MS });
      const answer = new Answer(result as CallResult);
      story.call({ who, tool, asked, answer, brief: reading.has(tool) });
      return answer;
    },
  };
}

function person(place: Place, who: string, key: string, story: Story): Person {
  return {
    async run(...args) {
      const { code, stdout, stderr } = await runCaretaker(place, args, key);
      // What went wrong is said last, after what it was about.
      const last = (text: string) => text.trim().split('\n').at(-1) ?? '';
      // A check that finds something says so on standard output, and fails.
      const said = code === 0 ? stdout.trim() : last(stderr) || last(stdout);
      story.person(who, `caretaker ${args.join(' ')}`, said);
      return { code, said };
    },
  };
}
