import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acknowledge, pageDue } from '../../src/approvals/escalations.ts';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { WRITE_STATES } from '../../src/writeback/states.ts';
import { GROUP_OF, STATE_GROUPS } from '../../src/tool/work_log.ts';
import { newId } from '../../src/writeback/ids.ts';
import createWorkOrder from '../../tools/create-work-order.ts';
import escalateToStaff from '../../tools/escalate-to-staff.ts';
import getResident from '../../tools/get-resident.ts';
import listChanges from '../../tools/list-changes.ts';
import listWrites from '../../tools/list-writes.ts';
import recordCommunication from '../../tools/record-communication.ts';
import { CONNECTION, first, type Harness, NOW, openHarness } from './harness.ts';

const TOOLS = [createWorkOrder, recordCommunication, escalateToStaff, listChanges, listWrites, getResident];
const AGENT = 'maintenance_agent';
const PERSON = { role: 'admin', kind: 'person', principal: 'dana' } as const;

let h: Harness;
let state: SandboxState;
let denver: string;
let boston: string;
beforeAll(async () => {
  h = await openHarness({ tools: TOOLS });
  state = await h.sandbox.state();
  denver = first(state.property, ({ time_zone }) => time_zone === 'America/Denver').id;
  boston = first(state.property, ({ address }) => address.state === 'MA').id;
});
afterAll(async () => {
  expect(h.troubles).toEqual([]);
  await h.close();
});

afterEach(() => {
  h.time.now = NOW;
});

/** Where the change feed ends now. */
async function endOfChanges(): Promise<string> {
  let page = await h.ok(AGENT, 'list_changes');
  while (page.more) page = await h.ok(AGENT, 'list_changes', { cursor: page.cursor });
  return page.cursor;
}

const parts = () => ({ store: h.store, keyring: h.keyring, clock: h.clock, newId });

async function report(who: Parameters<Harness['ok']>[0], property_id: string, description: string) {
  const { id } = first(state.unit, (unit) => unit.property_id === property_id);
  return h.ok(who, 'create_work_order', {
    request_id: h.requestId(),
    property_id,
    unit_id: id,
    description,
    entry: 'yes',
  });
}

const escalation = (more: object = {}) => ({
  request_id: h.requestId(),
  reason: 'no_vendor',
  urgency: 'now',
  summary: 'All plumbers declined',
  ...more,
});

async function messages(kind: string): Promise<Record<string, any>[]> {
  const rows = await h.store.ledger
    .selectFrom('notifications')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('notification_id')
    .execute();
  return rows.map(({ notification_id, body_sealed }) =>
    JSON.parse(h.keyring.open(body_sealed, `notification:${notification_id}`)),
  );
}

it('puts every state of a write in one of the groups that callers ask for', () => {
  expect(Object.keys(GROUP_OF).sort()).toEqual([...WRITE_STATES].sort());
  expect(new Set(Object.values(GROUP_OF))).toEqual(new Set(STATE_GROUPS));
});

describe('list_changes', () => {
  it('goes on from its cursor, tells each change once, and nothing of other properties under a pin', async () => {
    const pinned = { role: AGENT, principal: 'pinned', pins: [denver] } as const;
    const start = await h.ok(AGENT, 'list_changes');
    const startPinned = await h.ok(pinned, 'list_changes');
    const here = await report(AGENT, denver, 'Kitchen sink drips');
    const there = await report(AGENT, boston, 'Bedroom door sticks');
    const next = await h.ok(AGENT, 'list_changes', { cursor: start.cursor });
    expect(next.changes).toMatchObject([
      {
        kind: 'work_order',
        event: 'create_work_order',
        record_id: here.work_order.work_order_id,
        by: 'me',
        at: '2026-11-24T08:00',
      },
      { kind: 'work_order', record_id: there.work_order.work_order_id, property_id: boston, at: '2026-11-24T10:00' },
    ]);
    expect((await h.ok(AGENT, 'list_changes', { cursor: next.cursor })).changes).toEqual([]);
    const seen = await h.ok(pinned, 'list_changes', { cursor: startPinned.cursor });
    expect(seen.changes.map(({ record_id }: { record_id: string }) => record_id)).toEqual([
      here.work_order.work_order_id,
    ]);
    expect(seen.changes[0].by).toBe('maintenance_agent-1');
    const west = first(state.property, ({ id }) => id !== denver && id !== boston).id;
    const two = { role: AGENT, principal: 'pinned-twice', pins: [west, denver] } as const;
    expect((await h.ok(two, 'list_changes', { cursor: start.cursor })).changes).toEqual(seen.changes);
    const kinds = await h.ok(AGENT, 'list_changes', { cursor: start.cursor, kinds: ['tour'] });
    expect(kinds).toMatchObject({ changes: [], cursor: next.cursor });
  });

  it('begins a day ago, and pages what is more than a page', async () => {
    const before = await h.ok(AGENT, 'list_changes');
    await h.store.transaction((trx) =>
      trx
        .insertInto('changes')
        .values(
          Array.from({ length: 120 }, (_, index) => ({
            at: NOW - (index < 20 ? 86_400_001 : 1000),
            connection: CONNECTION,
            kind: 'unit',
            scope: '',
            record_id: `u${index}`,
            property_id: denver,
            event: 'changed',
            detail_json: '{}',
          })) as never,
        )
        .execute(),
    );
    const seen: string[] = [];
    let page = await h.ok(AGENT, 'list_changes', { kinds: ['unit'] });
    for (;;) {
      seen.push(...page.changes.map(({ record_id }: { record_id: string }) => record_id));
      if (!page.more) break;
      page = await h.ok(AGENT, 'list_changes', { kinds: ['unit'], cursor: page.cursor });
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => `u${index + 20}`));
    const all = await h.ok(AGENT, 'list_changes', { cursor: before.cursor, kinds: ['unit'] });
    expect(all.changes[0].record_id).toBe('u0');
  });

  it('shows a vendor’s reply from an hour before it is due until it has come', async () => {
    const order = first(state.work_order, ({ status }) => status === 'assigned' || status === 'scheduled');
    const due = new Date(NOW + 30 * 60_000).toISOString();
    await h.sandbox.asStaff().updateWorkOrder(order.id, { vendor_reply: 'pending', reply_due_at: due });
    await h.records.readThrough(CONNECTION, 'work_order', '', order.id);
    const replies = async (kinds?: string[]) =>
      (await h.ok(AGENT, 'list_changes', kinds && { kinds })).vendor_replies as object[];
    expect(await replies()).toMatchObject([{ work_order_id: order.id, state: 'due' }]);
    expect(await replies(['tour'])).toEqual([]);
    h.time.now = NOW + 31 * 60_000;
    expect(await replies(['work_order'])).toMatchObject([{ work_order_id: order.id, state: 'overdue' }]);
    h.time.now = NOW - 31 * 60_000;
    expect(await replies()).toEqual([]);
    h.time.now = NOW;
    await h.sandbox.asStaff().updateWorkOrder(order.id, { vendor_reply: 'accepted' });
    await h.records.readThrough(CONNECTION, 'work_order', '', order.id);
    expect(await replies()).toEqual([]);
  });

  it.each(['x', 'Y2hhbmdlcyAtMQ', Buffer.from('changes 1;drop').toString('base64url')])(
    'refuses a cursor that it did not give: %s',
    async (cursor) => {
      expect(await h.refused(AGENT, 'list_changes', { cursor })).toMatchObject({
        code: 'invalid_input',
        field: 'cursor',
      });
    },
  );
});

describe('list_writes', () => {
  it('lets an agent that lost its memory find what it did, tried and has under way', async () => {
    const me = { role: AGENT, principal: 'forgetful' } as const;
    const made = await report(me, denver, 'Bath tub is clogged');
    const refused = { request_id: h.requestId(), property_id: denver, description: 'x', entry: 'maybe' };
    await h.refused(me, 'create_work_order', refused);
    const opened = await h.ok(me, 'escalate_to_staff', escalation({ record_id: made.work_order.work_order_id }));
    const mine = await h.ok(me, 'list_writes');
    expect(mine.writes).toMatchObject([
      { tool: 'escalate_to_staff', escalation_id: opened.escalation_id, group: 'under_way', by: 'me' },
      {
        tool: 'create_work_order',
        group: 'done',
        write_id: made.write.write_id,
        record_id: made.work_order.work_order_id,
        proof: 'full',
        at: '2026-11-24T08:00',
      },
      {
        tool: 'create_work_order',
        group: 'refused',
        request_id: refused.request_id,
        error: { code: 'invalid_input' },
        at: '2026-11-24T08:00',
      },
    ]);
    expect(mine.writes[1].what).toContain('Bath tub is clogged');
    expect(mine.counts).toEqual({ under_way: 1, refused: 1, done: 1 });
    for (const [args, count] of [
      [{ states: ['done'] }, 1],
      [{ states: ['refused'] }, 1],
      [{ states: ['failed', 'needs_attention'] }, 0],
      [{ request_id: refused.request_id }, 1],
      [{ write_id: made.write.write_id }, 1],
      [{ record_id: made.work_order.work_order_id }, 2],
    ] as const)
      expect((await h.ok(me, 'list_writes', args)).writes, JSON.stringify(args)).toHaveLength(count);
  });

  it('shows what agents did under the grant’s pins, and not what others tried elsewhere', async () => {
    const night = { role: AGENT, principal: 'night-agent' } as const;
    const here = await report(night, denver, 'Fence post is loose');
    const there = await report(night, boston, 'Gate hinge squeaks');
    await h.refused(night, 'create_work_order', { request_id: h.requestId(), property_id: boston });
    await h.refused(night, 'create_work_order', { request_id: h.requestId() });
    const pinned = { role: AGENT, principal: 'day-agent', pins: [denver] } as const;
    const ids = async (who: Parameters<Harness['ok']>[0]) =>
      (await h.ok(who, 'list_writes', { by: 'agents' })).writes
        .filter(({ by }: { by: string }) => by === 'night-agent')
        .map(({ write_id, error }: { write_id?: string; error?: { code: string } }) => write_id ?? error?.code);
    expect(await ids(AGENT)).toEqual([there.write.write_id, here.write.write_id, 'invalid_input', 'invalid_input']);
    expect(await ids(pinned)).toEqual([here.write.write_id]);
    expect((await h.ok(pinned, 'list_writes', { write_id: there.write.write_id })).writes).toEqual([]);
    expect((await h.ok(pinned, 'list_writes')).writes).toEqual([]);
  });

  it('takes times on the clock of each property', async () => {
    const who = { role: AGENT, principal: 'clocked' } as const;
    // 8:00 in Denver and 10:00 in Boston are the same moment.
    const west = (await report(who, denver, 'Shelf came down')).write.write_id;
    const east = (await report(who, boston, 'Blind cord is torn')).write.write_id;
    const ids = async (args: object) =>
      (await h.ok(who, 'list_writes', args)).writes.map(({ write_id }: { write_id: string }) => write_id).sort();
    const both = [west, east].sort();
    expect(await ids({ since: '2026-11-24', until: '2026-11-24' })).toEqual(both);
    expect(await ids({ since: '2026-11-24T09:00' })).toEqual([east]);
    expect(await ids({ until: '2026-11-24T09:00' })).toEqual([west]);
    expect(await ids({ until: '2026-11-24T08:00' })).toEqual([]);
    expect(await ids({ since: '2026-11-24T15:00:00Z' })).toEqual(both);
    expect(await ids({ since: '2026-11-24T08:00:01-07:00' })).toEqual([]);
    expect(await ids({ since: '2026-11-25' })).toEqual([]);
    for (const [field, value] of [
      ['since', '2026-02-30'],
      ['until', '2026-13-01'],
      ['since', 'yesterday'],
      ['until', '2026-11-24T25:00'],
    ] as const)
      expect(await h.refused(who, 'list_writes', { [field]: value })).toMatchObject({ code: 'invalid_input', field });
  });

  it('pages without losing or repeating anything, writes before the calls that were refused', async () => {
    const who = { role: AGENT, principal: 'busy' } as const;
    const [made, refused]: [string[], string[]] = [[], []];
    for (let index = 0; index < 160; index += 1) {
      const request_id = h.requestId();
      (index % 3 === 0 ? refused : made).unshift(request_id);
      const args = { request_id, channel: 'phone', direction: 'outbound', summary: `Call ${index}` };
      const order = first(state.work_order).id;
      // Every third names nobody and is refused.
      await h.call(who, 'record_communication', index % 3 === 0 ? args : { ...args, work_order_id: order });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await h.ok(who, 'list_writes', cursor === undefined ? {} : { cursor });
      expect(page.writes.length).toBeLessThanOrEqual(25);
      seen.push(...page.writes.map(({ request_id }: { request_id: string }) => request_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([...made, ...refused]);
    expect(await h.refused(who, 'list_writes', { cursor: '../etc' })).toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
  });
});

describe('list_writes under a pin', () => {
  it('shows what is visible once, however much that is not lies between', async () => {
    const pinned = { role: AGENT, principal: 'between', pins: [denver] } as const;
    const mine: string[] = [];
    const refusedOnce = async () => {
      const request_id = h.requestId();
      mine.unshift(request_id);
      await h.refused(pinned, 'record_communication', {
        request_id,
        channel: 'phone',
        direction: 'outbound',
        summary: 'x',
      });
    };
    await refusedOnce();
    const elsewhere = first(state.work_order, ({ property_id }) => property_id === boston).id;
    for (let index = 0; index < 110; index += 1)
      await h.ok({ role: AGENT, principal: 'elsewhere' }, 'record_communication', {
        request_id: h.requestId(),
        channel: 'phone',
        direction: 'outbound',
        summary: `Call ${index}`,
        work_order_id: elsewhere,
      });
    await refusedOnce();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await h.ok(pinned, 'list_writes', { by: 'agents', ...(cursor !== undefined && { cursor }) });
      seen.push(
        ...page.writes
          .filter(({ by }: { by: string }) => by === 'me' || by === 'elsewhere')
          .map(({ request_id }: { request_id: string }) => request_id),
      );
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(mine);
  });
});

describe('escalate_to_staff', () => {
  it('says that nobody was reached where nothing reaches people', async () => {
    const { text } = await h.call(AGENT, 'escalate_to_staff', escalation({ property_id: denver }));
    expect(text).toMatch(/Nobody has been told/);
    expect(text).not.toMatch(/is paged/);
  });

  it('pages the rota of the property, one after another, until somebody acknowledges', async () => {
    const rota = state.staff
      .filter((one) => one.is_active && one.on_call !== undefined && one.property_ids.includes(denver))
      .toSorted((a, b) => (a.on_call ?? 0) - (b.on_call ?? 0));
    const cursor = await endOfChanges();
    const args = escalation({ property_id: denver, callback_phone: '(512) 555-0143' });
    const opened = await h.ok(AGENT, 'escalate_to_staff', args);
    expect(opened).toMatchObject({
      state: 'open',
      staff_told: 'no',
      paged: { name: rota[0]?.name, phone: rota[0]?.phone },
      next_page: { name: rota[1]?.name, at: '2026-11-24T08:05' },
    });
    expect(opened.escalation_id).toMatch(/^ct_/);
    const about = async (kind: string) =>
      (await messages(kind)).filter(({ escalation_id }) => escalation_id === opened.escalation_id);
    expect(await about('escalation.opened')).toMatchObject([
      { summary: 'All plumbers declined', callback_phone: '+15125550143', page: { staff_id: rota[0]?.id } },
    ]);
    const paged = async () => (await about('escalation.paged')).map(({ page }) => page.staff_id);
    h.time.now = NOW + 299_999;
    await pageDue(parts());
    expect(await paged()).toEqual([]);
    for (let round = 1; round <= rota.length; round += 1) {
      h.time.now = NOW + round * 300_000;
      await pageDue(parts());
      await pageDue(parts());
    }
    expect(await paged()).toEqual([...rota.slice(1).map(({ id }) => id), rota[0]?.id]);
    expect(await h.ok(AGENT, 'escalate_to_staff', args)).toMatchObject({ replayed: true, state: 'open' });
    await expect(acknowledge(parts(), h.grantOf(AGENT), opened.escalation_id)).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await acknowledge(parts(), h.grantOf(PERSON), opened.escalation_id);
    await acknowledge(parts(), h.grantOf({ ...PERSON, principal: 'somebody-else' }), opened.escalation_id);
    h.time.now = NOW + 3_600_000;
    await pageDue(parts());
    expect(await paged()).toHaveLength(rota.length);
    expect(await h.ok(AGENT, 'escalate_to_staff', args)).toMatchObject({
      state: 'acknowledged',
      acknowledged_by: 'dana',
    });
    const { changes } = await h.ok(AGENT, 'list_changes', { cursor, kinds: ['escalation'] });
    expect(changes).toMatchObject([
      { event: 'opened', record_id: opened.escalation_id, by: 'me', reason: 'no_vendor' },
      { event: 'acknowledged', record_id: opened.escalation_id, by: 'dana' },
    ]);
  });

  it('is opened once per request id, and refuses the id for another case', async () => {
    const args = escalation();
    const answers = await Promise.all(Array.from({ length: 10 }, () => h.ok(AGENT, 'escalate_to_staff', args)));
    expect(new Set(answers.map(({ escalation_id }) => escalation_id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => replayed !== true)).toHaveLength(1);
    expect(await h.refused(AGENT, 'escalate_to_staff', { ...args, summary: 'Something else' })).toMatchObject({
      code: 'conflict',
      field: 'request_id',
    });
    // Another principal has request ids of its own.
    const other = await h.ok({ role: AGENT, principal: 'other' }, 'escalate_to_staff', args);
    expect(other.escalation_id).not.toBe(answers[0].escalation_id);
  });

  it.each([
    ['life_safety', 'next_business_day', { urgency: 'now', urgency_raised: true }, true],
    ['other', 'today', { urgency: 'today', next_page: { at: new Date(NOW + 1_800_000).toISOString() } }, true],
    ['accommodation', 'next_business_day', { urgency: 'next_business_day' }, false],
  ])('of %s for %s pages as it has to', async (reason, urgency, expected, pages) => {
    const result = await h.ok(AGENT, 'escalate_to_staff', escalation({ reason, urgency }));
    expect(result).toMatchObject(expected);
    expect(result.paged !== undefined).toBe(pages);
    expect(result.next_page !== undefined).toBe(pages);
  });

  it('knows what a case is about, and takes it also where an id names nothing', async () => {
    const order = first(state.work_order);
    const known = await h.ok(AGENT, 'escalate_to_staff', escalation({ record_id: order.id }));
    expect(known.about).toEqual({ kind: 'work_order', record_id: order.id, property_id: order.property_id });
    const made = await report(AGENT, boston, 'Porch light flickers');
    const written = await h.ok(AGENT, 'escalate_to_staff', escalation({ record_id: made.write.write_id }));
    expect(written.about).toMatchObject({ property_id: boston });
    const unknown = await h.ok(AGENT, 'escalate_to_staff', escalation({ record_id: '../1', property_id: 'nowhere' }));
    expect(unknown).toMatchObject({ state: 'open', not_found: ['property_id', 'record_id'] });
    const pinned = { role: AGENT, principal: 'pinned', pins: [denver] } as const;
    const foreign = await h.ok(pinned, 'escalate_to_staff', escalation({ record_id: made.work_order.work_order_id }));
    expect(foreign).toMatchObject({ not_found: ['record_id'] });
  });
});

describe('with no PMS at all', () => {
  it('hands over cases and tells what it knows', async () => {
    const staff = [
      { id: 's2', name: 'Backup', phone: '+15125550102', on_call: 2 },
      { id: 's1', name: 'On-call', phone: '+15125550101', on_call: 1 },
      { id: 's3', name: 'Never' },
    ];
    const bare = await openHarness({ tools: TOOLS, config: { staff } });
    bare.pms.down = true;
    const args = escalation({ property_id: '11', record_id: '900' });
    const opened = await bare.ok(AGENT, 'escalate_to_staff', args);
    expect(opened).toMatchObject({ state: 'open', paged: { name: 'On-call' }, next_page: { name: 'Backup' } });
    expect(opened.next).toContain('+15125550101');
    const changes = await bare.ok(AGENT, 'list_changes');
    expect(changes).toMatchObject({
      changes: [{ kind: 'escalation', event: 'opened' }],
      without_pms: expect.any(String),
    });
    expect((await bare.ok(AGENT, 'list_writes')).writes).toMatchObject([{ escalation_id: opened.escalation_id }]);
    expect(bare.troubles).toEqual([]);
    await bare.close();
  });
});
