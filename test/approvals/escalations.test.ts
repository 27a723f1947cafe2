import { expect, it } from 'vitest';
import {
  acknowledge,
  type EscalationRequest,
  openEscalation,
  type Paged,
  pageDue,
} from '../../src/approvals/escalations.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { Grant } from '../../src/grants/grant.ts';
import { makeGrant } from '../../src/grants/make_grant.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { newId } from '../../src/writeback/ids.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const NOW = Date.parse('2026-11-24T15:00:00.000Z');
const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
const live = { maintenance: 'live', leasing: 'live', accounting: 'live' } as const;
const rota: Paged[] = [
  { staff_id: 's1', name: 'First', phone: '+15125550101' },
  { staff_id: 's2', name: 'Second' },
];

function grantOf(principal: string, kind: Grant['kind'], pins: string[] = [], organisation = 'Maple Street'): Grant {
  const rules = {
    organisation,
    connections: [{ id: 'main', workflows: live }],
    tools: [],
    limits: {},
    emergency_limit: 0,
    sandboxOnly: false,
  };
  const terms = {
    roles: ['property_manager'],
    scopes: [],
    pins: pins.map((property_id) => ({ connection: 'main', property_id })),
  };
  return makeGrant(rules, { principal, kind, owner: 'owner', from_role: false }, terms);
}

const request = (more: Partial<EscalationRequest> = {}): EscalationRequest => ({
  request_id: 'request-00000001',
  input_digest: 'digest',
  reason: 'no_vendor',
  urgency: 'now',
  connection: 'main',
  property_id: '12',
  body: { summary: 'All declined', rota },
  ...more,
});

describeOnEveryEngine('escalations', (open) => {
  async function setUp() {
    const time = { now: NOW };
    const clock = () => time.now;
    const store = await open({ clock });
    const messages = async (kind: string) =>
      (await store.ledger.selectFrom('notifications').selectAll().where('kind', '=', kind).execute()).map((row) =>
        JSON.parse(keyring.open(row.body_sealed, `notification:${row.notification_id}`)),
      );
    return { time, store, messages, parts: { store, keyring, clock, newId } };
  }
  const agent = grantOf('agent', 'agent');

  it('opens one case for one request, however often and at once it is asked', async () => {
    const { parts, store, messages } = await setUp();
    const answers = await Promise.all(Array.from({ length: 20 }, () => openEscalation(parts, agent, request())));
    expect(new Set(answers.map(({ row }) => row.escalation_id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await messages('escalation.opened')).toHaveLength(1);
    expect(JSON.stringify(await store.ledger.selectFrom('escalations').selectAll().execute())).not.toContain(
      'declined',
    );
    expect(await store.ledger.selectFrom('changes').selectAll().execute()).toHaveLength(1);
    await expect(openEscalation(parts, agent, request({ input_digest: 'other' }))).rejects.toMatchObject({
      code: 'conflict',
    });
    const other = await openEscalation(parts, grantOf('another', 'agent'), request());
    expect(other.replayed).toBe(false);
    expect((await verifyAudit(store, keyring)).ok).toBe(true);
  });

  it('pages each one once per turn, also where several processes do it', async () => {
    const { parts, messages, time } = await setUp();
    await openEscalation(parts, agent, request());
    for (let turn = 1; turn <= 3; turn += 1) {
      time.now += 300_000;
      const counts = await Promise.all([pageDue(parts), pageDue(parts), pageDue(parts)]);
      expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    }
    const paged = (await messages('escalation.paged')).map(({ page }) => `${page.number} ${page.staff_id}`).sort();
    expect(paged).toEqual(['2 s2', '3 s1', '4 s2']);
  });

  it('pages for the other cases where one cannot be read', async () => {
    const { parts, store, messages, time } = await setUp();
    const { row: broken } = await openEscalation(parts, agent, request());
    time.now += 1_000;
    await openEscalation(parts, agent, request({ request_id: 'request-00000002' }));
    await store.transaction((trx) =>
      trx
        .updateTable('escalations')
        .set({ body_sealed: 'not what was sealed' })
        .where('escalation_id', '=', broken.escalation_id)
        .execute(),
    );
    time.now += 300_000;
    await expect(pageDue(parts)).rejects.toThrow();
    expect(await messages('escalation.paged')).toHaveLength(1);
  });

  it.each([
    ['next_business_day', rota],
    ['now', []],
  ] as const)('pages nobody for %s with a rota of %s', async (urgency, people) => {
    const { parts, messages, time } = await setUp();
    const { row } = await openEscalation(parts, agent, request({ urgency, body: { summary: 'x', rota: people } }));
    expect(row).toMatchObject({ paged: 0, next_page_at: null });
    time.now += 86_400_000;
    expect(await pageDue(parts)).toBe(0);
    expect(await messages('escalation.opened')).toMatchObject([{ summary: 'x' }]);
  });

  it('is taken over by a person who may see it, and the first one stays', async () => {
    const { parts, time } = await setUp();
    const { row } = await openEscalation(parts, agent, request());
    const take = (grant: Grant) => acknowledge(parts, grant, row.escalation_id);
    await expect(take(agent)).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(take(grantOf('elsewhere', 'person', ['13']))).rejects.toMatchObject({ code: 'not_found' });
    await expect(take(grantOf('dana', 'person', [], 'Another House'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(take({ ...grantOf('role', 'person'), from_role: true })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    const taken = await Promise.all([take(grantOf('dana', 'person', ['12'])), take(grantOf('eli', 'person'))]);
    expect(new Set(taken.map(({ acknowledged_by }) => acknowledged_by)).size).toBe(1);
    time.now += 3_600_000;
    expect(await pageDue(parts)).toBe(0);
  });
});
