import { afterEach } from 'vitest';
import type { SimulatorHandle } from '../shared/handle.ts';
import { openSimulator } from '../shared/open.ts';
import type { GivenOptions } from '../shared/options.ts';

/** A moment at which the clocks of these tests stand. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

export interface Told {
  status: number;
  headers: Headers;
  body: never;
}

export interface Database extends SimulatorHandle {
  /** Sends a request with the right credentials. A body is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>;
  /** The status of a request, and what its refusal says. */
  refusal(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<[number, string]>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A small database with a stopped clock and no limits, which ends with the test. */
export async function openDatabase(options: GivenOptions = {}): Promise<Database> {
  const sim = await openSimulator('appfolio', { now: NOW, limits: {}, units: 24, ...options });
  open.push(() => sim.close());
  const { client_id, client_secret, developer_id } = sim.connection as unknown as Record<string, string>;
  const credentials = {
    authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
    'x-appfolio-developer-id': String(developer_id),
  };
  const ask: Database['ask'] = async (method, path, body, extra = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { ...credentials, ...type, ...extra };
    const response = await fetch(`${sim.url}${path}`, { method, headers, ...(text !== undefined && { body: text }) });
    const answer = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(answer || '{}') as never };
  };
  return {
    ...sim,
    ask,
    async refusal(...request) {
      const { status, body } = await ask(...request);
      const { message, error } = body as { message?: string; error?: string };
      return [status, message ?? error ?? ''];
    },
  };
}
