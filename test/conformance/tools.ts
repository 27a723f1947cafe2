import {
  fromJsonSchema,
  type CallToolResult,
  type McpServer,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import { audio, embedded, image, text } from './samples.ts';

const NOTHING = z.object({});

/** The suite looks for these keywords of JSON Schema 2020-12 in `tools/list`, unchanged. */
const RICH_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const CONTENT: Readonly<Record<string, CallToolResult['content']>> = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [audio],
  test_embedded_resource: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ],
  test_streaming_elicitation: [text('A result, and no request of the server on the way.')],
};

/** Tools that answer by themselves, and the two that make the server tell its subscribers of a change. */
export function registerTools(server: McpServer, notifier: () => ServerNotifier): void {
  const add = (name: string, run: (context: ServerContext) => Promise<CallToolResult>) =>
    server.registerTool(name, { description: `Conformance: ${name}`, inputSchema: NOTHING }, (_args, context) =>
      run(context),
    );
  for (const [name, content] of Object.entries(CONTENT)) add(name, async () => ({ content }));
  add('test_error_handling', async () => ({
    content: [text('This tool intentionally returns an error for testing')],
    isError: true,
  }));
  add('test_tool_with_logging', withLogging);
  add('test_tool_with_progress', withProgress);
  add('test_logging_tool', async (context) => {
    await context.mcpReq.log('info', 'sent only to a caller that set a log level');
    return { content: [text('logged')] };
  });
  add('test_trigger_tool_change', async () => {
    notifier().toolsChanged();
    return { content: [text('tools changed')] };
  });
  add('test_trigger_prompt_change', async () => {
    notifier().promptsChanged();
    return { content: [text('prompts changed')] };
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Conformance: a schema with the vocabulary of 2020-12', inputSchema: fromJsonSchema(RICH_SCHEMA) },
    async (args) => ({ content: [text(JSON.stringify(args))] }),
  );
  server.server.setRequestHandler('logging/setLevel', async () => ({}));
}

/** The suite expects three messages with a little time between them. */
async function withLogging(context: ServerContext): Promise<CallToolResult> {
  for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
    await context.mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
    await delay(50);
  }
  return { content: [text('logged three times')] };
}

async function withProgress(context: ServerContext): Promise<CallToolResult> {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return { content: [text('no progress asked for')] };
  for (const progress of [0, 50, 100]) {
    await context.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress, total: 100, message: `Completed step ${progress} of 100` },
    });
    await delay(50);
  }
  return { content: [text(String(progressToken))] };
}
