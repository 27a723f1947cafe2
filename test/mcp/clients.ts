import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { resolve } from 'node:path';

/** A server that a client starts for itself. */
export interface StdioCommand {
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  stderr: 'ignore';
}

/** Where a client connects: a URL with a token, a command, or the stdio entry. */
export type Target = { url: string; token: string } | StdioCommand | 'stdio';

export interface CallSettings {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number; total?: number | undefined; message?: string | undefined }) => void;
}

interface Answer {
  content: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/** What the tests do with a client, whichever SDK it comes from. */
export interface TestClient {
  client: Pick<
    Client2,
    'listTools' | 'listResources' | 'listResourceTemplates' | 'listPrompts' | 'readResource' | 'getPrompt' | 'complete'
  >;
  call(name: string, args?: Record<string, unknown>, settings?: CallSettings): Promise<Answer>;
  close(): Promise<void>;
}

const INFO = { name: 'test', version: '1.0.0' };
const ENTRY: StdioCommand = {
  command: process.execPath,
  args: [resolve(import.meta.dirname, 'stdio_entry.ts')],
  stderr: 'ignore',
};
const headers = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

function whereTo(
  target: Target,
): { url: string; token: string; command?: undefined } | { url?: undefined; token?: undefined; command: StdioCommand } {
  if (target === 'stdio') return { command: ENTRY };
  return 'command' in target ? { command: target } : target;
}

async function second(target: Target, mode: 'auto' | { pin: '2026-07-28' }): Promise<TestClient> {
  const client = new Client2(INFO, { versionNegotiation: { mode } });
  const { url, token, command } = whereTo(target);
  await client.connect(command === undefined ? new Http2(new URL(url), headers(token)) : new Stdio2(command));
  return {
    client,
    call: async (name, args = {}, settings = {}) =>
      (await client.callTool({ name, arguments: args }, settings)) as Answer,
    close: () => client.close(),
  };
}

async function first(target: Target): Promise<TestClient> {
  const client = new Client1(INFO);
  const { url, token, command } = whereTo(target);
  await client.connect(command === undefined ? new Http1(new URL(url), headers(token)) : new Stdio1(command));
  return {
    client: client as TestClient['client'],
    call: async (name, args = {}, settings = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, settings)) as Answer,
    close: () => client.close(),
  };
}

/** The clients that must work, by name: both protocol eras, and both generations of the SDK. */
export const CLIENTS: Readonly<Record<string, (target: Target) => Promise<TestClient>>> = {
  'v2 client, auto': (target) => second(target, 'auto'),
  'v2 client, 2026-07-28': (target) => second(target, { pin: '2026-07-28' }),
  'v1 client, 2025-11-25': first,
};
