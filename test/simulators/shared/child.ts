import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const START_MS = 120_000;
const END_MS = 5_000;

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A simulator in a process of its own. */
export interface Child {
  /** The line that it prints when it is ready, parsed. */
  ready: unknown;
  /** Ends the process, at once with `SIGKILL`. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts a simulator, which ends with this process, and waits until it is ready. */
export async function startChild(args: readonly string[]): Promise<Child> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  try {
    return { ready: JSON.parse(await firstLine(child)), end: (signal) => end(child, signal) };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

async function firstLine(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the simulator ended before it was ready')));
  ended.catch(() => {});
  const line = once(lines, 'line', { signal: AbortSignal.timeout(START_MS) });
  const [first] = (await Promise.race([line, ended])) as [string];
  lines.close();
  child.stdout.resume();
  return first;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
