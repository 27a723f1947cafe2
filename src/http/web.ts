import { toWebRequest } from '@modelcontextprotocol/node';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Answers a Node request with a handler of web requests; resolves when the answer is out or the client has gone.
 * `body` is the request's body as already parsed. The headers of a stream are sent before its first event, which may be
 * long in coming, and a disconnect ends the stream and aborts the request's signal at once.
 */
export async function answerWith(
  handler: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer = await handler(await toWebRequest(request, body, { signal: gone.signal }));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) return void response.end();
  response.flushHeaders();
  // What goes wrong from here on is a client that left, and there is nobody to tell.
  await pipeline(Readable.fromWeb(answer.body), response).catch(() => {});
}
