import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Host } from './host.ts';
import { LineTransport } from './line_transport.ts';
import type { Report } from './route.ts';
import { mcpServers } from './server.ts';

export interface StdioOptions<G extends object> {
  host: Host<G>;
  /** Whose hands these are; over stdio one grant holds for the whole connection. */
  grant: G;
  report: Report;
  /** Aborted to shut down, for instance on SIGTERM. */
  signal?: AbortSignal;
}

/**
 * Serves MCP over this process's standard input and output until the client closes its end or `signal` is aborted;
 * resolves then. While it runs, whatever else writes to standard output is sent to standard error instead.
 */
export async function runStdio<G extends object>(options: StdioOptions<G>): Promise<void> {
  const { host, grant, report, signal } = options;
  const wire = new LineTransport(process.stdin, process.stdout);
  const printed = process.stdout.write;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    const newServer = mcpServers(host, () => grant, report);
    const handle = serveStdio(newServer, { transport: wire, onerror: (error) => report(error, 'stdio') });
    // The SDK has set its own listener for the end of the connection; ours comes after it.
    const closing = wire.onclose;
    const closed = new Promise<void>((resolve) => {
      wire.onclose = () => {
        closing?.();
        resolve();
      };
    });
    const shutDown = () => void handle.close();
    signal?.addEventListener('abort', shutDown, { once: true });
    if (signal?.aborted) shutDown();
    await closed;
    signal?.removeEventListener('abort', shutDown);
  } finally {
    process.stdout.write = printed;
  }
}
