import {
  createRequestStateCodec,
  McpServer,
  type McpServerFactory,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { randomBytes } from 'node:crypto';
import { PROTOCOL_VERSIONS } from '../../src/mcp/server.ts';
import { registerInputTools, type StateCodec } from './input_tools.ts';
import { registerPrompts } from './prompts.ts';
import { registerPushTools } from './push_tools.ts';
import { registerResources } from './resources.ts';
import { registerTools } from './tools.ts';

/**
 * Servers with the tools, resources and prompts that the official conformance suite calls by name. They stand where the
 * product's own stand, behind the same transport and the same door.
 */
export function conformanceServers(notifier: () => ServerNotifier): McpServerFactory {
  const states: StateCodec = createRequestStateCodec({ key: randomBytes(32) });
  return () => {
    const server = new McpServer(
      { name: 'caretaker-conformance', version: '1.0.0' },
      {
        capabilities: {
          tools: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
          prompts: { listChanged: true },
          logging: {},
          completions: {},
        },
        requestState: { verify: states.verify },
        supportedProtocolVersions: PROTOCOL_VERSIONS,
      },
    );
    registerTools(server, notifier);
    registerPushTools(server);
    registerInputTools(server, states);
    registerResources(server);
    registerPrompts(server);
    return server;
  };
}
