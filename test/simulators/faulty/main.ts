import type { AddressInfo } from 'node:net';
import * as z from 'zod/v4';
import { connectionFor, Options } from './options.ts';
import { makeServer } from './server.ts';

/* The simulator's process: `node test/simulators/faulty/main.ts '<options as JSON>'`. */

const given = Options.safeParse(JSON.parse(process.argv[2] ?? '{}'));
if (!given.success) {
  process.stderr.write(`${z.prettifyError(given.error)}\n`);
  process.exit(2);
}
const options = given.data;
const { simulator, server } = makeServer(options);

let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  server.close();
  server.closeAllConnections();
  void simulator.books.close().finally(() => process.exit(0));
}
process.once('SIGTERM', end);
// Whoever started it holds the other end: with it gone, nobody is left to end this process.
process.stdin.once('end', end).once('error', end).resume();

// The portfolio is laid out now, so that no request of a test waits for it.
await simulator.books.state();
server.keepAliveTimeout = 60_000;
server.listen(options.port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`${JSON.stringify({ pms: 'faulty', url, connection: connectionFor(options, url) })}\n`);
});
