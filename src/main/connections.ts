import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { checkSettings, type Config, type ConnectionSettings, ConfigError, sandboxSettingsOf } from '../config.ts';
import type { Connector, ConnectorEnvironment, PaceLimits } from '../connectors/connector.ts';
import type { VendorModule } from '../connectors/kit/settings.ts';
import type { Network } from './network.ts';

export interface ConnectorSurroundings {
  /** Folder that relative paths in the configuration are taken from. */
  base: string;
  clock: () => number;
  /**
   * What a connector that reaches its PMS over HTTP is made with. Its `fetch` goes to `base_url` alone, at that pace, and
   * ends a request after `deadline_ms` milliseconds, 30 seconds by default.
   */
  environment(base_url: string, limits: PaceLimits, deadline_ms?: number): ConnectorEnvironment;
  /** Told while a new sandbox portfolio is laid out. */
  onProgress?: (done: number, total: number) => void;
}

export type ConnectorFactory = (
  settings: ConnectionSettings,
  surroundings: ConnectorSurroundings,
) => Promise<Connector>;

/** Every PMS that can be connected, by the name used for `pms` in the configuration. Nothing is opened here. */
const factories: Record<string, ConnectorFactory> = {
  async sandbox(given, { base, clock, onProgress }) {
    const { createSandbox } = await import('../connectors/sandbox/connector.ts');
    const { file, seed, properties, units } = sandboxSettingsOf(given);
    return createSandbox({
      file: file === ':memory:' ? file : fromBase(base, file),
      clock,
      seed,
      properties,
      units,
      ...(onProgress && { onProgress }),
    });
  },
};

/** The vendors whose PMS is reached over the network. A module is loaded only where a connection is of its PMS. */
const vendors: Readonly<Record<string, () => Promise<VendorModule>>> = {
  buildium: () => import('../connectors/buildium/connector.ts'),
  appfolio: () => import('../connectors/appfolio/connector.ts'),
  rentmanager: () => import('../connectors/rentmanager/connector.ts'),
  realpage: () => import('../connectors/realpage/connector.ts'),
  yardi: () => import('../connectors/yardi/connector.ts'),
};
for (const [name, load] of Object.entries(vendors))
  factories[name] = async (given, { base, environment }) => {
    const { settings, create } = await load();
    const checked = checkSettings(settings, given);
    const mappings = await mappingsOf(given, base);
    const file = (path: string) => readFileSync(fromBase(base, path), 'utf8');
    return create(checked as never, { environment, file, ...(mappings && { mappings }) });
  };

/**
 * Checks the settings and the mapping file of every connection to a vendor. Throws `ConfigError` naming the key; opens
 * nothing and reaches no PMS.
 */
export async function checkConnections(config: Config): Promise<void> {
  for (const given of config.connections) {
    const load = Object.hasOwn(vendors, given.pms) ? vendors[given.pms] : undefined;
    if (load === undefined) continue;
    checkSettings((await load()).settings, given);
    await mappingsOf(given, config.base);
  }
}

async function mappingsOf({ id, mappings: file }: ConnectionSettings, base: string) {
  if (file === undefined) return undefined;
  const at = `connections.${id}.mappings`;
  if (typeof file !== 'string') throw new ConfigError(`${at}: write the path of a file`);
  const { MappingFile } = await import('../connectors/kit/value_tables.ts');
  let text: string;
  try {
    text = readFileSync(fromBase(base, file), 'utf8');
  } catch {
    throw new ConfigError(`${at}: cannot read ${file}; "caretaker connections check --propose" writes it`);
  }
  try {
    return MappingFile.parse(JSON.parse(text));
  } catch (error) {
    const [issue] = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
    throw new ConfigError(
      issue === undefined ? `${at}: ${file} is not JSON` : `${at}: ${file}: ${issue.path.join('.')}: ${issue.message}`,
    );
  }
}

/** Adds a PMS whose connector is kept outside of this package; to be called before the command line is run. */
export function addPms(name: string, factory: ConnectorFactory): void {
  if (Object.hasOwn(factories, name)) throw new RangeError(`there is a PMS ${name} already`);
  factories[name] = factory;
}

/** The names that `pms` may have in the configuration. */
export function knownPms(): string[] {
  return Object.keys(factories);
}

/** The connectors of a configuration by connection id, in its order. Where one cannot be made, none stays open. */
export async function createConnectors(
  config: Config,
  surroundings: Omit<ConnectorSurroundings, 'base' | 'environment'> & { network: Pick<Network, 'environment'> },
): Promise<ReadonlyMap<string, Connector>> {
  const { network, ...shared } = surroundings;
  const made = new Map<string, Connector>();
  try {
    for (const settings of config.connections) {
      const factory = factories[settings.pms];
      if (factory === undefined) throw new RangeError(`no connector for ${settings.pms}`);
      const environment: ConnectorSurroundings['environment'] = (...reach) =>
        network.environment(settings.id, ...reach);
      made.set(settings.id, await factory(settings, { ...shared, base: config.base, environment }));
    }
  } catch (error) {
    // Why there is no start is told, not what comes of it.
    await Promise.allSettled([...made.values()].map((connector) => connector.close()));
    throw error;
  }
  return made;
}

/** A path of the configuration, as this process can open it. */
function fromBase(base: string, path: string): string {
  return isAbsolute(path) ? path : resolve(base, path);
}

/** The address of the store with its file's path made absolute. */
export function storeUrl(config: Config): string {
  const file = /^sqlite:(?!:memory:)(.+)$/.exec(config.store)?.[1];
  return file === undefined ? config.store : `sqlite:${fromBase(config.base, file)}`;
}
