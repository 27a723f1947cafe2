import type { CallToolResult, ElicitRequestFormParams, McpServer, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import { text } from './samples.ts';

type FormSchema = ElicitRequestFormParams['requestedSchema'];

const ONE_ANSWER: FormSchema = {
  type: 'object',
  properties: { response: { type: 'string', description: "User's response" } },
  required: ['response'],
};

const DEFAULTS: FormSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: { type: 'string', description: 'User status', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  },
  required: [],
};

const options = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
const titled = (name: string, titles: string[]) =>
  titles.map((title, index) => ({ const: `${name}${index + 1}`, title }));

const ENUMS: FormSchema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', description: 'Select one option', enum: options(3, 'option') },
    titledSingle: {
      type: 'string',
      description: 'Select one option with titles',
      oneOf: titled('value', ['First Option', 'Second Option', 'Third Option']),
    },
    legacyEnum: {
      type: 'string',
      description: 'Select one option (legacy)',
      enum: options(3, 'opt'),
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: {
      type: 'array',
      description: 'Select multiple options',
      minItems: 1,
      maxItems: 3,
      items: { type: 'string', enum: options(3, 'option') },
    },
    titledMulti: {
      type: 'array',
      description: 'Select multiple options with titles',
      minItems: 1,
      maxItems: 3,
      items: { anyOf: titled('value', ['First Choice', 'Second Choice', 'Third Choice']) },
    },
  },
  required: [],
};

/** Tools that ask the client something while they run, as clients of 2025 in a session can be asked. */
export function registerPushTools(server: McpServer): void {
  const elicit = async (context: ServerContext, message: string, requestedSchema: FormSchema) => {
    const answer = await context.mcpReq.send({ method: 'elicitation/create', params: { message, requestedSchema } });
    return result(`action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`);
  };
  const describe = (name: string) => `Conformance: ${name}`;

  server.registerTool(
    'test_elicitation',
    { description: describe('elicitation'), inputSchema: z.object({ message: z.string() }) },
    ({ message }, context) => elicit(context, message, ONE_ANSWER),
  );
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: describe('elicitation with defaults'), inputSchema: z.object({}) },
    (_args, context) => elicit(context, 'Please review and update the form fields with defaults', DEFAULTS),
  );
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: describe('elicitation with enums'), inputSchema: z.object({}) },
    (_args, context) => elicit(context, 'Please select options from the enum fields', ENUMS),
  );
  server.registerTool(
    'test_sampling',
    { description: describe('sampling'), inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      const answer = await context.mcpReq.send({
        method: 'sampling/createMessage',
        params: { messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 },
      });
      return result(`LLM response: ${JSON.stringify(answer.content)}`);
    },
  );
}

const result = (value: string): CallToolResult => ({ content: [text(value)] });
