import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Endpoint } from './tool_calls.ts';

const SERVER = resolve(import.meta.dirname, 'server.ts');
const COMMANDS = resolve(import.meta.dirname, '../simulators/caretaker.ts');
const GUARD = resolve(import.meta.dirname, '../../src/guard.mjs');
const START_MS = 60_000;
const END_MS = 15_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Where servers run: a folder with their configuration, and what their environment has besides. */
export interface Place {
  folder: string;
  environment: Readonly<Record<string, string>>;
}

interface Started {
  url: string;
  person_key?: string;
  agent_key?: string;
}

interface Slot {
  child: ChildProcess | undefined;
  url: string | undefined;
  /** Stopped by a signal: it answers nobody for a while. */
  stopped: boolean;
}

/** Several servers on one store. */
export interface Fleet {
  /** The keys of a store that was empty. */
  keys: { person: string; agent: string };
  /** The servers that can be called now; waits for the first one where there is none. */
  endpoints(token: string): Promise<Endpoint[]>;
  /** Kills one as if the power went, and starts another in its place. */
  kill(index: number): Promise<void>;
  /** Stops one for a while, as a machine that is put to sleep. */
  pause(index: number, ms: number, signal: AbortSignal): Promise<void>;
  /** Ends one after the other as a service manager would, and starts it again. */
  restart(): Promise<void>;
  /** Ends all. */
  stop(): Promise<void>;
  /** Servers that have ended without being told to. */
  crashes: string[];
}

function environmentOf(place: Place): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', ...place.environment };
}

/** Runs a command of Caretaker's command line to its end; its output as JSON. Throws with what it complained of. */
export async function runCommand<T>(place: Place, args: readonly string[], key: string): Promise<T> {
  const env = { ...environmentOf(place), CARETAKER_API_KEY: key };
  const child = spawn(process.execPath, [COMMANDS, ...args, '--json'], { cwd: place.folder, env, stdio: 'pipe' });
  track(child);
  child.stdin.end();
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}${out}`);
  return JSON.parse(out) as T;
}

function track(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Starts the servers, the first one alone, because it makes the keys. */
export async function openFleet(place: Place, size: number): Promise<Fleet> {
  const slots: Slot[] = Array.from({ length: size }, () => ({ child: undefined, url: undefined, stopped: false }));
  const log = openSync(join(place.folder, 'servers.log'), 'a');
  const crashes: string[] = [];
  let up = Promise.withResolvers<void>();
  let ending = false;

  /** Everybody who waits for a server looks again. */
  function someIsUp(): void {
    up.resolve();
    up = Promise.withResolvers<void>();
  }

  async function launch(slot: Slot): Promise<Started | undefined> {
    if (ending) return undefined;
    const args = ['--import', GUARD, SERVER, 'serve', '--http', '--port', '0', '--json'];
    const env = environmentOf(place);
    const child = spawn(process.execPath, args, { cwd: place.folder, env, stdio: ['pipe', 'pipe', log] });
    track(child);
    slot.child = child;
    child.once('exit', (code, signal) => {
      if (slot.child !== child) return;
      crashes.push(`a server ended by itself: ${signal ?? code}`);
      slot.url = undefined;
      void launch(slot);
    });
    const started = await firstLine(child);
    if (started === undefined || slot.child !== child) return undefined;
    slot.url = started.url;
    someIsUp();
    return started;
  }

  /** Takes a server out of its place and ends it. */
  async function end(slot: Slot, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = slot;
    Object.assign(slot, { child: undefined, url: undefined, stopped: false });
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(timer);
  }

  const first = await launch(slots[0] as Slot);
  if (first?.person_key === undefined || first.agent_key === undefined)
    throw new Error(`the first server did not start on an empty store; see ${join(place.folder, 'servers.log')}`);
  await Promise.all(slots.slice(1).map(launch));
  return {
    crashes,
    keys: { person: first.person_key, agent: first.agent_key },
    async endpoints(token) {
      for (;;) {
        const ready = slots.flatMap(({ url, stopped }) => (url === undefined || stopped ? [] : [{ url, token }]));
        if (ready.length > 0 || ending) return ready;
        await up.promise;
      }
    },
    async kill(index) {
      const slot = slots[index] as Slot;
      await end(slot, 'SIGKILL');
      await launch(slot);
    },
    async pause(index, ms, signal) {
      const slot = slots[index] as Slot;
      const { child } = slot;
      if (child === undefined) return;
      slot.stopped = true;
      child.kill('SIGSTOP');
      await new Promise<void>((done) => {
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
      });
      child.kill('SIGCONT');
      if (slot.child === child) slot.stopped = false;
      someIsUp();
    },
    async restart() {
      for (const slot of slots) {
        await end(slot, 'SIGTERM');
        await launch(slot);
      }
    },
    async stop() {
      ending = true;
      someIsUp();
      await Promise.all(slots.map((slot) => end(slot, 'SIGTERM')));
    },
  };
}

/** What a server prints once it can be called; undefined where it ended before that. */
async function firstLine(child: ChildProcess): Promise<Started | undefined> {
  const { stdout } = child;
  if (stdout === null) return undefined;
  const lines = createInterface({ input: stdout });
  const line = await Promise.race([
    once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }).then(([first]) => first as string),
    once(child, 'exit').then(() => undefined),
  ]).catch(() => undefined);
  lines.close();
  stdout.resume();
  return line === undefined ? undefined : (JSON.parse(line) as Started);
}
