import type { Command } from 'commander';
import { catalogue } from '../../tools/catalogue.ts';
import { type Config, loadConfig } from '../config.ts';
import type { Grant } from '../grants/grant.ts';
import { grantOfRole } from '../grants/make_grant.ts';
import type { Scope } from '../grants/scopes.ts';
import { CaretakerError } from '../model/errors.ts';
import { type Caretaker, openCaretaker } from './caretaker.ts';
import { checkConnections, knownPms } from './connections.ts';
import { Output } from './output.ts';

/** Options that every command takes. */
export interface CommonOptions {
  config?: string;
  json?: boolean;
}

const DEFAULT_ROLE = 'property_manager';

export function commonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (default: caretaker.config.json, else the embedded sandbox)')
    .option('--json', 'print JSON for programs');
}

export function roleOption(command: Command): Command {
  return command.option('--role <role>', `act as a role; only where every connection is the sandbox (${DEFAULT_ROLE})`);
}

/** The configuration of a command, checked. */
function configOf(options: CommonOptions): Config {
  return loadConfig(
    { cwd: process.cwd(), environment: process.env, ...(options.config !== undefined && { file: options.config }) },
    { tools: catalogue.map(({ name }) => name), pms: knownPms() },
  );
}

/** What a command works with. */
export interface Session {
  caretaker: Caretaker;
  output: Output;
  /** Aborted by Ctrl-C and SIGTERM; a second one ends the process at once. */
  signal: AbortSignal;
}

/**
 * Runs a command's work and closes everything after it. Whatever is thrown is told on standard error, and the exit code
 * is then 1; after Ctrl-C it is 130. `adjusted` is for a command that mends the configuration which it works with.
 */
export async function inSession(
  options: CommonOptions,
  work: (session: Session) => Promise<void>,
  adjusted: (config: Config) => Config = (config) => config,
): Promise<void> {
  // Stores, backups and exports are nobody else's on this machine.
  process.umask(0o077);
  const output = new Output(options.json === true);
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(
      new CaretakerError('internal', 'Stopped. What was recorded stays recorded and goes on at the next start.'),
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let caretaker: Caretaker | undefined;
  try {
    const config = adjusted(configOf(options));
    await checkConnections(config);
    caretaker = openCaretaker({
      config,
      environment: process.env,
      onSeeding: (done, total) => output.progress(done, total, 'laying out the sandbox portfolio'),
    });
    await work({ caretaker, output, signal: stop.signal });
  } catch (error) {
    output.failure(error);
    process.exitCode = stop.signal.aborted ? 130 : 1;
  } finally {
    await caretaker?.close().catch((error: unknown) => {
      output.failure(error);
      process.exitCode = 1;
    });
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** The grant of CARETAKER_API_KEY, or undefined where it is not set. Throws where the key does not hold. */
export async function grantOfEnvironment({ engine }: Caretaker): Promise<Grant | undefined> {
  const token = process.env['CARETAKER_API_KEY'];
  if (token === undefined || token === '') return undefined;
  const grant = await (await engine()).keys.grantOfKey(token);
  if (grant !== undefined) return grant;
  throw new CaretakerError('not_permitted', 'The key in CARETAKER_API_KEY is unknown, expired or revoked.', {
    field: 'CARETAKER_API_KEY',
    next: 'ask a person with the scope admin for a new one',
  });
}

/** Whose hands a command is: the key's in the environment, else a role's where the sandbox allows it. */
export async function grantFor(caretaker: Caretaker, role: string | undefined): Promise<Grant> {
  if (role !== undefined && process.env['CARETAKER_API_KEY'])
    throw new CaretakerError('invalid_input', 'CARETAKER_API_KEY and --role are both given; use one of them.', {
      field: 'role',
    });
  return (await grantOfEnvironment(caretaker)) ?? grantOfRole(caretaker.rules, role ?? DEFAULT_ROLE);
}

/** The person at the keyboard, by the key in the environment. A role is never enough. */
export async function personFor(caretaker: Caretaker, scope: Scope): Promise<Grant> {
  const grant = await grantOfEnvironment(caretaker);
  if (grant !== undefined && grant.kind === 'person' && grant.scopes.has(scope)) return grant;
  throw new CaretakerError('not_permitted', `This takes a person's key with the scope ${scope}. Nothing was changed.`, {
    field: 'CARETAKER_API_KEY',
    next: "set CARETAKER_API_KEY to such a person's key",
  });
}

/** Throws `not_permitted` unless the grant has one of the scopes. */
export function needsScope(grant: Grant, scopes: readonly Scope[]): void {
  if (scopes.some((scope) => grant.scopes.has(scope))) return;
  throw new CaretakerError('not_permitted', `This takes the scope ${scopes.join(' or ')}. Nothing was changed.`);
}
