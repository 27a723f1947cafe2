import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const call = (id: number, name: string, args: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: META } });

interface Reply {
  id: unknown;
  result?: { structuredContent?: { text: string } };
  error?: { code: number };
}

/** The stdio entry as a process, spoken to line by line. */
class Process {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly exit: Promise<unknown[]>;
  errors = '';

  constructor() {
    this.#child = spawn(process.execPath, [resolve(import.meta.dirname, 'stdio_entry.ts')]);
    this.#child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk));
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.exit = once(this.#child, 'close');
  }

  write(text: string | Buffer): void {
    this.#child.stdin.write(text);
  }

  end(text = ''): void {
    this.#child.stdin.end(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The next line of standard output, which must be JSON. */
  async reply(): Promise<Reply> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the server has ended: ${this.errors}`);
    return JSON.parse(value) as Reply;
  }
}

const started: Process[] = [];
const start = () => {
  const server = new Process();
  started.push(server);
  return server;
};
afterEach(() => {
  for (const server of started.splice(0)) server.kill('SIGKILL');
});

describe('what cannot be read', () => {
  const cases: { what: string; line: string; id: unknown; code: number }[] = [
    { what: 'not JSON', line: '{"jsonrpc":', id: null, code: -32700 },
    { what: 'plain text', line: 'hello', id: null, code: -32700 },
    { what: 'invalid UTF-8', line: '\u0000\ufffd', id: null, code: -32700 },
    { what: 'no version', line: '{"id":7,"method":"tools/list"}', id: 7, code: -32600 },
    { what: 'another version', line: '{"jsonrpc":"1.0","id":"a","method":"tools/list"}', id: 'a', code: -32600 },
    { what: 'a number', line: '42', id: null, code: -32600 },
    { what: 'null', line: 'null', id: null, code: -32600 },
    { what: 'a batch', line: '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', id: null, code: -32600 },
    { what: 'params that are a list', line: '{"jsonrpc":"2.0","id":8,"method":"x","params":[]}', id: 8, code: -32600 },
    { what: 'a fractional id', line: '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', id: 1.5, code: -32600 },
    { what: 'an overlong line', line: `{"x":"${'x'.repeat(1024 * 1024)}"}`, id: null, code: -32600 },
  ];

  test('gets a JSON-RPC error each, and the server goes on', async () => {
    const server = start();
    for (const { what, line, id, code } of cases) {
      server.write(`${line}\n`);
      expect(await server.reply(), what).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    }
    server.write(`${call(1, 'echo', { text: 'alive' })}\n`);
    expect(await server.reply()).toMatchObject({ id: 1, result: { structuredContent: { text: 'alive' } } });
  });

  test('an unknown method and bad parameters are refused, and the server goes on', async () => {
    const server = start();
    const send = (id: number, method: string, params: object) =>
      server.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } })}\n`);
    const refused: [string, object, number][] = [
      ['no/such/method', {}, -32601],
      ['tools/call', {}, -32602],
      ['tools/call', { name: 7 }, -32602],
      ['tools/call', { name: 'echo', arguments: [] }, -32602],
      ['tools/list', { cursor: 'next' }, -32602],
      ['resources/read', {}, -32602],
      ['prompts/get', { name: 'triage', arguments: { unit: 4 } }, -32602],
      ['completion/complete', { ref: { type: 'ref/tool', name: 'echo' } }, -32602],
    ];
    for (const [index, [method, params, code]] of refused.entries()) {
      send(index, method, params);
      expect(await server.reply(), method).toMatchObject({ id: index, error: { code } });
    }
    server.write(`${call(99, 'echo', { text: 'alive' })}\n`);
    expect(await server.reply()).toMatchObject({ id: 99, result: { structuredContent: { text: 'alive' } } });
  });
});

test('messages may arrive in any pieces, and many at once', async () => {
  const server = start();
  const text = 'Zoë — 日本語 🏠';
  const bytes = Buffer.from(`\n${call(1, 'echo', { text })}\r\n\n${call(2, 'echo', { text })}\n`);
  for (const byte of bytes) server.write(Buffer.of(byte));
  for (const id of [1, 2]) {
    expect(await server.reply()).toMatchObject({ id, result: { structuredContent: { text } } });
  }
});

test('progress only grows, comes before the answer, and only to who asked', async () => {
  const server = start();
  const params = { name: 'count', arguments: {}, _meta: { ...META, progressToken: 7 } };
  server.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n${call(2, 'count')}\n`);
  const lines = [await server.reply(), await server.reply(), await server.reply(), await server.reply()];
  expect(lines.filter((line) => line.id !== 2)).toMatchObject([
    { method: 'notifications/progress', params: { progressToken: 7, progress: 1, total: 3, message: 'one' } },
    { method: 'notifications/progress', params: { progressToken: 7, progress: 3, total: 3, message: 'three' } },
    { id: 1, result: { structuredContent: { text: 'counted' } } },
  ]);
});

test('standard output belongs to the protocol', async () => {
  const server = start();
  server.end(`${call(1, 'echo', { text: 'x' })}\n`);
  await server.exit;
  expect(await server.reply()).toMatchObject({ id: 1 });
  await expect(server.reply()).rejects.toThrow('the server has ended');
  expect(server.errors).toContain('stray output');
});

describe('the end', () => {
  test('of input: what was asked is still answered, then the process exits with 0', async () => {
    const server = start();
    server.end(`${call(1, 'slow')}\n${call(2, 'echo', { text: 'x' })}\n`);
    for (const id of [2, 1]) expect(await server.reply()).toMatchObject({ id, result: {} });
    expect(await server.exit).toEqual([0, null]);
  });

  test('by SIGTERM: calls in progress are told, and the process exits with 0', async () => {
    const server = start();
    server.write(`${call(1, 'wait')}\n${call(2, 'echo', { text: 'x' })}\n`);
    expect(await server.reply()).toMatchObject({ id: 2 });
    server.kill('SIGTERM');
    expect(await server.exit).toEqual([0, null]);
    expect(server.errors).toContain('closed ["wait"]');
  });

  test('of the reader: a closed standard output ends the process', async () => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, 'stdio_entry.ts')]);
    child.stdout.destroy();
    child.stdin.on('error', () => {});
    child.stdin.write(`${call(1, 'echo', { text: 'x' })}\n`);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
