import {
  acceptedContent,
  inputRequired,
  type CallToolResult,
  type createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
import * as z from 'zod/v4';
import { text } from './samples.ts';

type State = Record<string, unknown>;
export type StateCodec = ReturnType<typeof createRequestStateCodec<State>>;
type Run = (context: ServerContext) => Promise<CallToolResult | InputRequiredResult>;

const done = (value: string): CallToolResult => ({ content: [text(value)] });

/** A form with one required field. */
const form = (message: string, field: string, type: { type: 'string' } | { type: 'boolean' } = { type: 'string' }) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: type }, required: [field] },
  });
const askName = () => form('What is your name?', 'name');
const confirm = () => form('Please confirm', 'ok', { type: 'boolean' });
const sample = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens });

/** What the client gave for `key`, whatever its shape. */
const response = (context: ServerContext, key: string): unknown => context.mcpReq.inputResponses?.[key];
const nameIn = (context: ServerContext, key: string) =>
  acceptedContent(context.mcpReq.inputResponses, key, z.object({ name: z.string() }))?.name;
const SampledText = z.object({ content: z.object({ text: z.string() }) });
const Envelope = z.looseObject({ 'io.modelcontextprotocol/clientCapabilities': z.record(z.string(), z.unknown()) });
const Roots = z.object({ roots: z.array(z.object({ uri: z.string() })) });

/** Tools of 2026-07-28 that cannot answer before the client has supplied something, over one or more rounds. */
export function registerInputTools(server: McpServer, states: StateCodec): void {
  for (const [name, run] of Object.entries(runs(states))) {
    server.registerTool(name, { description: `Conformance: ${name}`, inputSchema: z.object({}) }, (_args, context) =>
      run(context),
    );
  }
}

function runs(states: StateCodec): Record<string, Run> {
  const mint = (state: State) => states.mint({ ...state, nonce: randomUUID() });
  return {
    async test_missing_capability(context) {
      if (response(context, 'llm_answer') !== undefined) return done('sampled');
      return inputRequired({ inputRequests: { llm_answer: sample('Reply with the single word: pong', 16) } });
    },
    async test_input_required_result_elicitation(context) {
      const name = nameIn(context, 'user_name');
      return name === undefined ? inputRequired({ inputRequests: { user_name: askName() } }) : done(`Hello, ${name}!`);
    },
    async test_input_required_result_sampling(context) {
      const answer = SampledText.safeParse(response(context, 'capital_question'));
      if (answer.success) return done(`Sampling response: ${answer.data.content.text}`);
      return inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } });
    },
    async test_input_required_result_list_roots(context) {
      const answer = Roots.safeParse(response(context, 'client_roots'));
      if (answer.success) return done(`Roots: ${answer.data.roots.map(({ uri }) => uri).join(', ')}`);
      return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
    async test_input_required_result_request_state(context) {
      const state = context.mcpReq.requestState<State>();
      if (response(context, 'confirm') !== undefined && state?.['tool'] === 'request_state') return done('state-ok');
      return inputRequired({
        inputRequests: { confirm: confirm() },
        requestState: await mint({ tool: 'request_state' }),
      });
    },
    async test_input_required_result_tampered_state(context) {
      const verified = context.mcpReq.requestState<State>() !== undefined;
      if (verified && response(context, 'confirm') !== undefined) return done('integrity-ok');
      return inputRequired({ inputRequests: { confirm: confirm() }, requestState: await mint({ tool: 'tampered' }) });
    },
    async test_input_required_result_multiple_inputs(context) {
      const name = nameIn(context, 'user_name');
      const greeting = SampledText.safeParse(response(context, 'greeting'));
      const roots = Roots.safeParse(response(context, 'client_roots'));
      if (name !== undefined && greeting.success && roots.success) {
        return done(`${greeting.data.content.text} ${name}, ${roots.data.roots.length} roots`);
      }
      const inputRequests = {
        user_name: askName(),
        greeting: sample('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      };
      return inputRequired({ inputRequests, requestState: await mint({ tool: 'multiple_inputs' }) });
    },
    async test_input_required_result_multi_round(context) {
      const round = context.mcpReq.requestState<State>()?.['round'] ?? 0;
      if (round === 2) return done('both rounds completed');
      const inputRequests: InputRequests =
        round === 0
          ? { step1: form('Step 1: What is your name?', 'name') }
          : { step2: form('Step 2: What is your favorite color?', 'color') };
      return inputRequired({ inputRequests, requestState: await mint({ round: round === 0 ? 1 : 2 }) });
    },
    async test_input_required_result_capabilities(context) {
      if (context.mcpReq.inputResponses !== undefined) return done('supplied');
      const declared = Envelope.parse(context.mcpReq.envelope)['io.modelcontextprotocol/clientCapabilities'];
      const inputRequests: InputRequests = {
        ...('elicitation' in declared && { user_name: askName() }),
        ...('sampling' in declared && { greeting: sample('Generate a short greeting', 50) }),
        ...('roots' in declared && { client_roots: inputRequired.listRoots() }),
      };
      return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : done('nothing can be asked');
    },
  };
}
