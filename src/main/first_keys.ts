import type { MadeKey } from '../grants/keys.ts';

/** What the first start of a store prints, once: the keys, and what to paste where. */
export function firstKeysText(url: string, { person, agent }: { person: MadeKey; agent: MadeKey }): string {
  const headers = { Authorization: `Bearer ${agent.key}` };
  const mcpServers = JSON.stringify({ mcpServers: { caretaker: { url, headers } } });
  const vsCode = JSON.stringify({ servers: { caretaker: { type: 'http', url, headers } } });
  return `
This store is new. Two keys were made; they are shown this once and are stored nowhere.

  Person (${person.principal}): decides, manages keys. Set it as CARETAKER_API_KEY for the command line.
    ${person.key}

  Agent (${agent.principal}, answered for by ${agent.owner}): for the client below.
    ${agent.key}

Connect a client:
  Claude Code     claude mcp add --transport http caretaker ${url} --header "Authorization: Bearer ${agent.key}"
  VS Code         .vscode/mcp.json:    ${vsCode}
  Cursor          .cursor/mcp.json:    ${mcpServers}
${
  agent.owner === person.owner
    ? '\nWhoever answers for an agent cannot decide what it asks for: make a key for a second person with "caretaker keys create".\n'
    : ''
}`;
}
