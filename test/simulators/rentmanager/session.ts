import { createHash } from 'node:crypto';
import { jsonAnswer, queryValue, type Answer, type SimRequest } from '../shared/message.ts';
import type { Call, World } from '../shared/vendor.ts';
import { failure } from './errors.ts';
import { TOKENS, type RentManagerTables } from './tables.ts';

export const USERNAME = 'caretaker';
export const PASSWORD = 'simulated-password';
export const PARTNER_TOKEN = 'simulated-partner-token';
/** Where the portfolio is. The user's own location is the first one, where there is nothing. */
export const LOCATION = '2';

const LIFE_MS = 24 * 60 * 60_000;
const IDLE_MS = 15 * 60_000;
const MOST_LIVE = 10;

const denied = (message: string) => failure(401, 'AuthenticationException', message);

function isLive(row: { readonly [field: string]: unknown }, now: number): boolean {
  return now - Number(row['Created']) < LIFE_MS && now - Number(row['Used']) < IDLE_MS;
}

/** Signing in and out. */
export function sessionCall(request: SimRequest): Call<RentManagerTables> | Answer {
  const action = request.path.slice('/Authentication/'.length).toLowerCase();
  const session = { write: true, session: true } as const;
  if (action === 'authorizeuser')
    return { operation: 'AuthorizeUser', ...session, handle: (world) => signIn(request, world) };
  if (action === 'deauthorize')
    return {
      ...{ operation: 'DeAuthorize', ...session },
      handle({ tables }) {
        const token = queryValue(request, 'token') ?? '';
        if (tables[TOKENS]?.get(token) === undefined) return failure(400, 'AuthenticationException', 'No such token.');
        tables[TOKENS]?.remove(token);
        return { status: 204, text: '' };
      },
    };
  return failure(404, 'NotFoundException', 'No such action.');
}

function signIn({ body }: SimRequest, { tables, ids, now }: World<RentManagerTables>): Answer {
  const { Username, Password } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  if (Username !== USERNAME || Password !== PASSWORD) return denied('The user name or the password is wrong.');
  const live = tables[TOKENS]?.rows().filter((row) => isLive(row, now())) ?? [];
  if (live.length >= MOST_LIVE)
    return failure(401, 'AuthenticationException', 'The user has signed in the maximum number of times.');
  const Token = createHash('sha256')
    .update(`token ${ids.next('token')}`)
    .digest('base64url');
  tables[TOKENS]?.insert({ Token, Created: now(), Used: now() });
  // A bare JSON string, after a byte order mark.
  return { status: 200, type: 'application/json', text: `\uFEFF${JSON.stringify(Token)}` };
}

/** The refusal of a caller who is not let in. A request keeps its token alive. */
export function turnedAway({ headers }: SimRequest, { tables, now }: World<RentManagerTables>): Answer | undefined {
  const partner = headers['x-rm12api-partnertoken'];
  if (partner !== undefined) return partner === PARTNER_TOKEN ? undefined : denied('The partner token is not known.');
  const token = headers['x-rm12api-apitoken'] ?? '';
  const row = tables[TOKENS]?.get(token);
  if (row === undefined || !isLive(row, now())) return denied('The token is not valid or has expired.');
  tables[TOKENS]?.change(token, { Used: now() });
  return undefined;
}

/** Whether a request is about the location of the portfolio: without the header it is about the user's own one. */
export function isAtLocation({ headers }: SimRequest): boolean {
  return headers['x-rm12api-locationid'] === LOCATION;
}

export const nothingThere = (request: SimRequest): Answer =>
  /^\/[^/]+\/?$/.test(request.path)
    ? { status: 204, text: '', headers: { 'x-total-results': '0' } }
    : { status: 404, text: '' };

/** A body without what lets its sender in. */
export function withoutPassword(body: string): string {
  return body.replace(/("Password"\s*:\s*)"(?:[^"\\]|\\.)*"/i, '$1"…"');
}

export const throttledAnswer = (): Answer => jsonAnswer(429, { Message: 'API calls quota exceeded.' });
