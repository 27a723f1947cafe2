import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The command line itself, as source or as emitted, whichever of the two is running. */
const ENTRY = resolve(import.meta.dirname, `../../main${extname(import.meta.filename)}`);

/** Starting opens and fills nothing yet; a server that says nothing for this long is not coming. */
const START_MS = 30_000;
/** After this long a server that was asked to stop is ended. */
const STOP_MS = 15_000;

/** Where child processes run: their data lies in `folder`, and no setting of the surroundings reaches them. */
export interface Place {
  folder: string;
  signal: AbortSignal;
  /** What the children need besides, such as the key ring of a connection to a vendor. */
  environment?: Readonly<Record<string, string>>;
}

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunningServer {
  url: string;
  person_key: string;
  stop(): Promise<void>;
}

function environment(place: Place, key: string | undefined): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('CARETAKER_'));
  return {
    ...Object.fromEntries(rest),
    ...place.environment,
    ...(key !== undefined && { CARETAKER_API_KEY: key }),
  };
}

/** Runs one command to its end, as the person or agent whose key it is. Never throws for what the command says. */
export function runCaretaker(place: Place, args: readonly string[], key: string): Promise<Finished> {
  const { folder: cwd, signal } = place;
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [ENTRY, ...args],
      { cwd, signal, env: environment(place, key) },
      (error, stdout, stderr) => {
        if (signal.aborted || (error !== null && typeof error.code !== 'number')) return fail(error ?? signal.reason);
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

/** Starts a server on a free loopback port and waits until it listens. It does not outlive this process. */
export async function startServer(place: Place): Promise<RunningServer> {
  const { folder: cwd, signal } = place;
  const child = spawn(process.execPath, [ENTRY, 'serve', '--http', '--host', '127.0.0.1', '--port', '0', '--json'], {
    cwd,
    env: environment(place, undefined),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.on('exit', kill);
  const gone = once(child, 'exit').finally(() => process.off('exit', kill));
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble = (trouble + text).slice(-4_000)));

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const late = setTimeout(kill, STOP_MS);
    await gone.finally(() => clearTimeout(late));
  }

  try {
    const said = await Promise.race([
      firstLine(child.stdout, AbortSignal.any([signal, AbortSignal.timeout(START_MS)])),
      gone.then(() => undefined),
    ]);
    if (said === undefined) throw new Error(`The server ended before it listened. ${trouble}`);
    const { url, person_key } = JSON.parse(said) as { url: string; person_key: string };
    return { url, person_key, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first line of a child's output; throws the signal's reason where it does not come. */
export async function firstLine(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stream });
  try {
    const [line] = (await once(lines, 'line', { signal })) as [string];
    return line;
  } finally {
    lines.close();
    // What comes later is nobody's; unread it would fill the pipe.
    stream.resume();
  }
}
