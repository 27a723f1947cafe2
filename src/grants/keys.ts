import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { appendAudit } from '../audit/audit.ts';
import { CaretakerError } from '../model/errors.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { ApiKeyTable, LedgerTables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Grant } from './grant.ts';
import {
  grantOf,
  invalid,
  isEmpty,
  type KeyRow,
  type KeyView,
  mustBeNew,
  mustBePerson,
  principalOf,
  stateOf,
  termsOf,
  viewOf,
} from './key_rows.ts';
import { type GrantRules, makeGrant, type Terms } from './make_grant.ts';

/** How long a key's row is trusted without asking the store: what another process revokes works on for this long. */
const TRUSTED_MS = 1_000;

/** `ctk_`, 16 hexadecimal digits that name the key, and 256 random bits. */
const TOKEN = /^ctk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** Who answers for the agent of the first start, where nobody but the person trying the sandbox is there yet. */
const TRIAL_OWNER = 'person:trial';

export interface NewKey extends Terms {
  kind: ApiKeyTable['kind'];
  /** Unique for ever, because the principal is made from it: "Night agent" acts as `agent:night-agent`. */
  name: string;
  /** For an agent: the person who answers for it, by name or principal; needs a key. A person is its own. */
  owner?: string | undefined;
  /** Epoch milliseconds. */
  expires_at?: number | undefined;
}

/** A key that has just been made. `key` is shown this once and is stored nowhere. */
export interface MadeKey extends KeyView {
  key: string;
}

/** API keys of people and agents. Changing them takes a person's key with the scope `admin`. */
export interface Keys {
  /** Without `actor` only the very first key of a store can be made: a person's, with the scope `admin`. */
  createKey(actor: Grant | undefined, key: NewKey): Promise<MadeKey>;
  /** The first person's key and an agent's with it, or undefined where the store has keys. */
  createFirstKeys(): Promise<{ person: MadeKey; agent: MadeKey } | undefined>;
  listKeys(actor: Grant): Promise<KeyView[]>;
  /** A new key for the same principal and terms; the old one expires after `overlapMs`. */
  rotateKey(actor: Grant, keyId: string, overlapMs: number): Promise<MadeKey>;
  revokeKey(actor: Grant, keyId: string): Promise<KeyView>;
  /** The grant of a key; undefined where it is unknown, expired or revoked. The same object while nothing changes. */
  grantOfKey(token: string): Promise<Grant | undefined>;
  /** Whether a principal still holds a key that counts. A role's name alone is no key and cannot be taken back. */
  holds(principal: string): Promise<boolean>;
  /** Throws where a key that is in use names a role, scope, tool or connection that does not exist. */
  checkStored(): Promise<void>;
}

type Db = Kysely<LedgerTables>;

interface Trusted {
  row: KeyRow;
  grant: Grant;
  until: number;
  /** The key that was found to fit this row, so that it is not hashed again while the row is trusted. */
  fitting?: Buffer;
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

export function createKeys({ store, keyring, rules }: { store: Store; keyring: KeyRing; rules: GrantRules }): Keys {
  const trusted = new Map<string, Trusted>();
  /** Counts changes made here, so that an answer from before one is not trusted after it. */
  let changes = 0;

  /**
   * Runs a change with its audit entries. They go first: that locks the chain, and with it every other change of keys,
   * so that what is read next stays true until the end.
   */
  async function change<T>(
    entries: readonly { actor: string; action: string; key_id: string; payload?: unknown }[],
    work: (trx: Db) => Promise<T>,
  ): Promise<T> {
    const at = store.clock();
    const events = entries.map(({ actor, action, key_id, payload }) => ({
      at,
      actor,
      action,
      subject: key_id,
      outcome: 'done',
      ...(payload !== undefined && { payload }),
    }));
    const result = await store.transaction(async (trx) => {
      await appendAudit(trx, keyring, events);
      return work(trx);
    });
    changes += 1;
    trusted.clear();
    return result;
  }

  function draft(key: NewKey, createdBy: string, owner: string): { row: KeyRow; key: string } {
    const keyId = randomBytes(8).toString('hex');
    const text = `ctk_${keyId}_${randomBytes(32).toString('base64url')}`;
    const principal = principalOf(key.kind, key.name);
    const { roles, scopes, pins, limits, emergency_limit } = key;
    makeGrant(rules, { principal, kind: key.kind, owner, from_role: false }, key);
    const row: KeyRow = {
      key_id: keyId,
      kind: key.kind,
      owner,
      principal,
      name: key.name.trim(),
      grant_json: JSON.stringify({ roles, scopes, pins, limits, emergency_limit }),
      hash: keyring.hashSecret(text),
      created_at: store.clock(),
      created_by: createdBy,
      expires_at: key.expires_at ?? null,
      revoked_at: null,
    };
    return { row, key: text };
  }

  const made = ({ row, key }: { row: KeyRow; key: string }): MadeKey => ({ ...viewOf(row, store.clock()), key });
  const entry = (actor: string, action: string, row: KeyRow) => ({
    actor,
    action,
    key_id: row.key_id,
    payload: { principal: row.principal, owner: row.owner, terms: JSON.parse(row.grant_json) as unknown },
  });

  async function find(db: Db, keyId: string): Promise<KeyRow> {
    const row = await db.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst();
    if (row !== undefined) return row;
    throw new CaretakerError('not_found', 'There is no such key. Nothing was changed.', {
      next: 'caretaker keys list',
    });
  }

  async function look(keyId: string): Promise<Trusted | undefined> {
    const now = store.clock();
    const known = trusted.get(keyId);
    if (known !== undefined && now < known.until) return known;
    const before = changes;
    await store.ready();
    const row = await store.ledger.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst();
    if (row === undefined) {
      trusted.delete(keyId);
      return undefined;
    }
    // What is prepared per grant stays of use as long as the grant says the same.
    const grant =
      known?.row.grant_json === row.grant_json && known.row.owner === row.owner ? known.grant : grantOf(rules, row);
    const found = { row, grant, until: now + TRUSTED_MS };
    if (before === changes) trusted.set(keyId, found);
    return found;
  }

  return {
    async createKey(actor, key) {
      if (actor !== undefined) mayManage(actor);
      else if (key.kind !== 'person') throw notWithoutKey();
      const by = actor?.principal ?? 'caretaker';
      const owner = key.kind === 'person' ? principalOf('person', key.name) : ownerOf(key);
      const drafted = draft(key, by, owner);
      if (actor === undefined && !grantOf(rules, drafted.row).scopes.has('admin'))
        throw invalid('roles', 'the first key needs the scope admin, or nobody could make another');
      await change([entry(by, 'key.create', drafted.row)], async (trx) => {
        if (actor === undefined && !(await isEmpty(trx))) throw notWithoutKey();
        if (key.kind === 'agent') await mustBePerson(trx, owner);
        await mustBeNew(trx, drafted.row.principal);
        await trx.insertInto('api_keys').values(drafted.row).execute();
      });
      return made(drafted);
    },

    async createFirstKeys() {
      if (!(await isEmpty(store.ledger))) return undefined;
      const none = { scopes: [], pins: [] };
      const person = draft({ kind: 'person', name: 'admin', roles: ['admin'], ...none }, 'caretaker', 'person:admin');
      // On a real PMS the first person answers for the agent, and so cannot decide what it asks for.
      const owner = rules.sandboxOnly ? TRIAL_OWNER : person.row.principal;
      const agent = draft(
        { kind: 'agent', name: 'property manager', roles: ['property_manager'], ...none },
        'caretaker',
        owner,
      );
      const rows = [person.row, agent.row];
      const stillEmpty = await change(
        rows.map((row) => entry('caretaker', 'key.create', row)),
        async (trx) => {
          if (!(await isEmpty(trx))) throw new NotEmpty();
          await trx.insertInto('api_keys').values(rows).execute();
          return true;
        },
      ).catch((error: unknown) => {
        if (error instanceof NotEmpty) return false;
        throw error;
      });
      return stillEmpty ? { person: made(person), agent: made(agent) } : undefined;
    },

    async listKeys(actor) {
      mayManage(actor);
      await store.ready();
      const rows = await store.ledger
        .selectFrom('api_keys')
        .selectAll()
        .orderBy('created_at')
        .orderBy('key_id')
        .execute();
      return rows.map((row) => viewOf(row, store.clock()));
    },

    async rotateKey(actor, keyId, overlapMs) {
      mayManage(actor);
      const old = await find(store.ledger, keyId);
      const terms = { ...termsOf(old), kind: old.kind, name: old.name, expires_at: old.expires_at ?? undefined };
      const drafted = draft(terms, actor.principal, old.owner);
      drafted.row.principal = old.principal;
      await change(
        [entry(actor.principal, 'key.create', drafted.row), entry(actor.principal, 'key.rotate', old)],
        async (trx) => {
          const now = store.clock();
          const current = await find(trx, keyId);
          if (stateOf(current, now) !== 'active')
            throw new CaretakerError('conflict', `This key is ${stateOf(current, now)}. Nothing was changed.`);
          const end = Math.min(current.expires_at ?? Infinity, now + overlapMs);
          await trx.insertInto('api_keys').values(drafted.row).execute();
          await trx.updateTable('api_keys').set({ expires_at: end }).where('key_id', '=', keyId).execute();
        },
      );
      return made(drafted);
    },

    async revokeKey(actor, keyId) {
      mayManage(actor);
      return change([{ actor: actor.principal, action: 'key.revoke', key_id: keyId }], async (trx) => {
        const row = await find(trx, keyId);
        const now = store.clock();
        if (row.revoked_at !== null)
          throw new CaretakerError('conflict', 'This key is revoked already. Nothing was changed.');
        await trx.updateTable('api_keys').set({ revoked_at: now }).where('key_id', '=', keyId).execute();
        return viewOf({ ...row, revoked_at: now }, now);
      });
    },

    async grantOfKey(token) {
      const keyId = TOKEN.exec(token)?.[1];
      if (keyId === undefined) return undefined;
      const found = await look(keyId);
      if (found === undefined) return undefined;
      const shown = Buffer.from(token);
      const fits =
        (found.fitting !== undefined && sameBytes(shown, found.fitting)) ||
        keyring.secretHashes(token).some((hash) => sameBytes(Buffer.from(hash), Buffer.from(found.row.hash)));
      if (fits) found.fitting = shown;
      return fits && stateOf(found.row, store.clock()) === 'active' ? found.grant : undefined;
    },

    async holds(principal) {
      if (principal.startsWith('role:')) return true;
      const rows = await store.ledger.selectFrom('api_keys').selectAll().where('principal', '=', principal).execute();
      const now = store.clock();
      return rows.some((row) => stateOf(row, now) === 'active');
    },

    async checkStored() {
      await store.ready();
      const rows = await store.ledger.selectFrom('api_keys').selectAll().where('revoked_at', 'is', null).execute();
      const now = store.clock();
      for (const row of rows) if (stateOf(row, now) === 'active') grantOf(rules, row);
    },
  };
}

class NotEmpty extends Error {}

function mayManage(actor: Grant): void {
  if (actor.kind === 'person' && !actor.from_role && actor.scopes.has('admin')) return;
  throw new CaretakerError(
    'not_permitted',
    "Managing keys needs a person's key with the scope admin. Nothing was changed.",
  );
}

function notWithoutKey(): CaretakerError {
  return new CaretakerError(
    'not_permitted',
    "Only the first person's key of an empty store is made without a key. Nothing was changed.",
    { field: 'CARETAKER_API_KEY', next: "set CARETAKER_API_KEY to a person's key with the scope admin" },
  );
}

function ownerOf(key: NewKey): string {
  if (key.owner === undefined) throw invalid('owner', 'an agent needs a person who answers for it');
  return principalOf('person', key.owner.replace(/^person:/, ''));
}
