import { hash } from 'node:crypto';
import type { Client, ClientBase, QueryConfig } from 'pg';

/** Statements that the server keeps for one connection, at most: lists of varying length make many texts. */
const NAMES_KEPT = 300;

/** Runs of a text on one connection before the server is asked to keep it. */
const RUNS_BEFORE = 2;

type Query = ClientBase['query'];

/**
 * Whether a kept statement was refused because its table has other columns by now, as when a newer replica migrates.
 * Nothing was run, and the same text has a fresh name when it is asked again. The message is in the server's language,
 * so the place in its source tells.
 */
export function isOutdated(error: unknown): boolean {
  const { code, routine } = (error instanceof Error ? error : {}) as { code?: unknown; routine?: unknown };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}

/**
 * Lets the server keep what a connection asks again and again, under a name that follows from the text. Parsing and
 * planning a small query takes it longer than running it. For all connections of one pool.
 */
export function statementKeeper(): (client: Pick<Client, 'query'>) => void {
  // Part of every name. Where one statement is outdated, so are others, on all connections: all get fresh names.
  let generation = 0;

  async function renewIfOutdated(used: number, answer: Promise<unknown>): Promise<unknown> {
    try {
      return await answer;
    } catch (error) {
      if (isOutdated(error) && used === generation) generation += 1;
      throw error;
    }
  }

  return (client) => {
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
      const config: QueryConfig = { name: `${generation}_${hash('sha1', text)}`, text, values };
      const answer = query(config, ...rest);
      return answer instanceof Promise ? renewIfOutdated(generation, answer) : answer;
    }) as Query as Client['query'];
  };
}
