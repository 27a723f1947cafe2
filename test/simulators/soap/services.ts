import type { Answer, SimRequest, Wrote } from '../shared/message.ts';
import type { Tables } from '../shared/table.ts';
import type { Call, World } from '../shared/vendor.ts';
import type { RawAnswer, Service } from './service.ts';

/** What an operation of a simulator works on. */
export interface Asked<T extends Tables> {
  world: World<T>;
  wrote: Wrote[];
}

const answerOf = ({ status, type, text }: RawAnswer): Answer => ({ status, type, text });

/** A page of the server itself. */
export const plain = (status: number, text: string): Answer => ({
  ...{ status, type: 'text/html' },
  text: `<html>${text}</html>`,
});

export const throttled = (after: string | undefined): Answer => ({
  ...plain(429, 'Too many requests'),
  ...(after !== undefined && { headers: { 'retry-after': after } }),
});

/** Finds the operation that a request asks for among services by their paths, of which the case does not count. */
export function findIn<T extends Tables>(
  services: Readonly<Record<string, Service<Asked<T>>>>,
  writes: ReadonlySet<string>,
  { path, method, url, headers, body }: SimRequest,
): Call<T> | Answer {
  const service = services[path.toLowerCase()];
  if (service === undefined) return plain(404, 'The resource cannot be found.');
  const found = service.find({ method, url, headers, body: body.toString('utf8') });
  if (!('handle' in found)) return answerOf(found);
  const { name } = found.operation;
  return {
    ...{ operation: name, write: writes.has(name) },
    handle(world) {
      const wrote: Wrote[] = [];
      const answer = answerOf(found.handle({ world, wrote }));
      return wrote.length === 0 ? answer : { ...answer, wrote };
    },
  };
}
