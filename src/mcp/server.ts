import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import { UnknownTool, type Host } from './host.ts';
import { progressOf } from './progress.ts';
import { listResult, type ListKey } from './wire.ts';

/** Lists change with a release or a grant, hardly within a minute; they are never shared between tokens. */
const LIST_CACHE = { ttlMs: 60_000, cacheScope: 'private' } as const;
const CACHE_HINTS = {
  'server/discover': LIST_CACHE,
  'tools/list': LIST_CACHE,
  'prompts/list': LIST_CACHE,
  'resources/list': LIST_CACHE,
  'resources/templates/list': LIST_CACHE,
} as const;

/** 2026-07-28 must be named for a server to take it from a transport of our own; the rest are the versions of 2025 and before. */
export const PROTOCOL_VERSIONS = [...SUPPORTED_PROTOCOL_VERSIONS, '2026-07-28'];

const CAPABILITIES = { tools: {}, resources: {}, prompts: {}, completions: {} };

/** The protocol allows at most this many values in one completion. */
const MAX_COMPLETIONS = 100;

const INTERNAL_ERROR_TEXT =
  'internal: this call failed inside Caretaker, and it is not known whether anything changed. ' +
  'A write may be repeated with the same request_id without doing it twice.';

const ListParams = z.object({ cursor: z.string().optional() });
const CallParams = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
const ReadParams = z.object({ uri: z.string() });
const PromptParams = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()).optional() });
const CompleteParams = z.object({
  ref: z.discriminatedUnion('type', [
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/** An error whose words are ours, and may therefore reach the client. */
class Refusal extends ProtocolError {}

const refuse = (message: string, data?: unknown) => new Refusal(ProtocolErrorCode.InvalidParams, message, data);
const clip = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Where a request's grant is found: fixed for a stdio connection, with each request over HTTP. */
export type GrantOf<G> = (context: ServerContext) => G;
/** Told of what went wrong inside, which the client is not told. */
export type Report = (error: unknown, where: string) => void;

/**
 * A factory of protocol servers over one host, for every transport and both protocol eras. What does not depend on a
 * request is made once here, so that a server per request costs little.
 */
export function mcpServers<G extends object>(host: Host<G>, grantOf: GrantOf<G>, report: Report): () => Server {
  const { instructions, ...info } = host.server;
  const guarded = <P, R>(where: string, handler: (params: P, context: ServerContext) => Promise<R> | R) => {
    return async (params: P, context: ServerContext): Promise<R> => {
      try {
        return await handler(params, context);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if (!context.mcpReq.signal.aborted) report(error, where);
        throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error');
      }
    };
  };
  const listing = (method: string, key: ListKey, items: (grant: G) => readonly object[]) => {
    const prepared = new WeakMap<readonly object[], Record<string, unknown>>();
    return guarded(method, ({ cursor }: z.infer<typeof ListParams>, context: ServerContext) => {
      if (cursor !== undefined) throw refuse('Unknown cursor: this list is always given whole.');
      const listed = items(grantOf(context));
      let result = prepared.get(listed);
      if (!result) prepared.set(listed, (result = listResult(key, listed)));
      return result;
    });
  };

  const callTool = guarded('tools/call', (params: z.infer<typeof CallParams>, context) =>
    toolResult(host, grantOf(context), params, context, report),
  );
  const readResource = guarded('resources/read', async ({ uri }: z.infer<typeof ReadParams>, context) => {
    const found = await host.readResource(grantOf(context), uri, { signal: context.mcpReq.signal });
    if (!found) throw refuse(`Resource not found: ${clip(uri)}`, { uri: clip(uri) });
    return { contents: [{ uri, ...found }] };
  });
  const getPrompt = guarded('prompts/get', async (params: z.infer<typeof PromptParams>, context) => {
    const found = await host.prompt(grantOf(context), params.name, params.arguments ?? {});
    if (!found) throw refuse(`Unknown prompt: ${clip(params.name)}`);
    if ('missing' in found) throw refuse(`Missing required arguments: ${found.missing.join(', ')}`);
    const content = { type: 'text', text: found.text };
    return { description: found.description, messages: [{ role: 'user', content }] };
  });
  const complete = guarded('completion/complete', async (params: z.infer<typeof CompleteParams>, context) => {
    const { ref, argument } = params;
    const grant = grantOf(context);
    const found =
      ref.type === 'ref/prompt'
        ? await host.completePrompt(grant, ref.name, argument.name, argument.value)
        : ((await host.completeResource?.(grant, ref.uri, argument.name, argument.value)) ?? []);
    const values = found.slice(0, MAX_COMPLETIONS);
    return { completion: { values, total: found.length, hasMore: found.length > values.length } };
  });
  const lists = {
    'tools/list': listing('tools/list', 'tools', (grant) => host.tools(grant)),
    'prompts/list': listing('prompts/list', 'prompts', (grant) => host.prompts(grant)),
    'resources/list': listing('resources/list', 'resources', (grant) => host.resources(grant)),
    'resources/templates/list': listing('resources/templates/list', 'resourceTemplates', (grant) =>
      host.resourceTemplates(grant),
    ),
  };

  const options = {
    instructions,
    capabilities: CAPABILITIES,
    cacheHints: CACHE_HINTS,
    supportedProtocolVersions: PROTOCOL_VERSIONS,
  };

  return () => {
    const server = new Server(info, options);
    for (const [method, list] of Object.entries(lists)) server.setRequestHandler(method, { params: ListParams }, list);
    server.setRequestHandler('tools/call', { params: CallParams }, callTool);
    server.setRequestHandler('resources/read', { params: ReadParams }, readResource);
    server.setRequestHandler('prompts/get', { params: PromptParams }, getPrompt);
    server.setRequestHandler('completion/complete', { params: CompleteParams }, complete);
    server.onerror = (error) => report(error, 'protocol');
    return server;
  };
}

/**
 * One tool call as a protocol result. On errors the record goes into `_meta` rather than `structuredContent`, because
 * clients of 2025 hold `structuredContent` against the tool's output schema even then, and would drop the whole answer.
 */
async function toolResult<G extends object>(
  host: Host<G>,
  grant: G,
  params: z.infer<typeof CallParams>,
  context: ServerContext,
  report: Report,
) {
  const progress = progressOf(context);
  const { signal } = context.mcpReq;
  const text = (value: string) => [{ type: 'text', text: value }];
  try {
    const options = { signal, ...(progress && { progress: progress.report }) };
    const answer = await host.call(grant, params.name, params.arguments ?? {}, options);
    return answer.isError
      ? { content: text(answer.text), isError: true, _meta: { 'caretaker/error': answer.structured } }
      : { content: text(answer.text), structuredContent: answer.structured };
  } catch (error) {
    if (error instanceof UnknownTool) throw refuse(`Unknown tool: ${clip(params.name)}`);
    if (!signal.aborted) report(error, 'tools/call');
    return { content: text(INTERNAL_ERROR_TEXT), isError: true, _meta: { 'caretaker/error': { code: 'internal' } } };
  } finally {
    progress?.end();
  }
}
