import * as z from 'zod/v4';
import type { Host } from './host.ts';
import { clip, Refusal, route, type GrantOf, type Report, type Route } from './route.ts';
import { listResult, type ListKey } from './wire.ts';

/** The protocol allows at most this many values in one completion. */
const MAX_COMPLETIONS = 100;

const ListParams = z.object({ cursor: z.string().optional() }).default({});
const ReadParams = z.object({ uri: z.string() });
const PromptParams = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()).default({}) });
const CompleteParams = z.object({
  ref: z.discriminatedUnion('type', [
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/** The four lists. Each is given whole, and turned into JSON once for as long as the host returns the same array. */
export function listRoutes<G extends object>(host: Host<G>, grantOf: GrantOf<G>, report: Report): Route[] {
  const list = (method: string, key: ListKey, items: (grant: G) => readonly object[]): Route => {
    const prepared = new WeakMap<readonly object[], Record<string, unknown>>();
    return route(method, ListParams, report, ({ cursor }, context) => {
      if (cursor !== undefined) throw new Refusal('Unknown cursor: this list is always given whole.');
      const listed = items(grantOf(context));
      let result = prepared.get(listed);
      if (!result) prepared.set(listed, (result = listResult(key, listed)));
      return result;
    });
  };
  return [
    list('tools/list', 'tools', (grant) => host.tools(grant)),
    list('prompts/list', 'prompts', (grant) => host.prompts(grant)),
    list('resources/list', 'resources', (grant) => host.resources(grant)),
    list('resources/templates/list', 'resourceTemplates', (grant) => host.resourceTemplates(grant)),
  ];
}

/** Reading a resource, getting a prompt, and completing the arguments of either. */
export function lookupRoutes<G extends object>(host: Host<G>, grantOf: GrantOf<G>, report: Report): Route[] {
  const read = route('resources/read', ReadParams, report, async ({ uri }, context) => {
    const found = await host.readResource(grantOf(context), uri, { signal: context.mcpReq.signal });
    if (!found) throw new Refusal(`Resource not found: ${clip(uri)}`, { uri: clip(uri) });
    return { contents: [{ uri, ...found }] };
  });
  const prompt = route('prompts/get', PromptParams, report, async (params, context) => {
    const found = await host.prompt(grantOf(context), params.name, params.arguments);
    if (!found) throw new Refusal(`Unknown prompt: ${clip(params.name)}`);
    if ('missing' in found) throw new Refusal(`Missing required arguments: ${found.missing.join(', ')}`);
    const content = { type: 'text', text: found.text };
    return { description: found.description, messages: [{ role: 'user', content }] };
  });
  const complete = route('completion/complete', CompleteParams, report, async ({ ref, argument }, context) => {
    const grant = grantOf(context);
    const found =
      ref.type === 'ref/prompt'
        ? await host.completePrompt(grant, ref.name, argument.name, argument.value)
        : ((await host.completeResource?.(grant, ref.uri, argument.name, argument.value)) ?? []);
    const values = found.slice(0, MAX_COMPLETIONS);
    return { completion: { values, total: found.length, hasMore: found.length > values.length } };
  });
  return [read, prompt, complete];
}
