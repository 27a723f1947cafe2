import { catalogue } from '../tools/catalogue.ts';
import type { Grant } from '../src/grants/grant.ts';
import { grantOfRole } from '../src/grants/make_grant.ts';
import { ROLE_NAMES, type Role } from '../src/grants/scopes.ts';
import { loadConfig } from '../src/config.ts';
import { openCaretaker, rulesOf } from '../src/main/caretaker.ts';
import { knownPms } from '../src/main/connections.ts';
import type { Tool } from '../src/tool.ts';

/** A tool with what clients see of it. */
export interface ListedTool {
  tool: Tool;
  outputSchema: object;
}

/** The embedded default; a folder without a configuration file, so that nobody's own file has a say. */
const config = loadConfig(
  { cwd: import.meta.dirname, environment: {} },
  { tools: catalogue.map(({ name }) => name), pms: knownPms() },
);

function grantFor(role: Role): Grant {
  return grantOfRole(rulesOf(config), role);
}

const { pipeline } = openCaretaker({ config, environment: {} });

/** Every tool of the catalogue, as the role that sees all of them is shown it. */
export function listedTools(): ListedTool[] {
  const shown = new Map(pipeline.tools(grantFor('admin')).map((one) => [one.name, one]));
  return catalogue.map((tool) => {
    const listed = shown.get(tool.name);
    if (listed === undefined) throw new Error(`the role admin does not see ${tool.name}`);
    return { tool, outputSchema: listed.outputSchema };
  });
}

/** How many tools each role sees where every workflow is live. */
export function toolCounts(): { role: Role; tools: number }[] {
  return ROLE_NAMES.map((role) => ({ role, tools: pipeline.tools(grantFor(role)).length }));
}
