import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Limit, Pin } from '../grants/grant.ts';
import type { KeyView } from '../grants/key_rows.ts';
import type { MadeKey } from '../grants/keys.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Output } from './output.ts';
import { table } from './output.ts';
import { withoutMissingMappings } from './connections_check_mappings.ts';
import {
  commonOptions,
  type CommonOptions,
  grantOfEnvironment,
  inSession,
  personFor,
  type Session,
} from './session.ts';
import { cents, duration, each, shown } from './values.ts';

interface CreateOptions extends CommonOptions {
  person?: boolean;
  agent?: boolean;
  name?: string;
  owner?: string;
  role?: string[];
  scope?: string[];
  pin?: { connection: string | undefined; property_id: string }[];
  limit?: [tool: string, limit: Limit][];
  emergencyLimit?: number;
  expires?: number;
}

export function define(command: Command): void {
  commonOptions(command.command('create').description('make a key; it is shown this once'))
    .addOption(new Option('--person', "a person's key").conflicts('agent'))
    .addOption(new Option('--agent', "an agent's key"))
    .option('--name <name>', "who it is for (default: the first role's name)")
    .option('--owner <person>', 'the person who answers for an agent, who cannot decide what it asks for')
    .option('--role <role>', 'a named set of scopes; may be repeated', each(String))
    .option('--scope <scope>', 'a single scope; may be repeated', each(String))
    .option('--pin <property>', 'only this property, as connection:id or id; may be repeated', each(pin))
    .option(
      '--limit <tool=call/day>',
      'what may be moved without a person, as post_gl_charge=250.00/1000.00',
      each(limit),
    )
    .option('--emergency-limit <amount>', 'what an emergency dispatch may cost before anybody is asked', cents)
    .option('--expires <duration>', 'how long it holds, as 90d', duration)
    .action(create);
  commonOptions(command.command('list').description('list the keys; the keys themselves are stored nowhere')).action(
    list,
  );
  commonOptions(command.command('rotate').description('make a new key for the same principal'))
    .argument('<key-id>')
    .option('--overlap <duration>', 'how long the old key goes on holding', duration, duration('24h'))
    .action(rotate);
  commonOptions(command.command('revoke').description('end a key at once')).argument('<key-id>').action(revoke);
}

function pin(text: string): { connection: string | undefined; property_id: string } {
  const colon = text.indexOf(':');
  const property_id = text.slice(colon + 1);
  if (property_id === '') throw new InvalidArgumentError('Write it as connection:property, like main:12.');
  return { connection: colon < 0 ? undefined : text.slice(0, colon), property_id };
}

function limit(text: string): [tool: string, limit: Limit] {
  const [, tool = '', call = '', day = ''] = /^([a-z_]+)=([\d.]+)\/([\d.]+)$/.exec(text) ?? [];
  if (tool === '') throw new InvalidArgumentError('Write it as tool=call/day, like post_gl_charge=250.00/1000.00.');
  return [tool, { call: cents(call), day: cents(day) }];
}

/** Keys come first: also that of whoever has the mapping file of a connection written. */
function withKeys(options: CommonOptions, work: (session: Session) => Promise<void>): Promise<void> {
  return inSession(options, work, withoutMissingMappings);
}

function create(options: CreateOptions): Promise<void> {
  return withKeys(options, async ({ caretaker, output }) => {
    if (options.person !== true && options.agent !== true)
      throw new CaretakerError('invalid_input', 'Say whose key it is: --person or --agent. Nothing was changed.');
    const actor = await grantOfEnvironment(caretaker);
    const { keys, store } = await caretaker.engine();
    const [only, ...others] = caretaker.config.connections;
    const pins: Pin[] = (options.pin ?? []).map(({ connection, property_id }) => {
      const named = connection ?? (others.length === 0 ? only?.id : undefined);
      if (named !== undefined) return { connection: named, property_id };
      throw new CaretakerError('invalid_input', 'There are several connections: write --pin connection:property.', {
        field: 'pin',
      });
    });
    const made = await keys.createKey(actor, {
      kind: options.person === true ? 'person' : 'agent',
      name: options.name ?? options.role?.[0] ?? '',
      owner: options.owner,
      roles: options.role ?? [],
      scopes: options.scope ?? [],
      pins,
      ...(options.limit !== undefined && { limits: Object.fromEntries(options.limit) }),
      ...(options.emergencyLimit !== undefined && { emergency_limit: options.emergencyLimit }),
      ...(options.expires !== undefined && { expires_at: store.clock() + options.expires }),
    });
    showMade(output, made);
  });
}

function list(options: CommonOptions): Promise<void> {
  return withKeys(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'admin');
    const { keys } = await caretaker.engine();
    const all = await keys.listKeys(person);
    const head = ['key', 'principal', 'owner', 'allows', 'state', 'made', 'expires'];
    output.result({ keys: all }, table([head, ...all.map(rowOf)]));
  });
}

function rotate(keyId: string, options: CommonOptions & { overlap: number }): Promise<void> {
  return withKeys(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'admin');
    const { keys } = await caretaker.engine();
    showMade(output, await keys.rotateKey(person, keyId, options.overlap));
  });
}

function revoke(keyId: string, options: CommonOptions): Promise<void> {
  return withKeys(options, async ({ caretaker, output }) => {
    const person = await personFor(caretaker, 'admin');
    const { keys } = await caretaker.engine();
    const revoked = await keys.revokeKey(person, keyId);
    output.result(revoked, `${keyId} of ${revoked.principal} is revoked.`);
  });
}

function showMade(output: Output, made: MadeKey): void {
  if (!output.json)
    output.note(`Key ${made.key_id} of ${made.principal}. It is shown this once and is stored nowhere.`);
  output.result(made, made.key);
}

function rowOf(key: KeyView): string[] {
  const allows = [...key.roles, ...key.scopes, ...key.pins.map((one) => `@${one.connection}:${one.property_id}`)];
  return [
    key.key_id,
    key.principal,
    key.owner,
    allows.join(' '),
    key.state,
    shown(key.created_at),
    key.expires_at === null ? '' : shown(key.expires_at),
  ];
}
