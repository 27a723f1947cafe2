import { expect, it } from 'vitest';
import type { Grant } from '../../src/grants/grant.ts';
import { createKeys, type Keys, type NewKey } from '../../src/grants/keys.ts';
import { grantOfRole, type GrantRules } from '../../src/grants/make_grant.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { describeOnEveryEngine, type Open } from '../store/engines.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-11-24T15:00:00.000Z');

const RULES: GrantRules = {
  organisation: 'Test',
  connections: [
    { id: 'main', workflows: { maintenance: 'live', leasing: 'shadow', accounting: 'off' } },
    { id: 'other', workflows: { maintenance: 'read', leasing: 'live', accounting: 'off' } },
  ],
  tools: ['post_gl_charge'],
  limits: { post_gl_charge: { call: 100, day: 200 } },
  emergency_limit: 5_000,
  sandboxOnly: true,
};

const ring = (text: string) => KeyRing.fromEnvironment(text, { sandboxOnly: false });
const KEY_A = `a:${Buffer.alloc(32, 1).toString('base64')}`;
const KEY_B = `b:${Buffer.alloc(32, 2).toString('base64')}`;

const PERSON: NewKey = { kind: 'person', name: 'Ada', roles: ['admin'], scopes: [], pins: [] };
const AGENT: NewKey = {
  kind: 'agent',
  name: 'Night agent',
  owner: 'Ada',
  roles: ['leasing_agent'],
  scopes: [],
  pins: [],
};

interface Rig {
  store: Store;
  keyring: KeyRing;
  keys: Keys;
  clock: { now: number };
  admin: Grant;
  adminKey: string;
}

async function rig(open: Open, rules: GrantRules = RULES): Promise<Rig> {
  const clock = { now: START };
  const store = await open({ clock: () => clock.now });
  const keyring = ring(KEY_A);
  const keys = createKeys({ store, keyring, rules });
  const { key } = await keys.createKey(undefined, PERSON);
  const admin = await keys.grantOfKey(key);
  if (admin === undefined) throw new Error('the first key does not hold');
  return { store, keyring, keys, clock, admin, adminKey: key };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was not refused'),
    (error: unknown) => {
      if (!(error instanceof CaretakerError)) throw error;
      return { code: error.code, field: error.options.field };
    },
  );

/** The same key with its last character changed to another of its alphabet. */
const altered = (key: string) => `${key.slice(0, -2)}${key.at(-2) === 'A' ? 'B' : 'A'}${key.at(-1)}`;

describeOnEveryEngine('API keys', (open) => {
  it('are made once shown, stored as a hash, and lead to the grant that was written', async () => {
    const { keys, admin, store } = await rig(open);
    const made = await keys.createKey(admin, {
      ...AGENT,
      scopes: ['accounting:read'],
      pins: [{ connection: 'main', property_id: '12' }],
      limits: { post_gl_charge: { call: 5, day: 6 } },
      emergency_limit: 7,
    });
    expect(made.key).toMatch(/^ctk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    const rows = await store.ledger.selectFrom('api_keys').selectAll().execute();
    const secret = made.key.split('_').slice(2).join('_');
    expect(JSON.stringify(rows)).not.toContain(secret);
    const grant = await keys.grantOfKey(made.key);
    expect(grant).toMatchObject({
      organisation: 'Test',
      principal: 'agent:night-agent',
      kind: 'agent',
      owner: 'person:ada',
      pins: [{ connection: 'main', property_id: '12' }],
      limits: { post_gl_charge: { call: 5, day: 6 } },
      emergency_limit: 7,
      rollout: { maintenance: 'live', leasing: 'shadow', accounting: 'off' },
      from_role: false,
    });
    expect([...grant!.scopes]).toEqual([
      'portfolio:read',
      'messages:write',
      'leasing:read',
      'leasing:write',
      'accounting:read',
    ]);
  });

  it("take the configuration's limits and the furthest rollout where they bring none of their own", async () => {
    const { keys, admin } = await rig(open);
    const grant = await keys.grantOfKey((await keys.createKey(admin, AGENT)).key);
    expect(grant).toMatchObject({
      limits: RULES.limits,
      emergency_limit: 5_000,
      rollout: { maintenance: 'live', leasing: 'live', accounting: 'off' },
    });
  });

  it('do not hold when altered, cut, unknown, or of another store', async () => {
    const { keys, admin, adminKey } = await rig(open);
    const other = await rig(open);
    const { key } = await keys.createKey(admin, AGENT);
    const swapped = `${key.slice(0, 21)}${adminKey.slice(21)}`;
    for (const wrong of [altered(key), key.slice(0, -1), `${key}A`, swapped, other.adminKey, '', 'ctk_', `${key}\n`])
      expect(await keys.grantOfKey(wrong)).toBeUndefined();
    expect(await keys.grantOfKey(key)).toBeDefined();
  });

  it('hold until they expire', async () => {
    const { keys, admin, clock } = await rig(open);
    const { key } = await keys.createKey(admin, { ...AGENT, expires_at: START + DAY });
    clock.now = START + DAY - 1;
    expect(await keys.grantOfKey(key)).toBeDefined();
    clock.now = START + DAY;
    expect(await keys.grantOfKey(key)).toBeUndefined();
  });

  it('rotate to the same principal, and the old one holds for the overlap', async () => {
    const { keys, admin, clock } = await rig(open);
    const old = await keys.createKey(admin, AGENT);
    const fresh = await keys.rotateKey(admin, old.key_id, DAY);
    expect(fresh).toMatchObject({ principal: 'agent:night-agent', owner: 'person:ada', roles: ['leasing_agent'] });
    expect(fresh.key).not.toBe(old.key);
    clock.now = START + DAY - 1;
    expect((await keys.grantOfKey(old.key))?.principal).toBe('agent:night-agent');
    clock.now = START + DAY;
    expect(await keys.grantOfKey(old.key)).toBeUndefined();
    expect((await keys.grantOfKey(fresh.key))?.principal).toBe('agent:night-agent');
    expect(await refusal(keys.rotateKey(admin, old.key_id, DAY))).toMatchObject({ code: 'conflict' });
  });

  it('are revoked at once here, and within about a second in other processes', async () => {
    const { keys, admin, store, keyring, clock } = await rig(open);
    const elsewhere = createKeys({ store, keyring, rules: RULES });
    const { key, key_id } = await keys.createKey(admin, AGENT);
    for (const asked of [keys, elsewhere]) expect(await asked.grantOfKey(key)).toBeDefined();
    expect(await keys.revokeKey(admin, key_id)).toMatchObject({ state: 'revoked' });
    expect(await keys.grantOfKey(key)).toBeUndefined();
    expect(await elsewhere.grantOfKey(key)).toBeDefined();
    clock.now += 1_000;
    expect(await elsewhere.grantOfKey(key)).toBeUndefined();
    expect(await refusal(keys.revokeKey(admin, key_id))).toMatchObject({ code: 'conflict' });
    expect(await refusal(keys.revokeKey(admin, '0000000000000000'))).toMatchObject({ code: 'not_found' });
  });

  it('cost no query while they were just looked up, and give the same grant after it', async () => {
    const { keys, admin, store, clock } = await rig(open);
    const { key } = await keys.createKey(admin, AGENT);
    const grant = await keys.grantOfKey(key);
    await store.transaction((trx) => trx.deleteFrom('api_keys').where('kind', '=', 'agent').execute());
    expect(await keys.grantOfKey(key)).toBe(grant);
    clock.now += 1_000;
    expect(await keys.grantOfKey(key)).toBeUndefined();
    const again = await keys.createKey(admin, { ...AGENT, name: 'Day agent' });
    const first = await keys.grantOfKey(again.key);
    clock.now += 1_000;
    expect(await keys.grantOfKey(again.key)).toBe(first);
  });

  it('go on holding when the key ring gets a new key', async () => {
    const { store, adminKey } = await rig(open);
    const renewed = createKeys({ store, keyring: ring(`${KEY_B},${KEY_A}`), rules: RULES });
    expect(await renewed.grantOfKey(adminKey)).toMatchObject({ principal: 'person:ada' });
    const replaced = createKeys({ store, keyring: ring(KEY_B), rules: RULES });
    expect(await replaced.grantOfKey(adminKey)).toBeUndefined();
  });

  it("are managed only with a person's key that has the scope admin", async () => {
    const { keys, admin } = await rig(open);
    const grants: (Grant | undefined)[] = [
      grantOfRole(RULES, 'admin'),
      { ...admin, kind: 'agent' },
      { ...admin, scopes: new Set(['approvals:decide'] as const) },
    ];
    for (const grant of grants) {
      expect(await refusal(keys.createKey(grant, AGENT))).toMatchObject({ code: 'not_permitted' });
      expect(await refusal(keys.listKeys(grant!))).toMatchObject({ code: 'not_permitted' });
      expect(await refusal(keys.rotateKey(grant!, 'x', 0))).toMatchObject({ code: 'not_permitted' });
      expect(await refusal(keys.revokeKey(grant!, 'x'))).toMatchObject({ code: 'not_permitted' });
    }
    expect(await refusal(keys.createKey(undefined, { ...PERSON, name: 'Bea' }))).toMatchObject({
      code: 'not_permitted',
    });
    expect(await refusal(keys.createKey(undefined, AGENT))).toMatchObject({ code: 'not_permitted' });
    expect(await keys.listKeys(admin)).toHaveLength(1);
  });

  it('start with one person who may manage keys, however many ask at once', async () => {
    const store = await open({ clock: () => START });
    const keys = createKeys({ store, keyring: ring(KEY_A), rules: RULES });
    expect(await refusal(keys.createKey(undefined, { ...PERSON, roles: ['auditor'] }))).toEqual({
      code: 'invalid_input',
      field: 'roles',
    });
    const names = ['Ada', 'Bea', 'Cem', 'Dov'];
    const tries = await Promise.allSettled(names.map((name) => keys.createKey(undefined, { ...PERSON, name })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await keys.createFirstKeys()).toBeUndefined();
  });

  it.each([
    { sandboxOnly: true, owner: 'person:trial' },
    { sandboxOnly: false, owner: 'person:admin' },
  ])('come in a pair at the first start (sandbox: $sandboxOnly)', async ({ sandboxOnly, owner }) => {
    const store = await open({ clock: () => START });
    const keys = createKeys({ store, keyring: ring(KEY_A), rules: { ...RULES, sandboxOnly } });
    const both = await Promise.all([keys.createFirstKeys(), keys.createFirstKeys()]);
    const [pair, ...more] = both.filter((one) => one !== undefined);
    expect(more).toEqual([]);
    expect(await keys.grantOfKey(pair!.person.key)).toMatchObject({ kind: 'person', owner: 'person:admin' });
    expect(await keys.grantOfKey(pair!.agent.key)).toMatchObject({ kind: 'agent', owner });
  });

  it.each<{ why: string; key: Partial<NewKey>; field: string }>([
    { why: 'an unknown role', key: { roles: ['boss'] }, field: 'roles' },
    { why: 'an inherited name as a role', key: { roles: ['constructor'] }, field: 'roles' },
    { why: 'an unknown scope', key: { scopes: ['everything'] }, field: 'roles' },
    { why: 'nothing allowed', key: { roles: [] }, field: 'roles' },
    { why: 'a limit of an unknown tool', key: { limits: { nope: { call: 1, day: 1 } } }, field: 'limits' },
    { why: 'a negative limit', key: { limits: { post_gl_charge: { call: -1, day: 1 } } }, field: 'limits' },
    { why: 'an emergency limit that is no amount', key: { emergency_limit: Number.NaN }, field: 'emergency_limit' },
    { why: 'an unknown connection', key: { pins: [{ connection: 'x', property_id: '1' }] }, field: 'pins' },
    { why: 'no owner', key: { owner: undefined }, field: 'owner' },
    { why: 'an owner without a key', key: { owner: 'Adda' }, field: 'owner' },
    { why: 'an agent as owner', key: { owner: 'agent:ada' }, field: 'owner' },
    { why: 'a name without letters', key: { name: ' -- ' }, field: 'name' },
  ])('are refused with $why', async ({ key, field }) => {
    const { keys, admin, store } = await rig(open);
    expect(await refusal(keys.createKey(admin, { ...AGENT, ...key }))).toEqual({ code: 'invalid_input', field });
    expect(await keys.listKeys(admin)).toHaveLength(1);
    const entries = await store.ledger.selectFrom('audit_entries').select('seq').execute();
    expect(entries).toHaveLength(1);
  });

  it('never share a principal, not even with a revoked one', async () => {
    const { keys, admin } = await rig(open);
    const { key_id } = await keys.createKey(admin, AGENT);
    await keys.revokeKey(admin, key_id);
    expect(await refusal(keys.createKey(admin, { ...AGENT, name: ' NIGHT  Agent ' }))).toMatchObject({
      code: 'conflict',
    });
  });

  it('stop the start where one that holds names what does not exist any more', async () => {
    const { keys, admin, store, keyring } = await rig(open);
    const { key_id } = await keys.createKey(admin, { ...AGENT, pins: [{ connection: 'other', property_id: '1' }] });
    const fewer = createKeys({ store, keyring, rules: { ...RULES, connections: RULES.connections.slice(0, 1) } });
    await keys.checkStored();
    expect(await refusal(fewer.checkStored())).toMatchObject({ code: 'invalid_input' });
    await keys.revokeKey(admin, key_id);
    await fewer.checkStored();
  });

  it('leave every change in the audit log, in an unbroken chain', async () => {
    const { keys, admin, store, keyring } = await rig(open);
    const { key_id } = await keys.createKey(admin, AGENT);
    const fresh = await keys.rotateKey(admin, key_id, 0);
    await keys.revokeKey(admin, fresh.key_id);
    const entries = await store.ledger.selectFrom('audit_entries').select(['actor', 'action']).orderBy('seq').execute();
    expect(entries.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'caretaker key.create',
      'person:ada key.create',
      'person:ada key.create',
      'person:ada key.rotate',
      'person:ada key.revoke',
    ]);
    expect(await verifyAudit(store, keyring)).toMatchObject({ ok: true, entries: 5 });
  });
});
