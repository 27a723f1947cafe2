import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RecordKind, RecordOf } from '../../model/records.ts';
import { firstLine } from './processes.ts';

/** Simulators are no part of the published package. */
const CHECKOUT = resolve(import.meta.dirname, '../../..');
const ENTRY = resolve(CHECKOUT, 'test/simulators/simulate.ts');
const GUARD = resolve(CHECKOUT, 'src/guard.mjs');

const START_MS = 60_000;
const STOP_MS = 5_000;
const UNITS = '60';

/** What a vendor's PMS holds, as its simulator tells it past Caretaker. */
export type PmsState = { [K in RecordKind]?: RecordOf<K>[] };

/** A vendor's simulator in a process of its own. */
export interface Simulator {
  /** For the "connections" of a configuration. */
  connection: { id: string; pms: string; [setting: string]: unknown };
  state(): Promise<PmsState>;
  /** How many writes it has accepted so far. */
  accepted(): Promise<number>;
  /** A mapping file that fits its portfolio. */
  mappings(): Promise<object>;
  stop(): Promise<void>;
}

/** Starts the simulator of a PMS on a free loopback port. Throws where there is none, or no checkout. */
export async function startSimulator(pms: string, signal: AbortSignal): Promise<Simulator> {
  if (!existsSync(ENTRY))
    throw new Error('The simulators of vendors come with a checkout of Caretaker, not with the installed package.');
  const child = spawn(process.execPath, ['--import', GUARD, ENTRY, pms, '--port', '0', '--units', UNITS], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.on('exit', kill);
  const gone = once(child, 'exit').finally(() => process.off('exit', kill));
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble = (trouble + text).slice(-2_000)));

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const late = setTimeout(kill, STOP_MS);
    await gone.finally(() => clearTimeout(late));
  }

  const said = await Promise.race([
    firstLine(child.stdout, AbortSignal.any([signal, AbortSignal.timeout(START_MS)])),
    gone.then(() => undefined),
  ]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  if (said === undefined) throw new Error(`There is no simulator of "${pms}": ${trouble.trim().split('\n').at(-1)}`);
  const { url, connection } = JSON.parse(said) as { url: string; connection: Simulator['connection'] };
  const ask = async <T>(what: string): Promise<T> =>
    (await (await fetch(`${url}/__simulator/${what}`, { signal })).json()) as T;
  return {
    connection,
    state: () => ask('state'),
    accepted: async () => (await ask<unknown[]>('effects')).length,
    mappings: () => ask('mappings'),
    stop,
  };
}
