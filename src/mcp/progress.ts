import type { ServerContext } from '@modelcontextprotocol/server';

/** Progress goes out at most this often; the protocol asks senders to limit themselves. The last step always goes out. */
const INTERVAL_MS = 100;

/**
 * Progress notifications of one call, or undefined where the caller did not ask for any.
 * Only growing values are sent, as the protocol requires, and nothing after `end`.
 */
export function progressOf(context: ServerContext) {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = -Infinity;
  let sentAt = -Infinity;
  let open = true;
  return {
    report(done: number, total: number | undefined, message?: string): void {
      const now = performance.now();
      const due = now - sentAt >= INTERVAL_MS || done === total;
      if (!open || !due || !(done > last)) return;
      last = done;
      sentAt = now;
      const params = {
        progressToken,
        progress: done,
        ...(total !== undefined && { total }),
        ...(message && { message }),
      };
      // A caller that has gone away cannot be told; the call itself learns of it through its signal.
      context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
    },
    end(): void {
      open = false;
    },
  };
}
