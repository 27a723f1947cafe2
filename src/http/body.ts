import type { IncomingMessage } from 'node:http';

/** Why a body could not be taken. */
export type BodyFault = 'too_large' | 'not_json' | 'aborted';

/**
 * The request's body as JSON, at most `limit` bytes of it. What comes beyond is received and thrown away rather than
 * cut off, because a client that is still sending would not see the refusal.
 */
export function readJson(
  request: IncomingMessage,
  limit: number,
): Promise<{ value: unknown; fault?: undefined } | { fault: BodyFault }> {
  if (Number(request.headers['content-length']) > limit) return Promise.resolve({ fault: 'too_large' });
  if (request.destroyed) return Promise.resolve({ fault: 'aborted' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      chunks.length = 0;
      resolve({ fault: 'too_large' });
    });
    request.on('end', () => {
      const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');
      try {
        resolve({ value: JSON.parse(text) });
      } catch {
        resolve({ fault: 'not_json' });
      }
    });
    request.on('error', () => resolve({ fault: 'aborted' }));
    request.on('close', () => resolve({ fault: 'aborted' }));
  });
}
