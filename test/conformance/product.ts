import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const MAIN = ['--import', './src/guard.mjs', 'src/main.ts'];
const START_MS = 60_000;

export interface Product {
  url: string;
  token: string;
  stop(): Promise<void>;
}

/** Starts the real server as a process of its own, on the embedded PMS in an empty folder, with a key made for it. */
export async function startProduct(): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'caretaker-conformance-'));
  const config = join(folder, 'config.json');
  const port = await freePort();
  const connections = [{ id: 'sandbox', pms: 'sandbox', file: join(folder, 'pms.db'), units: 40 }];
  const store = `sqlite:${join(folder, 'caretaker.db')}`;
  await writeFile(config, JSON.stringify({ store, connections, http: { port } }));

  const keyArguments = [...MAIN, 'keys', 'create', '--person', '--role', 'admin', '--config', config, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, keyArguments);
  const { key } = JSON.parse(stdout) as { key: string };
  const child = spawn(process.execPath, [...MAIN, 'serve', '--http', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const healthy = await Promise.race([answers(`${url}/health`), exited.then(() => false)]);
  if (!healthy) {
    await stop();
    throw new Error('the server did not start');
  }
  return { url, token: key, stop };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(50)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return true;
  }
  return false;
}
