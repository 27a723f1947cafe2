import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPlace, type Place } from './command_line.ts';

interface Made {
  key: string;
  key_id: string;
}
interface Write {
  write_id: string;
  state: string;
  approval?: { approval_id: string };
}

let place: Place;
/** Keys: a person who manages and decides, another one, and an agent that the other one answers for. */
let admin: Made, owner: Made, agent: Made;

beforeAll(async () => {
  place = newPlace();
  admin = await place.json<Made>(['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin']);
  const person = ['keys', 'create', '--person', '--name', 'Owen', '--role', 'admin'];
  owner = await place.json<Made>(person, admin.key);
  const command = ['keys', 'create', '--agent', '--name', 'Books', '--owner', 'Owen', '--role', 'property_manager'];
  agent = await place.json<Made>(command, admin.key);
});
afterAll(() => place.remove());

const call = (tool: string, args: object) => ['call', tool, JSON.stringify(args)];
const errorOf = (errors: string) => (JSON.parse(errors.trim()) as { error: { code: string; field?: string } }).error;

describe('call', () => {
  it('runs a tool as a role of the sandbox and prints its structured result', async () => {
    const args = ['--role', 'maintenance_agent'];
    const { code, out } = await place.run([
      ...call('assess_maintenance_request', { description: 'I smell gas' }),
      ...args,
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ severity: 'life_safety' });
  });

  it('takes the options of every command before it, too', async () => {
    const command = ['call', 'assess_maintenance_request', '{"description":"I smell gas"}'];
    const { code, out } = await place.run(['--config', 'caretaker.config.json', '--json', ...command]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { severity: 'life_safety' }]);
    const missing = await place.run(['--config=none.json', ...command]);
    expect([missing.code, missing.errors]).toEqual([1, expect.stringContaining('none.json')]);
  });

  it('reads its arguments from standard input, and works with a key', async () => {
    const input = JSON.stringify({ description: 'the toilet runs' });
    const { code, out } = await place.run(['call', 'assess_maintenance_request', '-'], { input, key: agent.key });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ trade: 'plumbing' });
  });

  it.each([
    { what: 'a refused call', args: call('assess_maintenance_request', {}), code: 'invalid_input' },
    { what: 'an unknown tool', args: call('../etc', {}), code: 'not_found' },
    { what: 'no JSON', args: ['call', 'search_portfolio', '{'], code: 'invalid_input' },
    {
      what: 'a tool outside of the role',
      args: [...call('list_gl_accounts', {}), '--role', 'leasing_agent'],
      code: 'not_permitted',
    },
    { what: 'an unknown role', args: [...call('search_portfolio', {}), '--role', 'boss'], code: 'invalid_input' },
  ])('ends with an error on standard error for $what', async ({ args, code }) => {
    const outcome = await place.run([...args, '--json']);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(errorOf(outcome.errors).code).toBe(code);
  });

  it('takes no role beside a key, and no key that does not hold', async () => {
    const args = call('assess_maintenance_request', { description: 'x' });
    const both = await place.run([...args, '--role', 'admin', '--json'], { key: agent.key });
    expect([both.code, errorOf(both.errors).field]).toEqual([1, 'role']);
    const unknown = await place.run([...args, '--json'], { key: `${agent.key.slice(0, -3)}AAA` });
    expect([unknown.code, errorOf(unknown.errors).code]).toEqual([1, 'not_permitted']);
  });
});

describe('tools', () => {
  it('lists what a grant sees with exact token counts', async () => {
    interface Listed {
      tools: { name: string; scope: string; tokens: number }[];
      tokens: number;
      tokens_exact: boolean;
    }
    const all = await place.json<Listed>(['tools'], agent.key);
    const some = await place.json<Listed>(['tools', '--role', 'leasing_agent']);
    expect(some.tools.length).toBeLessThan(all.tools.length);
    expect(some.tools.map(({ scope }) => scope)).not.toContain('accounting:post');
    expect(all.tokens_exact).toBe(true);
    expect(all.tokens).toBe(all.tools.reduce((sum, { tokens }) => sum + tokens, 0));
  });
});

describe('keys', () => {
  it('are listed without the keys, rotated with an overlap, and revoked at once', async () => {
    const made = await place.json<Made>(
      ['keys', 'create', '--agent', '--name', 'Temp', '--owner', 'Ada', '--role', 'auditor', '--expires', '1d'],
      admin.key,
    );
    const rotated = await place.json<Made>(['keys', 'rotate', made.key_id, '--overlap', '1h'], admin.key);
    for (const key of [made.key, rotated.key]) expect((await place.run(['tools'], { key })).code).toBe(0);
    await place.json(['keys', 'revoke', made.key_id], admin.key);
    expect((await place.run(['tools'], { key: made.key })).code).toBe(1);
    const listed = await place.run(['keys', 'list', '--json'], { key: admin.key });
    const { keys } = JSON.parse(listed.out) as { keys: { key_id: string; state: string }[] };
    expect(keys.find(({ key_id }) => key_id === made.key_id)?.state).toBe('revoked');
    expect(keys.find(({ key_id }) => key_id === rotated.key_id)?.state).toBe('active');
    for (const { key } of [made, rotated, admin]) expect(listed.out).not.toContain(key.split('_').at(-1));
  });

  it.each([
    { what: 'without a key', args: ['list'], key: () => undefined },
    { what: "with an agent's key", args: ['list'], key: () => agent.key },
    {
      what: 'as a second first person',
      args: ['create', '--person', '--role', 'admin', '--name', 'Eve'],
      key: () => undefined,
    },
  ])('are not managed $what', async ({ args, key }) => {
    const outcome = await place.run(['keys', ...args, '--json'], { key: key() });
    expect([outcome.code, errorOf(outcome.errors).code]).toEqual([1, 'not_permitted']);
  });

  it.each([
    ['--expires', 'soon'],
    ['--limit', 'post_gl_charge=1e3/5'],
    ['--pin', 'sandbox:'],
    ['--emergency-limit', '-5'],
    ['--colour', 'red'],
  ])('are refused with %s %s', async (...option) => {
    const args = ['keys', 'create', '--agent', '--name', 'Bad', '--owner', 'Ada', '--role', 'auditor', ...option];
    const outcome = await place.run(args, { key: admin.key });
    expect([outcome.code, outcome.out]).toEqual([1, '']);
    expect(outcome.errors).toContain(option[0]);
  });
});

describe('approvals and writes', () => {
  /** A charge above what the key may post without a person. */
  async function charge(requestId: string, amount: string, key = agent.key): Promise<Write> {
    const { leases } = await place.json<{ leases: { lease_id: string; status: string }[] }>(
      call('list_leases', {}),
      agent.key,
    );
    const { accounts } = await place.json<{ accounts: { account_id: string }[] }>(
      call('list_gl_accounts', { usage: 'resident_charge' }),
      agent.key,
    );
    const args = {
      request_id: requestId,
      lease_id: leases.find(({ status }) => status === 'current')?.lease_id,
      account_id: accounts[0]?.account_id,
      amount,
      charge_date: new Date().toISOString().slice(0, 10),
      memo: 'Lock change',
      reason: 'Keys lost',
    };
    return (await place.json<{ write: Write }>(call('post_gl_charge', args), key)).write;
  }

  it('show what is asked for, and are decided by a person who did not ask', async () => {
    const write = await charge('approve-0000000001', '45.10');
    expect(write.state).toBe('awaiting_approval');
    const id = String(write.approval?.approval_id);
    const listed = await place.run(['approvals', 'list'], { key: admin.key });
    expect(listed.out).toContain(id);
    expect(listed.out).toContain('$45.10');
    expect(listed.out).toContain('Lock change');
    for (const key of [undefined, agent.key, owner.key]) {
      const refused = await place.run(['approvals', 'approve', id, '--json'], { key });
      expect(refused.code).toBe(1);
      expect(refused.errors).toContain('not_permitted');
    }
    const decided = await place.run(['approvals', 'approve', id, '--note', 'seen the invoice', '--json'], {
      key: admin.key,
    });
    expect(decided.code).toBe(0);
    expect(decided.errors).toContain('"amount":4510');
    expect(JSON.parse(decided.out)).toMatchObject({ write_id: write.write_id, state: 'done', proof: 'full' });
    expect((await place.run(['approvals', 'approve', id], { key: admin.key })).code).toBe(1);
  });

  it('are rejected, and then nothing was changed', async () => {
    const write = await charge('reject-00000000001', '46.20');
    await place.json(['approvals', 'reject', write.write_id, '--note', 'no'], admin.key);
    const { writes } = await place.json<{ writes: Write[] }>(['writes', 'list', '--state', 'rejected'], admin.key);
    expect(writes.map(({ write_id }) => write_id)).toEqual([write.write_id]);
  });

  it('are taken back by whoever answers for them, and by nobody else', async () => {
    const write = await charge('withdraw-000000001', '48.40');
    const other = await place.run(['writes', 'withdraw', write.write_id, '--json'], { key: admin.key });
    expect([other.code, errorOf(other.errors).code]).toEqual([1, 'not_found']);
    const taken = await place.json<Write>(['writes', 'withdraw', write.write_id], owner.key);
    expect(taken.state).toBe('withdrawn');
    expect((await place.run(['approvals', 'approve', write.write_id], { key: admin.key })).code).toBe(1);
  });

  it('send nothing for a key that was taken back meanwhile', async () => {
    const command = ['keys', 'create', '--agent', '--name', 'Lost', '--owner', 'Owen', '--role', 'property_manager'];
    const lost = await place.json<Made>(command, admin.key);
    const write = await charge('revoked-0000000001', '47.30', lost.key);
    await place.json(['keys', 'revoke', lost.key_id], admin.key);
    await place.run(['approvals', 'approve', write.write_id], { key: admin.key });
    const { writes } = await place.json<{ writes: Write[] }>(['writes', 'list', '--state', 'failed'], admin.key);
    expect(writes.map(({ write_id }) => write_id)).toEqual([write.write_id]);
  });

  it('show a write with its command and its evidence to those who decide or audit', async () => {
    const { writes } = await place.json<{ writes: Write[] }>(['writes', 'list', '--state', 'done'], admin.key);
    const id = String(writes[0]?.write_id);
    const shown = await place.json<{ command: object; steps: object[] }>(['writes', 'show', id], admin.key);
    expect(shown.command).toMatchObject({ kind: 'post_charge', amount: 4_510 });
    expect(shown.steps).toMatchObject([{ state: 'proved', evidence: [{ event: 'sent' }] }]);
    expect((await place.run(['writes', 'show', id], { key: agent.key })).code).toBe(1);
    expect((await place.run(['writes', 'show', 'w_nothing'], { key: admin.key })).code).toBe(1);
    expect((await place.run(['writes', 'list', '--state', 'nowhere'], { key: admin.key })).code).toBe(1);
  });

  it('resolve by hand only what needs attention', async () => {
    const { writes } = await place.json<{ writes: Write[] }>(['writes', 'list', '--state', 'done'], admin.key);
    const args = [
      'writes',
      'resolve',
      String(writes[0]?.write_id),
      '--happened',
      '--note',
      'seen in the PMS',
      '--json',
    ];
    const outcome = await place.run(args, { key: admin.key });
    expect([outcome.code, errorOf(outcome.errors).code]).toEqual([1, 'conflict']);
    expect((await place.run(args)).code).toBe(1);
  });
});

describe('escalations', () => {
  it('are taken over by a person, and then wait for nobody', async () => {
    const args = { request_id: 'escalate-000000001', reason: 'other', urgency: 'today', summary: 'Asks for a person' };
    await place.json(call('escalate_to_staff', args), agent.key);
    const open = () => place.json<{ escalations: { escalation_id: string }[] }>(['escalations', 'list'], admin.key);
    const [found] = (await open()).escalations;
    const take = ['escalations', 'acknowledge', String(found?.escalation_id)];
    expect((await place.run(take, { key: agent.key })).code).toBe(1);
    expect(await place.json(take, admin.key)).toMatchObject({ state: 'acknowledged', acknowledged_by: 'person:ada' });
    expect((await open()).escalations).toEqual([]);
    expect((await place.run(['escalations', 'acknowledge', 'esc_none'], { key: admin.key })).code).toBe(1);
  });
});

describe('vendors', () => {
  interface Outcomes {
    vendors: { vendor_id: string; kept: string[]; pms_has_its_own: string[] }[];
  }
  const evidence = ['--evidence', 'certificate in the vendor file'];

  it("are kept with evidence, and the PMS's own value wins", async () => {
    const set = ['vendors', 'set', '501', '--service-area', '78701;78702', '--general-liability-expires', '2031-01-01'];
    expect((await place.run(set, { key: admin.key })).code).toBe(1);
    const { vendors } = await place.json<Outcomes>([...set, ...evidence], admin.key);
    expect(vendors).toMatchObject([
      { vendor_id: '501', kept: ['service_area'], pms_has_its_own: ['general_liability_expires'] },
    ]);
  });

  it('are imported from a file, all rows or none', async () => {
    const head = 'vendor_id,workers_comp_exemption,licences,evidence\n';
    const good = `${head}501,"sole proprietor, no ""employees""",,folder 1\n502,,plumbing:X-1:TX:2030-01-01,folder 2\n`;
    const bad = `${good}nobody,,,folder 3\n`;
    const refused = await place.run(['vendors', 'import', place.write('bad.csv', bad)], { key: admin.key });
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('Line 4');
    const { vendors } = await place.json<Outcomes>(['vendors', 'import', place.write('good.csv', good)], admin.key);
    expect(vendors.map(({ vendor_id }) => vendor_id)).toEqual(['501', '502']);
    const exported = await place.run(['audit', 'export'], { key: admin.key });
    const entries = exported.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { action: string; payload: object });
    const kept = entries.filter(({ action }) => action === 'vendor.facts');
    expect(kept).toHaveLength(3);
    expect(kept[1]?.payload).toMatchObject({
      evidence: 'folder 1',
      after: {
        service_area: ['78701', '78702'],
        compliance: { workers_comp_exemption: 'sole proprietor, no "employees"' },
      },
    });
  });

  it.each([
    ['a date that does not exist', 'vendor_id,workers_comp_expires,evidence\n501,2027-02-30,x\n'],
    ['an unknown column', 'vendor_id,colour,evidence\n501,red,x\n'],
    ['an unknown trade', 'vendor_id,trades,evidence\n501,magic,x\n'],
    ['no evidence', 'vendor_id,w9_on_file\n501,yes\n'],
    ['an open quote', 'vendor_id,w9_on_file,evidence\n501,"yes,x\n'],
    ['a missing value', 'vendor_id,w9_on_file,evidence\n501,yes\n'],
  ])('are refused with %s', async (_what, csv) => {
    const outcome = await place.run(['vendors', 'import', place.write('v.csv', csv), '--json'], { key: admin.key });
    expect([outcome.code, errorOf(outcome.errors).code]).toEqual([1, 'invalid_input']);
  });

  it("take a person's key", async () => {
    for (const key of [undefined, agent.key])
      expect((await place.run(['vendors', 'set', '501', '--trades', 'hvac', ...evidence], { key })).code).toBe(1);
  });
});

describe('sync', () => {
  it('reads the PMS again, all of it or some kinds', async () => {
    const all = await place.json<{ connection: string; records: number }[]>(['sync']);
    expect(all).toMatchObject([{ connection: 'sandbox' }]);
    expect(all[0]!.records).toBeGreaterThan(100);
    expect(await place.json(['sync', 'sandbox', '--kind', 'vendor', 'unit'])).toEqual(all);
  });

  it.each([
    ['a kind that does not exist', ['sync', '--kind', 'tenant'], 'invalid_input'],
    ['a connection that does not exist', ['sync', 'other'], 'not_found'],
  ])('refuses %s', async (_what, args, code) => {
    const { code: exit, errors } = await place.run([...args, '--json']);
    expect(exit).toBe(1);
    expect(errorOf(errors).code).toBe(code);
  });
});

describe('audit, backup and restore', () => {
  it('verify the chain, copy the store and put it back, with what came after it set aside', async () => {
    const backup = join(place.folder, 'copy.db');
    await place.json(['backup', backup]);
    expect((await place.run(['backup', backup])).code).toBe(1);
    expect(statSync(backup).mode & 0o077).toBe(0);
    const before = await place.json<{ entries: number }>(['audit', 'verify']);
    await place.json(['keys', 'create', '--person', '--name', 'Late', '--role', 'auditor'], admin.key);
    const { replaced } = await place.json<{ replaced: string }>(['restore', backup]);
    expect(existsSync(replaced)).toBe(true);
    expect(await place.json(['audit', 'verify'])).toMatchObject({ ok: true, entries: before.entries });
    const { keys } = await place.json<{ keys: { name: string }[] }>(['keys', 'list'], admin.key);
    expect(keys.map(({ name }) => name)).not.toContain('Late');
    expect((await place.run(['restore', join(place.folder, 'nothing.db')])).code).toBe(1);
  });

  it('export only to those who audit, and never over a file', async () => {
    const file = join(place.folder, 'audit.jsonl');
    expect((await place.run(['audit', 'export', '--out', file], { key: agent.key })).code).toBe(1);
    expect((await place.run(['audit', 'export', '--out', file, '--role', 'auditor'])).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text.trim().split('\n').length).toBeGreaterThan(3);
    expect((await place.run(['audit', 'export', '--out', file, '--role', 'auditor'])).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
