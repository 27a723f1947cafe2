import { hash } from 'node:crypto';
import type { Client, ClientBase, QueryConfig } from 'pg';

/** Statements that the server keeps for one connection, at most: lists of varying length make many texts. */
const NAMES_KEPT = 300;

/** Runs of a text on one connection before the server is asked to keep it. */
const RUNS_BEFORE = 2;

type Query = ClientBase['query'];

/**
 * Lets the server keep what a connection asks again and again, under a name that follows from the text. Parsing and
 * planning a small query takes it longer than running it.
 */
export function keepStatements(client: Pick<Client, 'query'>): void {
  const runs = new Map<string, number>();
  let names = 0;
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;

  function isKept(text: string): boolean {
    const known = runs.get(text) ?? 0;
    if (known > RUNS_BEFORE) return true;
    if (known === RUNS_BEFORE && names >= NAMES_KEPT) return false;
    if (runs.size > NAMES_KEPT * 4) runs.clear();
    runs.set(text, known + 1);
    if (known < RUNS_BEFORE) return false;
    names += 1;
    return true;
  }

  client.query = ((text: unknown, values: unknown, ...rest: unknown[]) => {
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0 || !isKept(text))
      return query(text, values, ...rest);
    const config: QueryConfig = { name: hash('sha1', text), text, values };
    return query(config, ...rest);
  }) as Query as Client['query'];
}
