import { createHash } from 'node:crypto';
import { retryAfterMs } from '../../model/retry_after.ts';
import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { FULL_HOUSE_WAIT_MS, REFUSED_SIGN_IN_MS, TOKEN_LIFE_MS } from './limits.ts';

/** Of a user, or of a partner whose addresses the customer has let in; one of the two. */
export interface Credentials {
  username?: string | undefined;
  password?: string | undefined;
  partner_token?: string | undefined;
  location_id: string;
}

const TOKEN = 'token';
const REFUSED = 'refused sign-in';
const VISIBLE = /^[\x21-\x7e]{8,4096}$/;

/**
 * The connection's `fetch` with its credentials in every request. A user's token is shared by all processes through
 * `kv`; when it is refused, one of them makes the next one and the request goes out once more, which is safe for a write
 * as well: a request with a refused token was not looked at. The token is not given back at the end, because nobody can
 * tell whether another process uses it; it dies after 15 idle minutes, and a process that starts sooner goes on with it.
 */
export function signedFetch(credentials: Credentials, environment: ConnectorEnvironment): typeof globalThis.fetch {
  const location = { 'x-rm12api-locationid': credentials.location_id };
  const send = async (path: string, init: RequestInit, own: Record<string, string>) =>
    asToldInHeaders(
      await environment.fetch(path, { ...init, headers: { ...(init.headers as object), ...location, ...own } }),
      environment.clock(),
    );
  if (credentials.partner_token !== undefined) {
    const partner = { 'x-rm12api-partnertoken': credentials.partner_token };
    return (path, init = {}) => send(String(path), init, partner);
  }
  const session = tokensOf(credentials, environment);
  return async (path, init = {}) => {
    const token = await session.current();
    const answer = await send(String(path), init, { 'x-rm12api-apitoken': token });
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    return send(String(path), init, { 'x-rm12api-apitoken': await session.after(token) });
  };
}

interface Tokens {
  current(): Promise<string>;
  /** The one that follows a refused one: made once, by whoever is the first to ask. */
  after(refused: string): Promise<string>;
}

function tokensOf(credentials: Credentials, environment: ConnectorEnvironment): Tokens {
  const { kv } = environment;
  const make = () => signIn(credentials, environment);
  return {
    current: () => once(environment, credentials, TOKEN, make),
    async after(refused) {
      const known = await kv.get(TOKEN);
      if (known !== undefined && known !== refused) return known;
      // Named by the one before it, so that however many are refused at a time, there is one sign-in.
      const next = await once(environment, credentials, `token after ${digest(refused)}`, make);
      await kv.set(TOKEN, next, TOKEN_LIFE_MS);
      return next;
    },
  };
}

/** A token that was made and could not be kept is given back: only ten may live. */
async function once(
  environment: ConnectorEnvironment,
  { location_id }: Credentials,
  key: string,
  make: () => Promise<string>,
): Promise<string> {
  let made: string | undefined;
  try {
    return await environment.kv.once(key, TOKEN_LIFE_MS, async () => (made = await make()));
  } catch (error) {
    if (made !== undefined) {
      const init = { method: 'POST', headers: { 'x-rm12api-apitoken': made, 'x-rm12api-locationid': location_id } };
      await environment.fetch(`Authentication/DeAuthorize?token=${encodeURIComponent(made)}`, init).catch(() => {});
    }
    throw error;
  }
}

/** A new token. Throws `misconfigured` where the credentials are refused, `unavailable` for everything else. */
async function signIn(credentials: Credentials, environment: ConnectorEnvironment): Promise<string> {
  const { username, password, location_id } = credentials;
  const fingerprint = digest(JSON.stringify([username, password]));
  if ((await environment.kv.get(REFUSED)) === fingerprint) throw refusedCredentials();
  const response = await environment
    .fetch('Authentication/AuthorizeUser', {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-rm12api-locationid': location_id,
      },
      body: JSON.stringify({ Username: username, Password: password, LocationID: Number(location_id) }),
    })
    .catch((error: unknown) => {
      // Whether a token was made is not known; the request that needs one was certainly not sent.
      throw error instanceof VendorError && error.code === 'outcome_unknown' ? notSignedIn() : error;
    });
  const text = (await response.text()).replace(/^\uFEFF/, '').trim();
  if (response.ok) {
    const token = text.replace(/^"(.*)"$/, '$1');
    if (VISIBLE.test(token) && !token.startsWith('{')) return token;
    throw notSignedIn();
  }
  const error = refusalOfSignIn(response, text, environment.clock());
  if (error.code === 'misconfigured') await environment.kv.set(REFUSED, fingerprint, REFUSED_SIGN_IN_MS);
  throw error;
}

/** The vendor's words tell what cannot be told by its statuses; they are read, never repeated. */
function refusalOfSignIn({ status, headers }: Response, text: string, now: number): VendorError {
  if (/maximum number of times/i.test(text))
    return new VendorError(
      'unavailable',
      'Rent Manager lets one user be signed in ten times, and this one is. Idle sign-ins end after 15 minutes. ' +
        'Give Caretaker a user of its own. Nothing was sent.',
      { retry_after_ms: FULL_HOUSE_WAIT_MS },
    );
  if (/ForcePasswordReset/i.test(text))
    return new VendorError(
      'misconfigured',
      "Rent Manager wants this user's password changed first: sign in there with a browser and change it.",
    );
  if (status === 429) {
    const wait = retryAfterMs(headers.get('retry-after'), now);
    const options = wait === undefined ? {} : { retry_after_ms: wait };
    return new VendorError('rate_limited', 'Rent Manager takes no more requests just now. Nothing was sent.', options);
  }
  return status >= 500 ? notSignedIn() : refusedCredentials();
}

function refusedCredentials(): VendorError {
  return new VendorError(
    'misconfigured',
    'Rent Manager does not accept the user name and password, or the user may not use the API at this location. ' +
      'Nothing was sent.',
  );
}

function notSignedIn(): VendorError {
  return new VendorError('unavailable', 'Rent Manager could not be signed in to. Nothing was sent.');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * An answer as others give it. A missing privilege is a 500 at some resources, though nothing was done; when there is
 * room again is told in a header of the vendor's own.
 */
async function asToldInHeaders(answer: Response, now: number): Promise<Response> {
  if (answer.status === 500) {
    const text = await answer.text();
    const status = /required privilege|ForcePasswordReset/i.test(text) ? 403 : 500;
    return new Response(text, { status, headers: answer.headers });
  }
  const reset = Number(answer.headers.get('x-ratelimit-reset'));
  if (answer.status !== 429 || answer.headers.has('retry-after') || !(reset > 0)) return answer;
  const headers = new Headers(answer.headers);
  headers.set('retry-after', String(Math.max(1, Math.ceil(reset - now / 1_000))));
  return new Response(await answer.text(), { status: 429, headers });
}
