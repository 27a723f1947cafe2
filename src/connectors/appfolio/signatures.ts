import { constants, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { JWKS_AGAIN_MS, JWKS_LIFE_MS } from './limits.ts';

/** The header of a delivery with its detached signature: `protected..signature`. */
export const SIGNATURE_HEADER = 'x-jws-signature';

interface Protected {
  alg?: unknown;
  kid?: unknown;
  b64?: unknown;
  crit?: unknown;
}

/** Tells whether a delivery was signed by AppFolio. Throws `VendorError` where the keys cannot be had. */
export interface Signatures {
  areRight(header: string | null, body: Uint8Array): Promise<boolean>;
}

/** Longer ones are none; neither is a header of thousands of characters parsed. */
const LONGEST = 4_096;

/**
 * Checks detached signatures by PS256, the one algorithm that AppFolio signs with, whatever a delivery says of others or
 * of where keys are to be found. The keys are AppFolio's own, from `jwks_url`.
 */
export function createSignatures(jwks_url: string, { fetch, kv, clock }: ConnectorEnvironment): Signatures {
  async function load(): Promise<string> {
    const response = await fetch(jwks_url, { headers: { accept: 'application/json' } });
    if (response.ok) return response.text();
    throw new VendorError('unavailable', 'The keys that AppFolio signs webhooks with cannot be read just now.');
  }

  async function loadAgain(): Promise<string> {
    const jwks = await load();
    await kv.set('jwks', jwks, JWKS_LIFE_MS);
    return jwks;
  }

  /** A key by its id. One that is not known is asked for anew, at most once a minute however many deliveries name it. */
  async function keyOf(kid: string): Promise<KeyObject | undefined> {
    const known = findKey(await kv.once('jwks', JWKS_LIFE_MS, load), kid);
    if (known !== undefined) return known;
    const minute = Math.floor(clock() / JWKS_AGAIN_MS);
    return findKey(await kv.once(`jwks:${minute}`, JWKS_AGAIN_MS, loadAgain), kid);
  }

  return {
    async areRight(header, body) {
      if (header === null || header.length > LONGEST) return false;
      const [head = '', middle, signature = '', more] = header.split('.');
      if (middle !== '' || more !== undefined || signature === '') return false;
      const fields = parsed(Buffer.from(head, 'base64url').toString('utf8')) as Protected | undefined;
      if (fields?.alg !== 'PS256' || typeof fields.kid !== 'string' || !understood(fields)) return false;
      const key = await keyOf(fields.kid);
      return key !== undefined && verified(key, signedText(head, body, fields.b64 !== false), signature);
    },
  };
}

/** Extensions that have to be understood: of `b64` alone is known what it means (RFC 7797). */
function understood({ crit, b64 }: Protected): boolean {
  if (b64 !== undefined && typeof b64 !== 'boolean') return false;
  return crit === undefined || (Array.isArray(crit) && crit.every((name) => name === 'b64'));
}

function signedText(head: string, body: Uint8Array, isEncoded: boolean): Buffer {
  const start = Buffer.from(`${head}.`);
  return Buffer.concat([start, isEncoded ? Buffer.from(Buffer.from(body).toString('base64url')) : body]);
}

function verified(key: KeyObject, text: Buffer, signature: string): boolean {
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify('sha256', text, { key, ...padding }, Buffer.from(signature, 'base64url'));
}

function findKey(jwks: string, kid: string): KeyObject | undefined {
  const { keys } = (parsed(jwks) ?? {}) as { keys?: unknown };
  const jwk = (Array.isArray(keys) ? (keys as (JsonWebKey & { kid?: unknown })[]) : []).find((key) => key?.kid === kid);
  if (jwk?.kty !== 'RSA') return undefined;
  try {
    return createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e } as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
