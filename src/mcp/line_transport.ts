import {
  parseJSONRPCMessage,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { serialise } from './wire.ts';

/** A request larger than this is refused, as over HTTP. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** When the client has closed its end, requests already received may still be answered for this long. */
const DRAIN_MS = 2_000;

const NEWLINE = 0x0a;
const PARSE_ERROR = { code: -32700, message: 'Parse error: a line must be one JSON value' };
const INVALID_REQUEST = { code: -32600, message: 'Invalid request: not a JSON-RPC 2.0 message' };
const TOO_LARGE = { code: -32600, message: `Invalid request: larger than ${MAX_MESSAGE_BYTES} bytes` };

/**
 * JSON-RPC messages, one a line, over a pair of streams. Unlike the SDK's transport it answers what it cannot read with
 * a JSON-RPC error, skips an overlong line instead of giving up, and lets pending requests be answered after the end of
 * input.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #write: Writable['write'];
  readonly #pending = new Set<RequestId>();
  #parts: Buffer[] = [];
  #size = 0;
  #skipping = false;
  #closed = false;
  #drained?: () => void;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
    this.#write = output.write.bind(output);
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onFailure);
    this.#output.on('error', this.#onFailure);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return;
    const flushed = this.#write(`${serialise(message)}\n`);
    if (!('method' in message) && message.id !== undefined) this.#settle(message.id);
    if (!flushed) await Promise.race([once(this.#output, 'drain'), once(this.#output, 'close')]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.off('data', this.#onData).off('end', this.#onEnd).pause();
    this.#drained?.();
    this.onclose?.();
  }

  readonly #onData = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      from = end + 1;
      this.#endOfLine();
    }
    this.#keep(chunk.subarray(from));
  };

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > MAX_MESSAGE_BYTES) this.#skipping = true;
    if (this.#skipping) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #endOfLine(): void {
    const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const skipped = this.#skipping;
    this.#parts = [];
    this.#size = 0;
    this.#skipping = false;
    if (skipped) return this.#refuse(TOO_LARGE, undefined);
    const text = line.toString('utf8').trim();
    if (text !== '') this.#receive(text);
  }

  #receive(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#refuse(PARSE_ERROR, undefined);
    }
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(value);
    } catch {
      return this.#refuse(INVALID_REQUEST, idOf(value));
    }
    if ('method' in message) this.#track(message);
    this.onmessage?.(message);
  }

  #track(message: JSONRPCRequest | JSONRPCNotification): void {
    if ('id' in message) this.#pending.add(message.id);
    else if (message.method === 'notifications/cancelled') {
      const cancelled = message.params?.['requestId'];
      if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#settle(cancelled);
    }
  }

  #settle(id: RequestId): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#drained?.();
  }

  /** JSON-RPC wants null where the id could not be read, which the SDK's type for errors leaves out. */
  #refuse(error: { code: number; message: string }, id: RequestId | undefined): void {
    if (!this.#closed) this.#write(`${JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error })}\n`);
  }

  readonly #onEnd = (): void => {
    if (this.#pending.size === 0) return void this.close();
    const timer = setTimeout(() => void this.close(), DRAIN_MS);
    this.#drained = () => {
      clearTimeout(timer);
      void this.close();
    };
  };

  readonly #onFailure = (error: Error): void => {
    if (this.#closed) return;
    this.onerror?.(error);
    void this.close();
  };
}

function idOf(value: unknown): RequestId | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : undefined;
}
