import { resolve } from 'node:path';
import { catalogue } from '../../tools/catalogue.ts';
import type { Config } from '../config.ts';
import type { Grant } from '../grants/grant.ts';
import type { GrantRules } from '../grants/make_grant.ts';
import type { Host } from '../mcp/host.ts';
import { KeyRing } from '../store/keyring.ts';
import type { PipelineParts } from '../tool/parts.ts';
import { createPipeline, type Pipeline } from '../tool/pipeline.ts';
import type { Engine } from './engine.ts';
import { createHost } from './host.ts';
import { createLog, type Log } from './log.ts';
import { ownVersion } from './version.ts';

export interface CaretakerOptions {
  config: Config;
  environment: NodeJS.ProcessEnv;
  /** Epoch milliseconds; default the system's. */
  clock?: () => number;
  /** The folder that holds `prompts/`; default the package's own. */
  root?: string;
  /** Told while a new sandbox portfolio is laid out. */
  onSeeding?: (done: number, total: number) => void;
}

export interface Caretaker {
  config: Config;
  rules: GrantRules;
  log: Log;
  host: Host<Grant>;
  pipeline: Pipeline;
  /** Store, PMSs, ledger and keys: loaded with the first use, and even then nothing is opened. */
  engine(): Promise<Engine>;
  /** Begins what goes on by itself: recovery, messages to people, paging. The first call does so too. Waits for nothing. */
  startBackground(): void;
  close(): Promise<void>;
}

/** What configuration and catalogue say about grants. */
export function rulesOf(config: Config): GrantRules {
  const { organisation, connections, policy, sandboxOnly } = config;
  return {
    organisation,
    connections,
    tools: catalogue.map(({ name }) => name),
    limits: policy.limits,
    emergency_limit: policy.emergency_limit,
    sandboxOnly,
  };
}

/**
 * Puts Caretaker together. Listing tools, prompts and resources touches neither store nor PMS; the first call opens
 * both. Throws `KeyRingError` where a real PMS is connected and there is no key ring.
 */
export function openCaretaker(options: CaretakerOptions): Caretaker {
  const { config, environment, clock = Date.now } = options;
  const keyring = KeyRing.fromEnvironment(environment['CARETAKER_KEYRING'], config);
  const log = createLog();
  const rules = rulesOf(config);
  let loading: Promise<Engine> | undefined;
  let loaded: Engine | undefined;
  let background: Promise<(() => Promise<void>) | undefined> | undefined;
  let closed = false;

  function engine(): Promise<Engine> {
    return (loading ??= import('./engine.ts')
      .then(({ createEngine }) => createEngine({ ...options, rules, catalogue, keyring, clock, log }))
      .then((made) => (loaded = made)));
  }

  function startBackground(): void {
    background ??= Promise.all([engine(), import('./background.ts')])
      .then(([made, { startBackground: start }]) => (closed ? undefined : start(made, config, log)))
      .catch((error: unknown) => {
        log.trouble('background', error);
        return undefined;
      });
  }

  const running = (): Engine => {
    if (loaded === undefined) throw new Error('a part was used before it was loaded');
    return loaded;
  };
  const parts: PipelineParts = {
    catalogue,
    config,
    keyring,
    clock: () => running().store.clock(),
    report: (error) => log.trouble('call_failed', error),
    get store() {
      return running().store;
    },
    get records() {
      return running().records;
    },
    get writeback() {
      return running().writeback;
    },
    get reads() {
      return running().reads;
    },
  };
  const inner = createPipeline(parts);
  const pipeline: Pipeline = {
    tools: inner.tools,
    async call(grant, name, args, callOptions) {
      await engine();
      startBackground();
      return inner.call(grant, name, args, callOptions);
    },
  };

  const root = options.root ?? resolve(import.meta.dirname, '../..');
  return {
    config,
    rules,
    log,
    pipeline,
    host: createHost({ config, pipeline, engine, clock, root, version: ownVersion() }),
    engine,
    startBackground,
    async close() {
      closed = true;
      await (
        await background
      )?.();
      await (await loading)?.close();
      await log.flush();
    },
  };
}
