import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type Config, ConfigError, type ConnectionSettings } from '../config.ts';
import { type Connector, VALUE_TABLES, type ValueTables } from '../connectors/connector.ts';
import { MappingFile, withMappings } from '../connectors/kit/value_tables.ts';
import { proposeMappings, type ToDecide } from '../depth/propose_mappings.ts';

/** What became of a mapping file. */
export interface Proposed {
  connection: string;
  /** Its path, as the configuration has it or should have it. */
  file: string;
  /** Whether the configuration does not name it yet. */
  unnamed: boolean;
  /** How many entries were added. */
  added: number;
  to_decide: readonly ToDecide[];
}

/** The mapping file of a connection, as the configuration names it; else the one that it would have. */
function fileOf({ id, mappings }: ConnectionSettings): { file: string; unnamed: boolean } {
  return typeof mappings === 'string'
    ? { file: mappings, unnamed: false }
    : { file: `${id}.mappings.json`, unnamed: true };
}

function pathOf(config: Config, file: string): string {
  return isAbsolute(file) ? file : resolve(config.base, file);
}

/** The configuration as if the mapping files that do not exist were not named in it: they are about to be proposed. */
export function withoutMissingMappings(config: Config): Config {
  const connections = config.connections.map((settings) => {
    const { mappings, ...rest } = settings;
    return typeof mappings === 'string' && !existsSync(pathOf(config, mappings))
      ? (rest as ConnectionSettings)
      : settings;
  });
  return { ...config, connections };
}

/**
 * Adds to a connection's mapping file what can be told by the likeness of names. Whatever is in the file stays as it is;
 * where there is nothing to add it is not touched, unless it is named and missing. Throws `ConfigError` where the file cannot be read or written.
 */
export async function proposeFor(
  config: Config,
  named: ConnectionSettings,
  connector: Connector,
  signal: AbortSignal,
): Promise<Proposed> {
  const { file, unnamed } = fileOf(named);
  const path = pathOf(config, file);
  const given = readMappings(path, file);
  const lists = (await connector.valueLists?.(signal)) ?? [];
  // What is in a file that the configuration does not name yet counts as well.
  const tables = withMappings(connector.tables ?? {}, given);
  const { add, to_decide } = proposeMappings(lists, tables, config.staff);
  const added = Object.values(add).reduce(
    (sum, { to_pms, from_pms }) => sum + Object.keys(to_pms).length + Object.keys(from_pms).length,
    0,
  );
  // A file that the configuration names has to be there at the next start, also where nothing can be told yet.
  if (added > 0 || (!unnamed && !existsSync(path))) writeMappings(path, file, laidOver(add, given));
  return { connection: named.id, file, unnamed, added, to_decide };
}

/** Tables with others over them, word by word; the words of those above come first. */
function laidOver(below: ValueTables, above: MappingFile): MappingFile {
  return Object.fromEntries(
    VALUE_TABLES.flatMap((name) => {
      const [under, over] = [below[name], above[name]];
      if (under === undefined && over === undefined) return [];
      return [
        [
          name,
          {
            to_pms: { ...over?.to_pms, ...under?.to_pms, ...over?.to_pms },
            from_pms: { ...over?.from_pms, ...under?.from_pms, ...over?.from_pms },
          },
        ],
      ];
    }),
  ) as MappingFile;
}

function readMappings(path: string, file: string): MappingFile {
  if (!existsSync(path)) return MappingFile.parse({});
  try {
    return MappingFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new ConfigError(`${file} is not a mapping file. It was left as it is.`);
  }
}

/** Whole or not at all. */
function writeMappings(path: string, file: string, tables: MappingFile): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, `${JSON.stringify(tables, null, 2)}\n`);
    renameSync(beside, path);
  } catch {
    throw new ConfigError(`${file} cannot be written. Nothing was changed.`);
  }
}
