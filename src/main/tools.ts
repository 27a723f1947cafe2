import type { Command } from 'commander';
import { catalogue } from '../../tools/catalogue.ts';
import { table } from './output.ts';
import { commonOptions, type CommonOptions, grantFor, inSession, roleOption } from './session.ts';

interface ToolsOptions extends CommonOptions {
  role?: string;
}

export function define(command: Command): void {
  roleOption(commonOptions(command)).action((options: ToolsOptions) =>
    inSession(options, async ({ caretaker, output }) => {
      const grant = await grantFor(caretaker, options.role);
      const { count, exact } = await tokenCounter();
      const tools = caretaker.host.tools(grant).map(({ name, title, description, inputSchema }) => {
        const { scope, risk } = catalogue.find((tool) => tool.name === name) ?? { scope: '', risk: '' };
        return { name, title, scope, risk, tokens: count(JSON.stringify({ name, description, inputSchema })) };
      });
      const tokens = tools.reduce((sum, tool) => sum + tool.tokens, 0);
      output.result(
        { principal: grant.principal, scopes: [...grant.scopes], tools, tokens, tokens_exact: exact },
        `${table([
          ['tool', 'scope', 'risk', 'tokens'],
          ...tools.map((tool) => [tool.name, tool.scope, tool.risk, String(tool.tokens)]),
          [`${tools.length} tools`, '', '', `${exact ? '' : 'about '}${tokens}`],
        ])}`,
      );
    }),
  );
}

/** Characters per token of o200k_base over this catalogue's JSON, measured; good to a few per cent. */
const CHARACTERS_PER_TOKEN = 4.4;

/** The tokenizer is a tool of development; without it tokens are estimated. */
async function tokenCounter(): Promise<{ count: (text: string) => number; exact: boolean }> {
  try {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    return { count: countTokens, exact: true };
  } catch {
    return { count: (text) => Math.round(text.length / CHARACTERS_PER_TOKEN), exact: false };
  }
}
