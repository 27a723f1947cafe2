import { randomUUID } from 'node:crypto';
import { Agent, fetch } from 'undici';
import type { Place } from './portfolio.ts';

/*
 * The reference of every write: a client that makes the same requests to the PMS as a proved write does, with the same
 * kind of agent, and nothing else: it records nothing, checks nothing and proves nothing.
 */

export interface BareClient {
  /** Creates a work order and reads it back. Returns its id. */
  create(number: number): Promise<string>;
  /** Only the first of the two requests. */
  createOnly(number: number): Promise<string>;
  close(): Promise<void>;
}

export function createBareClient(url: string, places: readonly Place[]): BareClient {
  const dispatcher = new Agent({ connections: 32, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

  async function ask<T>(path: string, init: Parameters<typeof fetch>[1] = {}): Promise<T> {
    const response = await fetch(`${url}${path}`, { ...init, dispatcher });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }

  async function createOnly(number: number): Promise<string> {
    const operation = 'create_work_order';
    const body = JSON.stringify({ operation, idempotency_key: randomUUID(), body: workOrder(places, number) });
    const headers = { 'content-type': 'application/json' };
    return (await ask<{ record: { id: string } }>('/writes', { method: 'POST', headers, body })).record.id;
  }

  return {
    createOnly,
    async create(number) {
      const id = await createOnly(number);
      await ask(`/records/work_order/${id}`);
      return id;
    },
    close: () => dispatcher.close(),
  };
}

/** The command that creates a work order; each number reports something else. */
export function workOrder(places: readonly Place[], number: number) {
  return {
    kind: 'create_work_order' as const,
    ...(places[(number * 7) % places.length] as Place),
    title: `Kitchen tap number ${number} drips.`,
    description: `Kitchen tap number ${number} drips. It has dripped since yesterday and the cabinet below is damp.`,
    trade: 'plumbing' as const,
    severity: 'routine' as const,
    entry: 'call_first' as const,
    file_ids: [],
  };
}
