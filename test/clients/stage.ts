import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import type { RecordKind, RecordOf } from '../../src/model/records.ts';
import { addDays } from '../../src/model/zoned_time.ts';
import { MAIN, newPlace, type Place } from '../main/command_line.ts';
import { type Agent, connect } from './agent.ts';

const SHIFT_CLOCK = resolve(import.meta.dirname, '../fixtures/clock/shift_clock.mjs');

export interface StageOptions {
  units?: number;
  properties?: number;
  /** Keys of the configuration beside `connections`. */
  config?: object;
  /** Told the folder of the stage before anything runs in it. */
  prepare?: (folder: string) => void;
  /** The instant at which the stage begins, for all of its processes; default the machine's own clock. */
  at?: string;
}

export interface Key {
  key: string;
  key_id: string;
}

/** The server as a process of its own over HTTP, with its data in a folder of its own, and a look into its PMS. */
export class Stage {
  readonly place: Place;
  /** The PMS's own file, opened by this process: what is really in the books. */
  readonly pms: ReturnType<typeof createSandbox>;
  /** How far the clock of the stage is ahead of the machine's, milliseconds. */
  #shift = 0;
  #child: ChildProcess | undefined;
  #url = '';
  #adminKey = '';
  readonly #agents: Agent[] = [];

  private constructor({ units = 120, properties = 3, config = {}, prepare, at }: StageOptions) {
    const connections = [{ id: 'sandbox', pms: 'sandbox', file: './pms.db', units, properties }];
    this.place = newPlace({ connections, ...config });
    prepare?.(this.place.folder);
    this.setClock(at);
    const plain = this.place.environment;
    this.place.environment = (key) => ({
      ...plain(key),
      ...(this.#shift !== 0 && { NODE_OPTIONS: `--import=${SHIFT_CLOCK}`, CLOCK_SHIFT_MS: String(this.#shift) }),
    });
    this.pms = createSandbox({ file: join(this.place.folder, 'pms.db'), clock: () => this.now });
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options);
    await stage.start();
    return stage;
  }

  get url(): string {
    return this.#url;
  }

  /** The first person's key, of everybody's owner. */
  get adminKey(): string {
    return this.#adminKey;
  }

  get now(): number {
    return Date.now() + this.#shift;
  }

  /** Sets the clock of the processes that are started from now on; they all go by the same one. */
  setClock(at: string | undefined): void {
    if (at !== undefined) this.#shift = Date.parse(at) - Date.now();
  }

  /** Today in the zone of most of the portfolio, some days on. */
  day(later = 0, zone = 'America/Los_Angeles'): string {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(this.now);
    return addDays(today, later);
  }

  /** Starts the server, again after it was ended. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'serve', '--http', '--port', '0', '--json'], {
      cwd: this.place.folder,
      env: this.place.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const gone = once(child, 'exit').then(() => undefined);
    const first = await Promise.race([once(createInterface(child.stdout), 'line'), gone]);
    if (first === undefined) throw new Error(`the server ended before it listened: ${said}`);
    const { url, person_key } = JSON.parse(String(first[0])) as { url: string; person_key?: string };
    this.#url = url;
    if (person_key !== undefined) this.#adminKey = person_key;
  }

  /** Ends the server as a crash or an operator would. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Makes a key. `terms` are those of `keys create`. */
  key(...terms: string[]): Promise<Key> {
    return this.place.json<Key>(['keys', 'create', ...terms], this.#adminKey);
  }

  /** An agent's key of a role, answered for by the first person. */
  agentKey(role: string, name: string, ...terms: string[]): Promise<Key> {
    return this.key('--agent', '--name', name, '--owner', 'admin', '--role', role, ...terms);
  }

  /** Connects a client with a key; the stage closes it. */
  async connect(key: string): Promise<Agent> {
    const agent = await connect(this.#url, key);
    this.#agents.push(agent);
    return agent;
  }

  /** An agent of a role with a key of its own. */
  async agent(role: string, name: string, ...terms: string[]): Promise<Agent> {
    return this.connect((await this.agentKey(role, name, ...terms)).key);
  }

  /** A person who may decide what agents ask for, at the command line. */
  async manager(): Promise<(verdict: 'approve' | 'reject', id: string) => Promise<{ state: string }>> {
    const { key } = await this.key(
      ...['--person', '--name', 'manager', '--role', 'property_manager', '--scope', 'approvals:decide'],
    );
    return (verdict, id) => this.place.json(['approvals', verdict, id, '--note', 'decided'], key);
  }

  /** How many changes the PMS has taken since it was laid out. */
  async taken(): Promise<number> {
    return (await this.pms.effects()).length;
  }

  /** A record as the PMS has it. */
  async record<K extends RecordKind>(kind: K, id: string | undefined): Promise<RecordOf<K>> {
    const record = await this.pms.get(kind, '', String(id));
    if (record === undefined) throw new Error(`the PMS has no ${kind} ${id}`);
    return record;
  }

  /** Runs `work`, during which the PMS has to take exactly so many changes. */
  async taking<T>(changes: number, work: () => Promise<T>): Promise<T> {
    const before = await this.taken();
    const answer = await work();
    expect(await this.taken(), 'changes that the PMS took').toBe(before + changes);
    return answer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.close().catch(() => undefined)));
    await this.end();
    await this.pms.close();
    this.place.remove();
  }
}
