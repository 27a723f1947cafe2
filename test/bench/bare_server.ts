import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';

/*
 * The reference of every figure: the SDK's server with one trivial tool, on the SDK's own transports.
 */

const input = z.strictObject({ text: z.string() });
const output = z.object({ text: z.string() });

export function bareServer(): McpServer {
  const server = new McpServer({ name: 'bare', version: '1.0.0' });
  server.registerTool('echo', { description: 'Echo', inputSchema: input, outputSchema: output }, ({ text }) => ({
    content: [{ type: 'text', text }],
    structuredContent: { text },
  }));
  return server;
}
