import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/model/errors.ts';

/** What a call came back with, as far as tests read it. */
export interface Result {
  content: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

export interface Refusal {
  code: ErrorCode;
  message: string;
  field?: string;
  next?: string;
  retry_after_seconds?: number;
  details?: Record<string, unknown>;
}

/** A write as answers and `list_writes` show it. */
export interface Write {
  write_id: string;
  state: string;
  proof?: string;
  replayed?: boolean;
  record_id?: string;
  approval?: { approval_id: string; reason: string };
  error?: { code: ErrorCode; message: string };
}

/** The error of a result; undefined where it is none. */
export function errorOf(result: Result): Refusal | undefined {
  if (result.isError !== true) return undefined;
  const record = (result._meta?.['caretaker/error'] ?? {}) as { error?: Refusal; write?: Write };
  return record.error ?? (record.write?.error as Refusal | undefined);
}

/** What every refusal has to be: one of the closed set, in words, with the field and what to do next. */
export function expectClear(result: Result, what: string): Refusal {
  const error = errorOf(result);
  if (error === undefined) throw new Error(`${what} was not refused: ${JSON.stringify(result).slice(0, 500)}`);
  expect(ERROR_CODES, what).toContain(error.code);
  expect(error.message.length, what).toBeGreaterThan(15);
  expect(error.message + (error.next ?? ''), what).not.toMatch(
    /\bat .*\.ts|SQLITE|node_modules|Error:|undefined|\[object/,
  );
  expect(result.content[0]?.text, what).toContain(error.code);
  return error;
}

/** A client with one key, as an agent uses it. */
export class Agent {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async call(tool: string, args: Record<string, unknown> = {}): Promise<Result> {
    return (await this.client.callTool({ name: tool, arguments: args })) as Result;
  }

  /** The structured result of a call that has to succeed. */
  async ok<T = any>(tool: string, args: Record<string, unknown> = {}): Promise<T> {
    const result = await this.call(tool, args);
    expect(result.isError, `${tool} ${JSON.stringify(args).slice(0, 500)}: ${JSON.stringify(result)}`).not.toBe(true);
    return result.structuredContent as T;
  }

  /** The same for a change, which has to be done and proved. */
  async done<T = any>(tool: string, args: Record<string, unknown>): Promise<T & { write: Write }> {
    const answer = await this.ok<T & { write: Write }>(tool, args);
    expect(answer.write, `${tool}: ${JSON.stringify(answer)}`).toMatchObject({ state: 'done', proof: 'full' });
    return answer;
  }

  /** The error of a call that has to be refused. */
  async refused(tool: string, args: Record<string, unknown> = {}): Promise<Refusal> {
    const result = await this.call(tool, args);
    const error = errorOf(result);
    if (error === undefined) throw new Error(`${tool} was not refused: ${JSON.stringify(result)}`);
    expect(result.content[0]?.text).not.toMatch(/\.\.( Details|$)/);
    return error;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** Connects a client of either protocol revision, as the server prefers. */
export async function connect(url: string, key: string): Promise<Agent> {
  const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return new Agent(client);
}

let requests = 0;
/** A request id that has not been used. */
export const requestId = (what = 'request') => `${what}-${String(++requests).padStart(16, '0')}`;

/** The first value that fits; a portfolio without one is a mistake in the test. */
export function first<T>(values: readonly T[], fits: (value: T) => boolean = () => true): T {
  const value = values.find(fits);
  if (value === undefined) throw new Error(`none of ${values.length} fits: ${JSON.stringify(values).slice(0, 2_000)}`);
  return value;
}
