import type { Result } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import { UnknownTool, type Host, type ToolAnswer } from './host.ts';
import { progressOf } from './progress.ts';
import { clip, Refusal, route, type GrantOf, type Report, type Route } from './route.ts';

const CallParams = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });

const INTERNAL: ToolAnswer = {
  isError: true,
  structured: { code: 'internal' },
  text:
    'internal: this call failed inside Caretaker, and it is not known whether anything changed. ' +
    'A write may be repeated with the same request_id without doing it twice.',
};

/** `tools/call`: progress while it runs, an end of the wait when the caller cancels, and always an answer. */
export function toolRoute<G extends object>(host: Host<G>, grantOf: GrantOf<G>, report: Report): Route {
  return route('tools/call', CallParams, report, async (params, context) => {
    const progress = progressOf(context);
    try {
      const options = { signal: context.mcpReq.signal, ...(progress && { progress: progress.report }) };
      return resultOf(await host.call(grantOf(context), params.name, params.arguments, options));
    } catch (error) {
      if (error instanceof UnknownTool) throw new Refusal(`Unknown tool: ${clip(params.name)}`);
      if (!context.mcpReq.signal.aborted) report(error, 'tools/call');
      return resultOf(INTERNAL);
    } finally {
      progress?.end();
    }
  });
}

/**
 * On errors the record goes into `_meta` rather than `structuredContent`, because clients of 2025 hold
 * `structuredContent` against the tool's output schema even then, and would drop the whole answer.
 */
function resultOf({ structured, text, isError }: ToolAnswer): Result {
  const content = [{ type: 'text', text }];
  return isError
    ? { content, isError, _meta: { 'caretaker/error': structured } }
    : { content, structuredContent: structured };
}
