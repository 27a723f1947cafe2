/**
 * The port between the protocol and what stands behind it. The transports know tools, resources and prompts only by
 * these shapes; `G` is the grant of whoever asks, and opaque to them.
 */

/** A tool as `tools/list` shows it: schemas are JSON Schema, annotations are MCP's. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: object;
  outputSchema: object;
  annotations: object;
}

export interface CallOptions {
  /** Aborted when the caller cancels or goes away. It ends the wait, never a recorded write. */
  signal?: AbortSignal;
  /** `done` out of `total` (undefined where the end is not known), in any unit that only grows. */
  progress?(done: number, total: number | undefined, message?: string): void;
}

/** What a tool answered. Where `isError` is set, `structured` is the error record rather than the tool's output. */
export interface ToolAnswer {
  structured: Record<string, unknown>;
  text: string;
  isError: boolean;
}

export interface ListedResource {
  uri: string;
  name: string;
  title?: string;
  description?: string;
  mimeType: string;
}

/** A family of resources; `uriTemplate` is RFC 6570. */
export interface ListedResourceTemplate {
  uriTemplate: string;
  name: string;
  title?: string;
  description?: string;
  mimeType: string;
}

export interface PromptArgument {
  name: string;
  description?: string;
  required: boolean;
}

export interface ListedPrompt {
  name: string;
  title: string;
  description: string;
  arguments: PromptArgument[];
}

/**
 * What is served. The listing methods touch neither store nor PMS, keep a stable order, and return the same array for
 * the same grant where they can, because what is sent for an array is prepared once per array.
 */
export interface Host<G extends object> {
  readonly server: { name: string; title: string; version: string; instructions: string };
  /** Bearer token to grant; undefined when the token is unknown, revoked or expired. */
  authenticate(token: string | undefined): Promise<G | undefined>;
  principal(grant: G): string;
  scopes(grant: G): readonly string[];
  tools(grant: G): readonly ListedTool[];
  /** Runs a tool. Failures are answers; the only thing thrown is `UnknownTool`. */
  call(grant: G, name: string, args: unknown, options: CallOptions): Promise<ToolAnswer>;
  resources(grant: G): readonly ListedResource[];
  resourceTemplates(grant: G): readonly ListedResourceTemplate[];
  /** Undefined where there is no such resource under this grant. */
  readResource(grant: G, uri: string, options: CallOptions): Promise<{ mimeType: string; text: string } | undefined>;
  completeResource?(grant: G, template: string, argument: string, value: string): Promise<string[]>;
  prompts(grant: G): readonly ListedPrompt[];
  /** Undefined where there is no such prompt; `missing` names required arguments that were not given. */
  prompt(
    grant: G,
    name: string,
    args: Record<string, string>,
  ): Promise<{ description: string; text: string } | { missing: string[] } | undefined>;
  completePrompt(grant: G, prompt: string, argument: string, value: string): Promise<string[]>;
}

/** There is no tool of that name under the grant. */
export class UnknownTool extends Error {}
