import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to the database that can be closed. */
export async function openTunnel(address: string) {
  const url = new URL(address);
  const [port, host] = [Number(url.port || 5432), url.hostname];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(port, host);
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => [socket, onward].forEach((end) => end.destroy()));
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: here } = server.address() as { port: number };
  url.host = `127.0.0.1:${here}`;
  return {
    url: url.href.replaceAll('+', '%20'),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
    async open() {
      server.listen(here, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
