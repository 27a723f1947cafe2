import type { Scene } from './scene.ts';

const outOfScope: Scene = {
  day: 'Day three',
  title: 'An agent stays within what its key allows',
  async play({ leasing, pms }, expect) {
    const tried = await leasing.ask(
      'dispatch_vendor',
      { request_id: 'leasing-tries-dispatch', work_order_id: '955', vendor_id: '501', visit_start: '2030-01-01T10:00' },
      'sends a plumber',
    );
    expect.equal('what the leasing agent is told', tried.code, 'not_permitted');
    await pms.changed(expect, 0, 'the refused call');
  },
};

const auditVerified: Scene = {
  day: 'Day three',
  title: 'Is the audit log whole?',
  async play({ owner }, expect) {
    const { code, said } = await owner.run('audit', 'verify');
    expect.that('the audit chain is whole', code === 0, said);
  },
};

export const reviewScenes: readonly Scene[] = [outOfScope, auditVerified];
