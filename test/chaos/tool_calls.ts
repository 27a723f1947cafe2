import { Agent, request } from 'undici';

/** What a tool call came to. */
export interface ToolAnswer {
  /** The structured result; of a failure, what `_meta` says of it. */
  structured: Record<string, unknown>;
  error: { code: string; details: Record<string, unknown> } | undefined;
}

/** A server that calls can be made to. */
export interface Endpoint {
  url: string;
  token: string;
}

/** No answer takes longer than that, unless its server has been stopped, milliseconds. */
const ANSWER_MS = 60_000;

/** What a call that the store had no room for counts as. */
export const STORE_BUSY = 'store busy';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface RawResult {
  structuredContent?: Record<string, unknown>;
  content?: { text?: string }[];
  isError?: boolean;
  _meta?: { 'caretaker/error'?: Record<string, unknown> };
}

/** Calls made as raw JSON-RPC of the 2026-07-28 protocol. */
export function createToolCalls() {
  const dispatcher = new Agent({ connections: 64, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
  let id = 0;
  return {
    /** Throws where the connection breaks or the answer is none: then nobody knows what became of the call. */
    async call({ url, token }: Endpoint, tool: string, args: object, signal: AbortSignal): Promise<ToolAnswer> {
      const params = { name: tool, arguments: args, _meta: META };
      const answer = await request(url, {
        method: 'POST',
        dispatcher,
        signal,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': tool,
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: (id += 1), method: 'tools/call', params }),
      });
      const text = await answer.body.text();
      const { result } = JSON.parse(text) as { result?: RawResult };
      if (answer.statusCode !== 200 || result === undefined) throw new Error(`${answer.statusCode} ${text}`);
      return toAnswer(result);
    },
    close: () => dispatcher.close(),
  };
}

export type ToolCalls = ReturnType<typeof createToolCalls>;

function toAnswer({ structuredContent, isError, _meta, content }: RawResult): ToolAnswer {
  if (isError !== true) return { structured: structuredContent ?? {}, error: undefined };
  const structured = _meta?.['caretaker/error'] ?? {};
  // A write that was refused by the PMS is answered in full, with its error inside.
  const { error, write } = structured as {
    error?: { code: string; retry_after_seconds?: number; details?: Record<string, unknown> };
    write?: { error?: { code: string } };
  };
  // A server that was stopped in the middle of a commit keeps the others from writing; they say so, and when to come again.
  const isBusy = error?.code === 'internal' && error.retry_after_seconds !== undefined;
  const code = isBusy ? STORE_BUSY : (error?.code ?? write?.error?.code ?? content?.[0]?.text ?? 'no code');
  return { structured, error: { code, details: error?.details ?? {} } };
}
