import { afterEach } from 'vitest';
import { handleOn, type SimulatorHandle } from './handle.ts';
import { NOTICE_BOARD } from './notice_board.ts';
import { serveVendor } from './open.ts';
import type { GivenOptions } from './options.ts';

/** A moment at which the clocks of these tests stand. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

export interface Board extends SimulatorHandle {
  get(path: string): Promise<Response>;
  post(text: string): Promise<Response>;
  /** The texts that the board shows to a reader. */
  texts(): Promise<string[]>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A notice board with a stopped clock and no limits, which ends with the test. */
export async function openBoard(options: GivenOptions = {}): Promise<Board> {
  const { ready, close } = await serveVendor(NOTICE_BOARD, { now: NOW, limits: {}, units: 20, ...options });
  open.push(close);
  const headers = { 'x-board-key': 'let-me-in' };
  const get = (path: string) => fetch(`${ready.url}${path}`, { headers });
  return {
    ...handleOn(ready, close),
    get,
    post: (Text) =>
      fetch(`${ready.url}/notices`, { method: 'POST', headers, body: JSON.stringify({ Text, Property: '11' }) }),
    texts: async () => ((await (await get('/notices')).json()) as { Text: string }[]).map(({ Text }) => Text),
  };
}
