import { Command, CommanderError } from 'commander';
import { ownVersion } from './version.ts';

/** A module that adds its options, arguments and subcommands to a command. */
interface CommandModule {
  define(command: Command): void;
}

interface Listed {
  summary: string;
  load: () => Promise<CommandModule>;
}

/** The commands. Only the one that is asked for is loaded. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  serve: { summary: 'serve MCP over stdio or HTTP', load: () => import('./serve.ts') },
  call: { summary: 'run one tool through the whole pipeline', load: () => import('./call.ts') },
  tools: { summary: 'list what a grant sees, with token counts', load: () => import('./tools.ts') },
  keys: { summary: 'create, list, rotate and revoke API keys', load: () => import('./keys.ts') },
  approvals: { summary: 'list, approve and reject what waits for a person', load: () => import('./approvals.ts') },
  escalations: { summary: 'list cases and take them over', load: () => import('./escalations.ts') },
  writes: {
    summary: 'list and show writes, resolve stuck ones, withdraw waiting ones',
    load: () => import('./writes.ts'),
  },
  vendors: { summary: 'keep what the PMS does not hold about vendors', load: () => import('./vendors.ts') },
  sync: { summary: 'read the PMS again into the mirror', load: () => import('./sync.ts') },
  connections: {
    summary: 'check connections: credentials, mappings, what stands in the way of going live',
    load: () => import('./connections_check.ts'),
  },
  depth: { summary: 'report how deep the connection to each PMS goes', load: () => import('./depth.ts') },
  audit: { summary: 'verify and export the audit log', load: () => import('./audit.ts') },
  backup: { summary: 'copy the store to a new file', load: () => import('./backup.ts') },
  restore: { summary: 'put a backup in the place of the store', load: () => import('./restore.ts') },
  demo: { summary: 'play three days in the life of a portfolio', load: () => import('./demo.ts') },
};

/** Options that every command takes may stand before it, too. */
const BEFORE_ANY = new Map([
  ['--config', 2],
  ['--json', 1],
]);

/** The arguments with the command first. */
function commandFirst(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  const words = BEFORE_ANY.get(first) ?? (first.startsWith('--config=') ? 1 : 0);
  if (words === 0 || words >= args.length) return args;
  return [...commandFirst(args.slice(words)), ...args.slice(0, words)];
}

/** Runs the command line. Sets the exit code: 0 only where the command did what it was asked. */
export async function run(given: readonly string[]): Promise<void> {
  const args = commandFirst(given);
  const program = new Command('caretaker')
    .description('Gives AI agents hands in a property management system, over MCP.')
    .version(ownVersion())
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  const asked = args.find((one) => !one.startsWith('-'));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(summary).exitOverride();
    if (name === asked) (await load()).define(command);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said what is wrong. Help that was asked for is a success.
    process.exitCode = error.exitCode;
  }
}
