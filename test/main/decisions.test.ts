import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPlace, type Place } from './command_line.ts';

/* What a person reads before they decide: names, amounts and dates in words, and the command only for programs. */

interface Made {
  key: string;
}
interface Write {
  write: { write_id: string; state: string; approval: { approval_id: string } };
}

let place: Place;
let admin: Made, agent: Made;

beforeAll(async () => {
  place = newPlace();
  admin = await place.json<Made>(['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin']);
  await place.json(['keys', 'create', '--person', '--name', 'Owen', '--role', 'admin'], admin.key);
  const command = ['keys', 'create', '--agent', '--name', 'Books', '--owner', 'Owen', '--role', 'property_manager'];
  agent = await place.json<Made>(command, admin.key);
});
afterAll(() => place.remove());

const call = <T>(tool: string, args: object) => place.json<T>(['call', tool, JSON.stringify(args)], agent.key);

/** What `approvals list` shows of one approval. */
async function shownOf({ write }: Write): Promise<string> {
  expect(write.state).toBe('awaiting_approval');
  const { out } = await place.run(['approvals', 'list'], { key: admin.key });
  const [shown] = out.split(/\n(?=\[)/).filter((text) => text.includes(`[${write.approval.approval_id}]`));
  return shown ?? '';
}

const DAY = /(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [A-Z][a-z]+ \d{1,2}, \d{1,2}:\d\d [AP]M/;

describe('what is decided on is told in words', () => {
  it('a dispatch: who goes, to which work order and home, when, and up to how much', async () => {
    const { candidates } = await call<{ candidates: { unit_id: string; property_id: string; label: string }[] }>(
      'search_portfolio',
      { query: '2-B', kinds: ['unit'] },
    );
    const unit = candidates[0]!;
    const made = await call<{
      work_order: { work_order_id: string; number: string };
      can_take_it: { vendor_id?: string; name: string }[];
    }>('create_work_order', {
      request_id: 'decide-order-0001',
      property_id: unit.property_id,
      unit_id: unit.unit_id,
      description: 'Kitchen faucet drips',
      entry: 'yes',
    });
    const { candidates: able } = await call<{ candidates: { vendor_id?: string; name: string }[] }>('find_vendors', {
      work_order_id: made.work_order.work_order_id,
    });
    const vendor = able.find(({ vendor_id }) => vendor_id !== undefined)!;
    const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const shown = await shownOf(
      await call<Write>('dispatch_vendor', {
        request_id: 'decide-send-00001',
        work_order_id: made.work_order.work_order_id,
        vendor_id: vendor.vendor_id,
        visit_start: `${day}T10:00`,
        not_to_exceed: '4000.00',
      }),
    );
    expect(shown).toMatch(/asked by +agent:books; person:owen answers for it/);
    expect(shown).toMatch(new RegExp(`decide by +${DAY.source}`));
    expect(shown).toContain('above the limit');
    expect(shown).toContain(`${made.work_order.number} «Kitchen faucet drips» [${made.work_order.work_order_id}]`);
    expect(shown).toContain(`${vendor.name} [${vendor.vendor_id}]`);
    expect(shown).toContain(`2-B [${unit.unit_id}]`);
    expect(shown).toMatch(new RegExp(`visit +${DAY.source}`));
    expect(shown).toMatch(/up to +\$4,000\.00/);
    expect(shown).not.toContain('{');
  });

  it('a renewal: who lives there, the rent, the term and its days', async () => {
    const { leases } = await call<{ leases: { lease_id: string; open_offers?: number; residents: string[] }[] }>(
      'list_leases',
      {},
    );
    const lease = leases.find(({ open_offers }) => open_offers !== undefined)!;
    const one = await call<{
      leases: { version: string; rent: string }[];
      detail: { renewal_offers: { renewal_offer_id: string; status: string; rent: string; term_months: number }[] };
    }>('list_leases', { lease_id: lease.lease_id });
    const offer = one.detail.renewal_offers.find(({ status }) => status === 'offered')!;
    const shown = await shownOf(
      await call<Write>('update_lease', {
        request_id: 'decide-renew-0001',
        lease_id: lease.lease_id,
        version: one.leases[0]!.version,
        action: 'accept_renewal',
        renewal_offer_id: offer.renewal_offer_id,
      }),
    );
    for (const name of lease.residents) expect(shown).toContain(name);
    expect(shown.replaceAll(',', '')).toContain(`$${offer.rent} a month now $${one.leases[0]!.rent}`);
    expect(shown).toMatch(
      new RegExp(`${offer.term_months} months, [A-Z][a-z]+ \\d+, \\d{4} to [A-Z][a-z]+ \\d+, \\d{4}`),
    );
  });

  it('a bill: vendor, invoice, and its lines with the names of the accounts', async () => {
    const { candidates } = await call<{ candidates: { vendor_id: string; label: string }[] }>('search_portfolio', {
      query: 'plumber',
      kinds: ['vendor'],
    });
    const { accounts } = await call<{ accounts: { account_id: string; name: string }[] }>('list_gl_accounts', {
      usage: 'bill',
    });
    const { leases } = await call<{ leases: { property_id: string; property: string }[] }>('list_leases', {});
    const [vendor, account, home] = [candidates[0]!, accounts[0]!, leases[0]!];
    const today = new Date().toISOString().slice(0, 10);
    const asked = await call<Write>('post_vendor_bill', {
      request_id: 'decide-bill-00001',
      vendor_id: vendor.vendor_id,
      invoice_number: 'A-1207',
      invoice_date: today,
      due_date: today,
      total: '1250.00',
      lines: [{ account_id: account.account_id, amount: '1250.00', property_id: home.property_id, memo: 'New pump' }],
    });
    const shown = await shownOf(asked);
    expect(shown).toMatch(/to be done +enter a bill of \$1,250\.00/);
    expect(shown).toContain(`${vendor.label} [${vendor.vendor_id}]`);
    expect(shown).toContain('«A-1207»');
    expect(shown).toContain(
      `${account.name} [${account.account_id}], ${home.property} [${home.property_id}], «New pump»`,
    );
    const { approvals } = await place.json<{ approvals: { command: { kind: string; total?: number } }[] }>(
      ['approvals', 'list'],
      admin.key,
    );
    expect(approvals.map(({ command }) => command)).toContainEqual(
      expect.objectContaining({ kind: 'post_bill', total: 125_000 }),
    );
    const args = ['approvals', 'approve', asked.write.write_id, '--note', 'seen', '--json'];
    const { out } = await place.run(args, { key: admin.key });
    const { approval } = JSON.parse(out) as { approval: object };
    expect(approval).toMatchObject({ state: 'approved', decided_by: 'person:ada', decided_at: expect.any(String) });
    expect(Object.keys(approval)).not.toContain('decide_by');
  });
});
