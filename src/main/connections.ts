import { isAbsolute, resolve } from 'node:path';
import { type Config, type ConnectionSettings, sandboxSettingsOf } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';

export interface ConnectorSurroundings {
  /** Folder that relative paths in the configuration are taken from. */
  base: string;
  clock: () => number;
  /** Told while a new sandbox portfolio is laid out. */
  onProgress?: (done: number, total: number) => void;
}

type Factory = (settings: ConnectionSettings, surroundings: ConnectorSurroundings) => Promise<Connector>;

/** Every PMS that can be connected, by the name used for `pms` in the configuration. Nothing is opened here. */
const FACTORIES: Readonly<Record<string, Factory>> = {
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

export const KNOWN_PMS = Object.keys(FACTORIES);

/** The connectors of a configuration by connection id, in its order. */
export async function createConnectors(
  config: Config,
  surroundings: Omit<ConnectorSurroundings, 'base'>,
): Promise<ReadonlyMap<string, Connector>> {
  const made = new Map<string, Connector>();
  for (const settings of config.connections) {
    const factory = FACTORIES[settings.pms];
    if (factory === undefined) throw new RangeError(`no connector for ${settings.pms}`);
    made.set(settings.id, await factory(settings, { ...surroundings, base: config.base }));
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
