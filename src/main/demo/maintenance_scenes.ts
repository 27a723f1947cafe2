import type { Answer } from './answer.ts';
import { expectRefusal, firstThat, needed, type Scene } from './scene.ts';
import { PROPERTY, type Stage } from './stage.ts';

/** A place that both a caller and the PMS know; throws where the words fit nothing. */
async function findUnit(stage: Stage, query: string): Promise<{ unit_id: string; lease_id: string }> {
  const found = await stage.maintenance.ask('search_portfolio', { query, kinds: ['unit'] }, `"${query}"`);
  return { unit_id: found.need('candidates.0.unit_id'), lease_id: found.need('candidates.0.lease_ids.0') };
}

/** Whoever is ranked first, as the argument that sends them. */
function first(vendors: Answer): Record<string, unknown> {
  const [best] = vendors.list('candidates');
  if (best === undefined) throw new Error('nobody can take the job');
  return best['vendor_id'] === undefined ? { technician_id: best['technician_id'] } : { vendor_id: best['vendor_id'] };
}

const CALLER = '+15125550143';
const BURST = 'Water pouring from the ceiling, I think a pipe burst upstairs';

/** From a caller's half-sentence to somebody who is on the way. */
const burstPipe: Scene = {
  day: 'Night one',
  title: '2 AM, a half-sentence: "It\'s Maria, blue building, upstairs… water pouring from the ceiling!"',
  async play({ maintenance, pms, day, tell }, expect) {
    const triage = await maintenance.ask('assess_maintenance_request', { description: BURST }, `"${BURST}"`);
    expect.equal('severity of water through the ceiling', triage.at('severity'), 'emergency');

    const who = await maintenance.ask(
      'search_portfolio',
      { query: 'Maria, blue building, upstairs', caller_phone: CALLER, kinds: ['unit', 'resident'] },
      `"Maria, blue building, upstairs", calling from ${CALLER}`,
    );
    expect.that(
      'Maria is not guessed',
      who.list('candidates').length > 1 && who.at('question') !== undefined,
      who.structured,
    );

    tell(`asked back: "${String(who.at('question'))}" The line is dead, and the water is not waiting.`);

    const report = {
      request_id: 'call-0207-work-order',
      property_id: PROPERTY,
      location: 'Upstairs, blue building',
      description: BURST,
      reporter_name: 'Maria',
      callback_phone: CALLER,
      entry: 'yes',
    };
    const made = await maintenance.ask('create_work_order', report, 'a job for the place, not for a unit');
    expect.equal('the work order is made', made.state, 'done');
    expect.equal('every field is proved', made.at('write.proof'), 'full');
    await pms.changed(expect, 1, 'the work order');
    const id = made.need('work_order.work_order_id');

    const again = await maintenance.ask('create_work_order', report, 'once more, its answer got lost');
    expect.equal('the retry is told so', again.at('write.replayed'), true);
    expect.equal('the retry names the same work order', again.at('work_order.work_order_id'), id);
    await pms.changed(expect, 0, 'the retry');

    const visit_date = day(1);
    const vendors = await maintenance.ask('find_vendors', { work_order_id: id, visit_date }, 'who can go tonight');
    // Later than three: in spring the clocks skip the hour before.
    const sent = await maintenance.ask(
      'dispatch_vendor',
      { request_id: 'call-0207-dispatch', work_order_id: id, ...first(vendors), visit_start: `${visit_date}T03:15` },
      'send the first of them',
    );
    expect.equal('the dispatch is done', sent.state, 'done');
    expect.that('there is a number to call', typeof sent.at('call.0') === 'string', sent.at('call'));
    await pms.changed(expect, 1, 'the dispatch');
    const job = await pms.record('work_order', id);
    expect.that('the PMS shows who goes', (job.vendor_id ?? job.technician_id) !== undefined, job);
    expect.that('the PMS shows when', job.visit !== undefined, job);

    const logged = await maintenance.ask(
      'record_communication',
      {
        request_id: 'call-0207-logged',
        channel: 'phone',
        direction: 'inbound',
        work_order_id: id,
        summary: 'Told to close the valve under the sink and to stay clear of the ceiling; help is on the way.',
      },
      'what was said on the phone',
    );
    expect.equal('the call is logged', logged.state, 'done');
    await pms.changed(expect, 1, 'the log of the call');

    const escalated = await maintenance.ask(
      'escalate_to_staff',
      {
        request_id: 'call-0207-escalate',
        reason: 'identity_unclear',
        urgency: 'now',
        summary: 'Burst pipe upstairs in the blue building; which Maria called is not known.',
        callback_phone: CALLER,
        record_id: id,
      },
      'somebody has to find out which Maria it is',
    );
    expect.that('a person is asked', !escalated.isError, escalated.structured);
    await pms.changed(expect, 0, 'the escalation');
  },
};

const GAS = 'Strong rotten egg smell near the water heater, since an hour';

const gasSmell: Scene = {
  day: 'Day one',
  title: 'A gas smell: people first, then the utility, and only then a plumber',
  async play(stage, expect) {
    const { maintenance, pms, day, tell } = stage;
    const { unit_id } = await findUnit(stage, 'B-1A Juniper Terrace');
    const triage = await maintenance.ask('assess_maintenance_request', { description: GAS, unit_id }, `"${GAS}"`);
    expect.equal('severity of a gas smell', triage.at('severity'), 'life_safety');
    tell(`read out first: "${triage.need('instructions.0.lines.0')}"`);

    const made = await maintenance.ask(
      'create_work_order',
      { request_id: 'gas-smell-work-order', property_id: PROPERTY, unit_id, description: GAS, entry: 'no' },
      'a job, and nobody goes in yet',
    );
    expect.equal('the work order is made', made.state, 'done');
    await pms.changed(expect, 1, 'the work order');
    const id = made.need('work_order.work_order_id');

    const visit_date = day(1);
    const vendors = await maintenance.ask('find_vendors', { work_order_id: id, visit_date }, 'who could go');
    const dispatch = { work_order_id: id, ...first(vendors), visit_start: `${visit_date}T08:00` };
    const early = await maintenance.ask(
      'dispatch_vendor',
      { request_id: 'gas-smell-dispatch', ...dispatch },
      'send them now',
    );
    expectRefusal(expect, 'a dispatch before the place is cleared', early, 'invalid_input');
    await pms.changed(expect, 0, 'the refused dispatch');

    const cleared = await maintenance.ask(
      'update_work_order',
      {
        request_id: 'gas-smell-all-clear',
        work_order_id: id,
        version: made.need('work_order.version'),
        hazard_cleared_by: 'Gas utility, on site',
      },
      'the utility has cleared the place',
    );
    expect.equal('the clearance is recorded', cleared.state, 'done');
    await pms.changed(expect, 1, 'the clearance');

    const sent = await maintenance.ask(
      'dispatch_vendor',
      { request_id: 'gas-smell-dispatch', ...dispatch },
      'the same request once more',
    );
    expect.equal('the dispatch is done', sent.state, 'done');
    await pms.changed(expect, 1, 'the dispatch');
  },
};

const SINK = 'Kitchen sink leaks in the cabinet';

const expiredInsurance: Scene = {
  day: 'Day one',
  title: 'A vendor whose insurance has run out is not sent, whoever asks',
  async play(stage, expect, soFar) {
    const { maintenance, pms, day } = stage;
    const { unit_id, lease_id } = await findUnit(stage, 'A-1B Juniper Terrace');
    const made = await maintenance.ask(
      'create_work_order',
      { request_id: 'leaking-sink-work-order', property_id: PROPERTY, unit_id, description: SINK, entry: 'call_first' },
      `"${SINK}"`,
    );
    await pms.changed(expect, 1, 'the work order');
    const work_order_id = made.need('work_order.work_order_id');
    const visit_date = day(1);
    const vendors = await maintenance.ask('find_vendors', { work_order_id, visit_date }, 'who can go tomorrow');
    const sound = firstThat(vendors.list('candidates'), (one) => one['vendor_id'] !== undefined, 'vendor who can go');
    const expired = firstThat(
      vendors.list('excluded'),
      (one) => one['vendor_id'] !== undefined && /expired/.test(String(one['reasons'])),
      'vendor with expired insurance',
    );
    soFar.repair = {
      work_order_id,
      unit_id,
      lease_id,
      vendor_id: String(sound['vendor_id']),
      version: made.need('work_order.version'),
    };

    const sent = await maintenance.ask(
      'dispatch_vendor',
      {
        request_id: 'leaking-sink-expired',
        work_order_id,
        vendor_id: expired['vendor_id'],
        visit_start: `${visit_date}T10:00`,
      },
      `send ${String(expired['name'])} all the same`,
    );
    expectRefusal(expect, 'a vendor with expired insurance', sent, 'vendor_blocked');
    await pms.changed(expect, 0, 'the refused dispatch');
    expect.equal('status of the job in the PMS', (await pms.record('work_order', work_order_id)).status, 'new');
  },
};

const overTheLimit: Scene = {
  day: 'Day two',
  title: 'A repair above the limit waits for a person who is not the one answering for the agent',
  async play({ maintenance, owner, manager, pms, day }, expect, { repair }) {
    const { work_order_id, vendor_id } = needed(repair);
    const asked = {
      request_id: 'leaking-sink-dispatch',
      work_order_id,
      vendor_id,
      visit_start: `${day(1)}T10:00`,
      visit_end: `${day(1)}T12:00`,
      not_to_exceed: '850.00',
    };
    const waiting = await maintenance.ask('dispatch_vendor', asked, 'for up to 850.00 (the limit here is 300.00)');
    expect.equal('the dispatch waits', waiting.state, 'awaiting_approval');
    await pms.changed(expect, 0, 'what only waits');

    const writeId = waiting.need('write.write_id');
    const own = await owner.run('approvals', 'approve', writeId);
    expect.that('the owner of the agent cannot approve', own.code !== 0, own.said);
    await pms.changed(expect, 0, "the owner's attempt");

    const decided = await manager.run('approvals', 'approve', writeId);
    expect.equal('exit code of the approval by the manager', decided.code, 0);
    await pms.changed(expect, 1, 'the approved dispatch');
    const job = await pms.record('work_order', work_order_id);
    expect.equal('limit in the PMS, in cents', job.not_to_exceed, 85_000);
    expect.equal('vendor in the PMS', job.vendor_id, vendor_id);

    const after = await maintenance.ask('dispatch_vendor', asked, 'how does it stand? (the same request)');
    expect.equal('the agent learns that it is done', after.state, 'done');
    await pms.changed(expect, 0, 'asking again');
    needed(repair).version = after.need('work_order.version');
  },
};

export const maintenanceScenes: readonly Scene[] = [burstPipe, gasSmell, expiredInsurance, overTheLimit];
