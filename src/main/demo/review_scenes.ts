import { expectRefusal, needed, type Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const outOfScope: Scene = {
  day: 'Day three',
  title: 'An agent stays within what its key allows',
  async play({ leasing, pms, day }, expect, soFar) {
    const { work_order_id, vendor_id } = needed(soFar.repair);
    const tried = await leasing.ask(
      'dispatch_vendor',
      { request_id: 'leasing-tries-to-dispatch', work_order_id, vendor_id, visit_start: `${day(2)}T10:00` },
      'the leasing agent wants to send a plumber',
    );
    expectRefusal(expect, 'a call outside of the key', tried, 'not_permitted');
    await pms.changed(expect, 0, 'the refused call');
  },
};

const lastNight: Scene = {
  day: 'Day three',
  title: '"What did the agents do last night?"',
  async play(stage, expect) {
    const writes = await allWrites(stage);
    const done = writes.filter(({ group, tool }) => group === 'done' && tool !== 'escalate_to_staff');
    expect.equal('changes that the log has and the PMS has', done.length, stage.pms.accepted);
    const refusals = writes
      .filter(({ state }) => state === 'refused')
      .map(({ error }) => (error as { code?: unknown }).code);
    for (const code of ['vendor_blocked', 'not_permitted', 'slot_taken', 'duplicate'])
      expect.that(`the refusal ${code} is in the log`, refusals.includes(code), refusals);
  },
};

/** The log from its newest line to its first, a page at a time. */
async function allWrites({ manager, day }: Stage): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let cursor: unknown;
  do {
    const page = await manager.ask(
      'list_writes',
      { by: 'agents', since: day(-1), ...(cursor !== undefined && { cursor }) },
      cursor === undefined ? 'everything since yesterday' : 'and before that',
    );
    all.push(...page.list('writes'));
    cursor = page.at('next_cursor');
  } while (cursor !== undefined);
  return all;
}

const auditVerified: Scene = {
  day: 'Day three',
  title: 'Is the audit log whole?',
  async play({ owner }, expect) {
    const { code, said } = await owner.run('audit', 'verify');
    expect.that('the audit chain is whole', code === 0, said);
  },
};

export const reviewScenes: readonly Scene[] = [outOfScope, lastNight, auditVerified];
