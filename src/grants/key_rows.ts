import type { Kysely, Selectable } from 'kysely';
import { CaretakerError } from '../model/errors.ts';
import type { ApiKeyTable, LedgerTables } from '../store/schema.ts';
import type { Grant } from './grant.ts';
import { type GrantRules, makeGrant, type Terms } from './make_grant.ts';

export type KeyRow = Selectable<ApiKeyTable>;
type Db = Kysely<LedgerTables>;

/** A key as it is listed: everything but the key. */
export interface KeyView extends Terms {
  key_id: string;
  kind: ApiKeyTable['kind'];
  name: string;
  principal: string;
  owner: string;
  state: 'active' | 'expired' | 'revoked';
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
}

export async function isEmpty(db: Db): Promise<boolean> {
  return (await db.selectFrom('api_keys').select('key_id').limit(1).executeTakeFirst()) === undefined;
}

export async function mustBeNew(db: Db, principal: string): Promise<void> {
  const known = await db.selectFrom('api_keys').select('key_id').where('principal', '=', principal).executeTakeFirst();
  if (known === undefined) return;
  throw new CaretakerError(
    'conflict',
    `There is or was a key for ${principal}, and its requests count under that name. Nothing was changed.`,
    { field: 'name', next: 'another name, or "caretaker keys rotate" for a new key of the same one' },
  );
}

/** A misspelt owner would let the real one decide what the own agent asks for. */
export async function mustBePerson(db: Db, owner: string): Promise<void> {
  const person = await db
    .selectFrom('api_keys')
    .select('key_id')
    .where('principal', '=', owner)
    .where('kind', '=', 'person')
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (person === undefined) throw invalid('owner', `nobody has a key as ${owner}`);
}

export function invalid(field: string, problem: string): CaretakerError {
  return new CaretakerError('invalid_input', `${field}: ${problem}. Nothing was changed.`, { field });
}

/** `agent:night-agent` for an agent called "Night agent". Letters of any script stay. */
export function principalOf(kind: KeyRow['kind'], name: string): string {
  const folded = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (folded === '' || folded.length > 60) throw invalid('name', 'use 1 to 60 letters and digits');
  return `${kind}:${folded}`;
}

export function stateOf(row: KeyRow, now: number): KeyView['state'] {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at !== null && row.expires_at <= now ? 'expired' : 'active';
}

export function termsOf(row: KeyRow): Terms {
  return JSON.parse(row.grant_json) as Terms;
}

export function grantOf(rules: GrantRules, row: KeyRow): Grant {
  const { principal, kind, owner } = row;
  try {
    return makeGrant(rules, { principal, kind, owner, from_role: false }, termsOf(row));
  } catch (error) {
    if (!(error instanceof CaretakerError)) throw error;
    const next = `revoke the key ${row.key_id} and make another`;
    throw new CaretakerError(error.code, `The stored key of ${principal} cannot be used: ${error.message}`, { next });
  }
}

export function viewOf(row: KeyRow, now: number): KeyView {
  const { grant_json: _terms, hash: _hash, ...rest } = row;
  return { ...rest, ...termsOf(row), state: stateOf(row, now) };
}
