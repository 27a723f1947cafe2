import { type Command, InvalidArgumentError } from 'commander';
import type { Config, ConnectionSettings } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { proposeFor, type Proposed, withoutMissingMappings } from './connections_check_mappings.ts';
import { checkConnection, type ConnectionReport } from './connections_check_report.ts';
import { outcomesText, proposedText, reportText } from './connections_check_text.ts';
import { NAMED_KINDS } from './connections_check_plan.ts';
import { runWriteTest } from './connections_check_write_test.ts';
import {
  commonOptions,
  type CommonOptions,
  grantFor,
  inSession,
  needsScope,
  roleOption,
  type Session,
} from './session.ts';
import { each } from './values.ts';

interface CheckOptions extends CommonOptions {
  role?: string;
  propose?: boolean;
  writeTest?: string;
  commands: CommandKind[];
  account: string[];
  vendor?: string;
  renewal?: string;
}

export function define(command: Command): void {
  const check = command
    .command('check')
    .description('credentials, mappings, zones, vendors, drift, and what stands in the way of going live; reads only');
  roleOption(commonOptions(check))
    .argument('[connection]', 'one connection (default: all)')
    .option('--propose', 'add to the mapping file what can be told by its name, and list the rest')
    .option('--write-test <unit>', 'create a work order on this unit, read it back and cancel it')
    .option(
      '--commands <kinds>',
      `test these instead, money and leases among them: ${NAMED_KINDS.join(',')}`,
      kindsOf,
      [],
    )
    .option(
      '--account <id>',
      'an account or charge code for postings of the test; twice for a journal entry',
      each(String),
      [],
    )
    .option('--vendor <id>', 'the vendor of a dispatch or bill of the test')
    .option('--renewal <offer-id>', 'for update_lease where the PMS takes renewals alone: accepts this one, for good')
    .action(checkAll);
}

function kindsOf(text: string): CommandKind[] {
  return text.split(',').map((name) => {
    const kind = NAMED_KINDS.find((one) => one === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`"${name}" is none of ${NAMED_KINDS.join(', ')}.`);
    return kind;
  });
}

async function checkAll(id: string | undefined, options: CheckOptions): Promise<void> {
  const proposed = options.propose === true ? await proposeAll(id, options) : [];
  if (proposed === undefined) return;
  const adjusted = options.propose === true ? withoutMissingMappings : undefined;
  // Anew, so that what was proposed counts.
  await inSession(options, (session) => check(session, id, options, proposed), adjusted);
}

async function check(
  session: Session,
  id: string | undefined,
  options: CheckOptions,
  proposed: readonly Proposed[],
): Promise<void> {
  const { caretaker, output } = session;
  const grant = await checker(session, options);
  if (options.commands.length > 0 && options.writeTest === undefined)
    throw new CaretakerError('invalid_input', '--commands belongs to --write-test. Nothing was changed.', {
      field: 'commands',
    });
  const connections = chosen(caretaker.config, id);
  const tested = await writeTest(session, grant, id, options);
  const reports = await reportsOf(session, connections);
  output.result(
    {
      connections: reports,
      ...(options.propose === true && { mappings: proposed }),
      ...(tested !== undefined && { write_test: tested }),
    },
    [
      ...proposed.map(proposedText),
      ...(tested === undefined ? [] : [outcomesText(tested.connection, tested.outcomes)]),
      ...reports.map(reportText),
    ].join('\n\n'),
  );
  const isReady = reports.every(({ blocking }) => blocking.length === 0);
  const isTested = tested === undefined || tested.outcomes.every(({ outcome }) => outcome === 'proved');
  const isDecided = proposed.every(({ to_decide }) => to_decide.length === 0);
  if (!isReady || !isTested || !isDecided) process.exitCode = 1;
}

/** Settings and states of connections are for whoever keeps the house. */
async function checker({ caretaker }: Session, { role }: CheckOptions): Promise<Grant> {
  const grant = await grantFor(caretaker, role);
  if (!grant.from_role) needsScope(grant, ['admin']);
  return grant;
}

function chosen({ connections }: Config, id: string | undefined): readonly ConnectionSettings[] {
  const found = connections.filter((one) => id === undefined || one.id === id);
  if (found.length > 0) return found;
  throw new CaretakerError('not_found', `There is no connection "${id}". Nothing was checked.`);
}

async function reportsOf(
  { caretaker, output, signal }: Session,
  connections: readonly ConnectionSettings[],
): Promise<ConnectionReport[]> {
  const engine = await caretaker.engine();
  await engine.store.ready();
  const reports: ConnectionReport[] = [];
  for (const settings of connections)
    reports.push(
      await checkConnection(engine, settings, { signal, onProgress: (...progress) => output.progress(...progress) }),
    );
  return reports;
}

/** Writes the mapping files; undefined where that failed, which has been told. */
async function proposeAll(id: string | undefined, options: CheckOptions): Promise<Proposed[] | undefined> {
  let proposed: Proposed[] | undefined;
  let named: Config | undefined;
  await inSession(
    options,
    async (session) => {
      await checker(session, options);
      const { caretaker, signal } = session;
      const { connectors } = await caretaker.engine();
      const made: Proposed[] = [];
      for (const settings of chosen(named ?? caretaker.config, id)) {
        const connector = connectors.get(settings.id) as Connector;
        if (connector.valueLists === undefined && settings['mappings'] === undefined) continue;
        made.push(await proposeFor(caretaker.config, settings, connector, signal));
      }
      proposed = made;
    },
    (config) => withoutMissingMappings((named = config)),
  );
  return proposed;
}

/** A test changes the PMS: a role is enough on the sandbox alone, else it takes a person who may. */
async function writeTest(
  { caretaker, output, signal }: Session,
  grant: Grant,
  connection: string | undefined,
  { writeTest: unit, commands: kinds, account: accounts, vendor, renewal }: CheckOptions,
) {
  if (unit === undefined) return undefined;
  if (!grant.from_role && grant.kind !== 'person')
    throw new CaretakerError(
      'not_permitted',
      "A write test takes a person's key with the scope admin. Nothing was changed.",
      {
        field: 'CARETAKER_API_KEY',
        next: "set CARETAKER_API_KEY to such a person's key",
      },
    );
  return runWriteTest(
    caretaker,
    grant,
    { unit, connection, kinds, accounts, vendor, renewal },
    {
      signal,
      note: (text) => output.note(text),
      onProgress: (done, total, what) => output.progress(done, total, what),
    },
  );
}
