import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { Job } from './ledger.ts';

const CHILD = resolve(import.meta.dirname, 'child.ts');
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** How far a child came. */
export interface Fate {
  /** The boundaries that it passed; the last one is where it was killed. */
  passed: string[];
  killed: boolean;
}

function spawnChild(): ChildProcess {
  const child = fork(CHILD, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Children that are started while the one before is still at work, because starting takes longer than the work. */
export function createChildren(ahead: number) {
  const waiting = Array.from({ length: ahead }, spawnChild);
  return {
    /** Throws where a child ended in another way than it was to. */
    async run(job: Job): Promise<Fate> {
      waiting.push(spawnChild());
      const child = waiting.shift() as ChildProcess;
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
      child.send(job);
      const [out, errors, [code, signal]] = await Promise.all([
        text(child.stdout as Readable),
        text(child.stderr as Readable),
        ended,
      ]);
      const passed = out.split('\n').filter((line) => line !== '');
      if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the child ended with ${code}: ${errors}`);
      return { passed, killed: signal === 'SIGKILL' };
    },
    close() {
      for (const child of waiting.splice(0)) child.kill('SIGKILL');
    },
  };
}
