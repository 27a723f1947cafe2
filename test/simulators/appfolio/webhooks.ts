import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { stamp } from './lists.ts';
import type { AppfolioTables, Row } from './tables.ts';
import type { Webhooks } from '../shared/vendor.ts';

export const CLIENT_ID = 'simulated-client';

/** Tables that tell of their changes, under the names of their topics. */
const TOPICS = new Set([
  ...['properties', 'units', 'tenants', 'leases', 'vendors', 'work_orders', 'leads', 'charges', 'bills'],
  'journal_entries',
]);

const VERBS = { created: 'create', updated: 'update', deleted: 'destroy' } as const;
const KID = 'simulated-key-1';

let made: { privateKey: KeyObject; publicKey: KeyObject } | undefined;

/** AppFolio's own pair of keys, made when it is first needed. */
function keys() {
  made ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return made;
}

/** What is published at `/.well-known/jwks.json`. */
export function jwks(): object {
  const { n, e } = keys().publicKey.export({ format: 'jwk' });
  return { keys: [{ kty: 'RSA', use: 'sig', alg: 'PS256', kid: KID, n, e }] };
}

const base64url = (value: string | Buffer) => Buffer.from(value).toString('base64url');

/** The signature of a body as a detached JWS; `b64` false signs the body as it is (RFC 7797). */
export function jwsOf(body: string, header: object = {}): string {
  const fields = { alg: 'PS256', kid: KID, ...header };
  const head = base64url(JSON.stringify(fields));
  const isEncoded = (fields as { b64?: boolean }).b64 !== false;
  const text = Buffer.from(`${head}.${isEncoded ? base64url(body) : body}`);
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${head}..${base64url(sign('sha256', text, { key: keys().privateKey, ...padding }))}`;
}

/** Thin messages with ids only. Nothing is known of whether and when they are sent again. */
export const WEBHOOKS: Webhooks<AppfolioTables> = {
  events(changes, { now, options, ids }) {
    return changes
      .filter(({ table }) => TOPICS.has(table))
      .map(({ table, id, event, after, before }) => {
        const number = ids.next('event');
        const moment = stamp(now());
        return JSON.stringify({
          ...{ topic: table, event_id: createHash('sha256').update(`${options.seed}/${number}`).digest('hex') },
          ...{ client_id: CLIENT_ID, event_type: VERBS[event], database_id: `simulated-${options.seed}` },
          ...{ resource_id: ((after ?? before) as Row | undefined)?.Id ?? id },
          ...{ event_timestamp: moment, message_sent_at: moment },
        });
      });
  },
  sign: (body) => ({ headers: { 'content-type': 'application/json', 'x-jws-signature': jwsOf(body) }, body }),
  retry_ms: [60_000, 600_000],
};
