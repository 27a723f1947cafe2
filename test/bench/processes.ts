import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const ROOT = resolve(import.meta.dirname, '../..');

/** The product's entry as `npm run build` emits it. */
export const PRODUCT_ENTRY = resolve(ROOT, 'dist/src/main.js');
const EMITTED = resolve(ROOT, 'node_modules/.cache/caretaker-bench');
export const BARE_STDIO = resolve(EMITTED, 'bare_stdio.js');
export const BARE_HTTP = resolve(EMITTED, 'bare_http.js');

const EMITTED_PMS = resolve(ROOT, 'node_modules/.cache/caretaker-bench-pms');
/** The simulated PMS, and the product with its connector, both emitted as `npm run build` would. */
export const PMS_ENTRY = resolve(EMITTED_PMS, 'test/simulators/faulty/main.js');
export const PRODUCT_WITH_PMS_ENTRY = resolve(EMITTED_PMS, 'test/simulators/caretaker.js');

const EMITTED_VENDORS = resolve(ROOT, 'node_modules/.cache/caretaker-bench-vendors');
/** What reads a vendor's portfolio, emitted as `npm run build` would. */
export const VENDOR_READER_ENTRY = resolve(EMITTED_VENDORS, 'test/bench/vendor_reader.js');

/** How long a child has to start, and to end when it is asked to, milliseconds. */
const START_MS = 120_000;
const END_MS = 10_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Compiles with the project's own compiler. */
function emit(project: string, what: string): void {
  const compiler = resolve(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', resolve(import.meta.dirname, project)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', timeout: START_MS });
  if (status !== 0) throw new Error(`${what} does not compile`);
}

/** Emits what reads a vendor's portfolio, with the connectors. */
export function emitVendorReader(): void {
  emit('vendors.tsconfig.json', 'the reader of portfolios');
}

/** Emits the reference servers. */
export function emitReference(): void {
  emit('tsconfig.json', 'a reference server');
}

/** What the emitted product reads while it runs, and what says that its files are modules. */
const READ_AT_RUN_TIME = ['package.json', 'prompts', 'src/connectors/sandbox/data', 'src/guard.mjs'];

let pmsEmitted = false;

/** Emits the simulated PMS and the product with its connector, once in a run. */
export function emitPms(): void {
  if (pmsEmitted) return;
  mkdirSync(EMITTED_PMS, { recursive: true });
  for (const path of READ_AT_RUN_TIME) cpSync(resolve(ROOT, path), resolve(EMITTED_PMS, path), { recursive: true });
  emit('pms.tsconfig.json', 'the product with the simulated PMS');
  pmsEmitted = true;
}

export interface StartOptions {
  cwd?: string;
  /** Added to this process's own environment. */
  environment?: Readonly<Record<string, string>>;
  stdio?: StdioOptions;
  /** Options of Node, before the entry. */
  node?: readonly string[];
}

/** A child of Node that does not outlive this process. */
export function start(entry: string, args: readonly string[], options: StartOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [...(options.node ?? []), entry, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.environment },
    stdio: options.stdio ?? ['pipe', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The first line that a child prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as Readable });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a server ended before it was ready')));
  ended.catch(() => {});
  const [line] = (await Promise.race([once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }), ended])) as [
    string,
  ];
  lines.close();
  (child.stdout as Readable).resume();
  return line;
}

/** Asks a child to end, and ends it where it does not. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}

/** Memory of a process that is resident now and was at most, MiB; undefined where the system does not tell. */
export function memoryOf({ pid }: ChildProcess): { now: number; peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  } catch {
    return undefined;
  }
}

/** Milliseconds in one tick of `/proc/<pid>/stat` (USER_HZ, which is 100 on every Linux of today). */
const TICK_MS = 10;

/**
 * Milliseconds of processor time that a process has used: unlike the clock it hardly minds what else the machine does.
 * Zero where the system does not tell.
 */
export function processorMs({ pid }: ChildProcess): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // utime and stime are the 14th and 15th field of all, the 12th and 13th after the command's bracket (proc(5)).
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(utime) + Number(stime)) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Processor time of all processes together, milliseconds; zero where the system does not tell. */
export function machineMs(): number {
  try {
    const ticks = /^cpu +(.+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? [];
    const [user = 0, nice = 0, system = 0, _idle, _wait, irq = 0, softirq = 0] = ticks;
    return (user + nice + system + irq + softirq) * TICK_MS;
  } catch {
    return 0;
  }
}
