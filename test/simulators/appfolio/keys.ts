import { createHash } from 'node:crypto';
import type { Answer, SimRequest } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { refuse } from './errors.ts';
import type { AppfolioTables } from './tables.ts';

const LIFE_MS = 24 * 3_600_000;

/**
 * Carries out a POST once for one `Idempotency-Key`: for 24 hours the same key with the same body is answered as the
 * first time, with another body refused (422), and while the first is being worked on put off (409).
 */
export function onceByKey(
  { headers, body, method }: SimRequest,
  { tables, now }: World<AppfolioTables>,
  carryOut: () => Answer,
): Answer {
  const name = headers['idempotency-key'];
  if (name === undefined) return carryOut();
  if (method !== 'POST') refuse('Idempotency-Key is taken with POST only', 400);
  if (!/^[\x20-\x7e]{1,256}$/.test(name)) refuse('Idempotency-Key is invalid', 400);
  const Digest = createHash('sha256').update(body).digest('hex');
  const known = tables.keys.get(name);
  if (known !== undefined && now() - known.At < LIFE_MS) {
    if (known.Status === 'in_flight')
      refuse('A request with this Idempotency-Key is in progress', 409, { 'retry-after': '2' });
    if (known.Digest !== Digest) refuse('This Idempotency-Key was used with another body');
    const { wrote: _wrote, ...first } = JSON.parse(known.Answer) as Answer;
    return { ...first, headers: { ...first.headers, 'idempotent-replayed': 'true' } };
  }
  const answer = carryOut();
  if (answer.wrote === undefined) return answer;
  const entry = { Key: name, Digest, Status: 'done' as const, At: now(), Answer: JSON.stringify(answer) };
  if (known === undefined) tables.keys.insert(entry);
  else tables.keys.replace(entry);
  return answer;
}
