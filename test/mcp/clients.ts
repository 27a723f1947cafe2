import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { resolve } from 'node:path';

/** Where a client connects: a URL with a token, or the stdio entry. */
export type Target = { url: string; token: string } | 'stdio';

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
const ENTRY = {
  command: process.execPath,
  args: [resolve(import.meta.dirname, 'stdio_entry.ts')],
  stderr: 'ignore' as const,
};
const headers = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

async function second(target: Target, mode: 'auto' | { pin: '2026-07-28' }): Promise<TestClient> {
  const client = new Client2(INFO, { versionNegotiation: { mode } });
  await client.connect(target === 'stdio' ? new Stdio2(ENTRY) : new Http2(new URL(target.url), headers(target.token)));
  return {
    client,
    call: async (name, args = {}, settings = {}) =>
      (await client.callTool({ name, arguments: args }, settings)) as Answer,
    close: () => client.close(),
  };
}

async function first(target: Target): Promise<TestClient> {
  const client = new Client1(INFO);
  await client.connect(target === 'stdio' ? new Stdio1(ENTRY) : new Http1(new URL(target.url), headers(target.token)));
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
