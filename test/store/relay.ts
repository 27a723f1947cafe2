import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * A way to the database on which a host can vanish after it has acknowledged what it was sent, so that the connection
 * stays and no answer comes any more, and on which a connection can be cut.
 */
export async function openRelay(address: string) {
  const url = new URL(address);
  const [port, host] = [Number(url.port || 5432), url.hostname];
  const sockets = new Set<Socket>();
  let listening: { word: string; heard: (socket: Socket) => void } | undefined;
  const server = createServer((socket) => {
    const onward = connect(port, host);
    let mute = false;
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => [socket, onward].forEach((end) => end.destroy()));
    }
    socket.on('data', (bytes) => {
      if (listening !== undefined && bytes.includes(listening.word)) {
        mute = true;
        listening.heard(socket);
        listening = undefined;
      }
      onward.write(bytes);
    });
    onward.on('data', (bytes) => mute || socket.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    url: url.href.replaceAll('+', '%20'),
    /** The next connection on which this word is asked gets no answer any more; resolves when it was asked. */
    muteAt(word: string): Promise<void> {
      return new Promise((heard) => {
        listening = { word, heard: () => heard() };
      });
    },
    /** The next connection on which this word is asked is cut. */
    cutAt(word: string): void {
      listening = { word, heard: (socket) => socket.destroy() };
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
