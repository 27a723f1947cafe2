import {
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type * as z from 'zod/v4';

/** Where a request's grant is found: fixed for a stdio connection, with each request over HTTP. */
export type GrantOf<G> = (context: ServerContext) => G;
/** Told of what went wrong inside, which the client is not told. */
export type Report = (error: unknown, where: string) => void;
/** Teaches a server one method. */
export type Route = (server: Server) => void;

/** An error whose words are ours, and may therefore reach the client. */
export class Refusal extends ProtocolError {
  constructor(message: string, data?: unknown) {
    super(ProtocolErrorCode.InvalidParams, message, data);
  }
}

/** What a client sent, short enough to be sent back. */
export const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/**
 * One method of the protocol. What `handle` throws is reported and answered as an internal error without its words,
 * because the SDK would send them as they are; only a `Refusal` speaks for itself.
 */
export function route<P>(
  method: string,
  params: z.ZodType<P>,
  report: Report,
  handle: (params: P, context: ServerContext) => Promise<Result> | Result,
): Route {
  const guarded = async (given: P, context: ServerContext): Promise<Result> => {
    try {
      return await handle(given, context);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (!context.mcpReq.signal.aborted) report(error, method);
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error');
    }
  };
  return (server) => server.setRequestHandler(method, { params }, guarded);
}
