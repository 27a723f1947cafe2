import type { Connector } from '../../src/connectors/connector.ts';
import type { CommandKind } from '../../src/model/commands.ts';

/** The connector as if these commands of its were only guessed at. */
export function inferring(connector: Connector, kinds: readonly CommandKind[]): Connector {
  const { commands, ...rest } = connector.capabilities;
  const guessed = kinds.map((kind) => [kind, { ...commands[kind], evidence: 'inferred' as const }]);
  return { ...connector, capabilities: { ...rest, commands: { ...commands, ...Object.fromEntries(guessed) } } };
}
