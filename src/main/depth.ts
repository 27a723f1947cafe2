import type { Command } from 'commander';
import type { Connector } from '../connectors/connector.ts';
import { depthOf, type DepthReport } from '../depth/report.ts';
import { CaretakerError } from '../model/errors.ts';
import { knownPms } from './connections.ts';
import { exampleConnectors } from './depth_samples.ts';
import { depthText } from './depth_text.ts';
import { commonOptions, type CommonOptions, inSession } from './session.ts';

interface DepthOptions extends CommonOptions {
  pms?: string;
  connection?: string;
}

export function define(command: Command): void {
  commonOptions(command)
    .option('--pms <name>', 'one PMS (default: all that are known), as an account without mappings of its own has it')
    .option('--connection <id>', 'a connection of the configuration, with its mapping file')
    .action(depth);
}

function depth(options: DepthOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output }) => {
    const reports =
      options.connection === undefined
        ? await exampleReports(options.pms)
        : [depthOf(ofConnection((await caretaker.engine()).connectors, options.connection).capabilities)];
    output.result({ pms: reports }, reports.map(depthText).join('\n\n\n'));
  });
}

/** The reports of all known PMSs or of one, from their capability tables alone. */
export async function exampleReports(only?: string): Promise<DepthReport[]> {
  const names = knownPms().filter((name) => only === undefined || name === only);
  if (names.length === 0)
    throw new CaretakerError('not_found', `There is no PMS "${only}".`, {
      field: 'pms',
      next: `take one of ${knownPms().join(', ')}`,
    });
  const connectors = await exampleConnectors(names);
  try {
    return names.map((name) => depthOf((connectors.get(name) as Connector).capabilities));
  } finally {
    await Promise.all([...connectors.values()].map((connector) => connector.close()));
  }
}

function ofConnection(connectors: ReadonlyMap<string, Connector>, id: string): Connector {
  const found = connectors.get(id);
  if (found !== undefined) return found;
  throw new CaretakerError('not_found', `There is no connection "${id}" in the configuration.`, {
    field: 'connection',
  });
}
