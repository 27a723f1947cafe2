import { isAbsolute, resolve } from 'node:path';
import { type Config, type ConnectionSettings, sandboxSettingsOf } from '../config.ts';
import type { Connector, ConnectorEnvironment, PaceLimits } from '../connectors/connector.ts';
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
