import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import { first, type Harness, openHarness } from './harness.ts';

/*
 * Many hosts show a model the text of an answer and nothing of its structure: an agent has to be able to go on from it,
 * and it must not cost as much as the structure.
 */

const MANAGER = 'property_manager';

let h: Harness;
/** A call of every read tool, and where it makes a difference one for a list and one for a detail. */
const calls: { tool: string; args: Record<string, unknown> }[] = [];

beforeAll(async () => {
  h = await openHarness({ tools: catalogue, units: 120, properties: 3 });
  const { units } = await h.ok(MANAGER, 'find_available_units', {});
  const { leases } = await h.ok(MANAGER, 'list_leases', {});
  const { work_orders } = await h.ok(MANAGER, 'list_work_orders', {});
  const { guest_cards } = await h.ok(MANAGER, 'search_guest_cards', {});
  const { postings } = await h.ok(MANAGER, 'list_postings', { kind: 'bill' });
  const lease = first(leases as any[], ({ status }) => status === 'current');
  const { detail } = await h.ok(MANAGER, 'list_leases', { lease_id: lease.lease_id });
  const order = first(work_orders as any[], ({ status, trade }) => status === 'new' && trade === 'plumbing');
  for (let index = 0; index < 30; index += 1)
    await h.ok(MANAGER, 'create_work_order', {
      request_id: h.requestId(),
      property_id: lease.property_id,
      unit_id: lease.unit_id,
      description: `Cabinet door number ${index} in the kitchen is loose and does not close any more`,
      entry: 'yes',
    });
  calls.push(
    { tool: 'search_portfolio', args: { query: 'unit 2-B' } },
    { tool: 'get_unit', args: { unit_id: lease.unit_id } },
    { tool: 'get_resident', args: { resident_id: detail.parties[0].resident_id } },
    { tool: 'list_changes', args: {} },
    { tool: 'list_writes', args: {} },
    {
      tool: 'assess_maintenance_request',
      args: { description: 'The kitchen cabinet door is loose', unit_id: lease.unit_id },
    },
    { tool: 'list_work_orders', args: {} },
    { tool: 'list_work_orders', args: { work_order_id: order.work_order_id } },
    { tool: 'find_vendors', args: { work_order_id: order.work_order_id } },
    { tool: 'list_leases', args: {} },
    { tool: 'list_leases', args: { lease_id: lease.lease_id } },
    { tool: 'find_available_units', args: {} },
    { tool: 'search_guest_cards', args: {} },
    { tool: 'search_guest_cards', args: { guest_card_id: guest_cards[0].guest_card_id } },
    { tool: 'find_tour_slots', args: { unit_id: units[0].unit_id } },
    { tool: 'list_gl_accounts', args: {} },
    { tool: 'get_resident_ledger', args: { lease_id: lease.lease_id } },
    { tool: 'list_postings', args: { kind: 'bill' } },
    { tool: 'list_postings', args: { kind: 'charge' } },
    { tool: 'list_postings', args: { kind: 'journal_entry' } },
    { tool: 'list_postings', args: { kind: 'bill', posting_id: postings[0].posting_id } },
  );
}, 60_000);
afterAll(() => h.close());

/** The id that each of the first rows goes by, in every list of a result. */
function idsOfRows(value: unknown): string[] {
  if (Array.isArray(value)) return value.slice(0, 3).flatMap(idsOfRows);
  if (value === null || typeof value !== 'object') return [];
  const row = value as Record<string, unknown>;
  // What a row is for a write that ended is the record that came of it.
  const own = ['record_id', ...Object.keys(row)].find((name) => name.endsWith('_id') && typeof row[name] === 'string');
  const inner = Object.values(row).flatMap((one) => (typeof one === 'object' ? idsOfRows(one) : []));
  return own === undefined ? inner : [String(row[own]), ...inner];
}

/** In lists each prospect and each unit has its first tour only: the rest comes with the one that is asked for. */
function inText(structured: Record<string, any>): unknown {
  const firstOf = (list: string, field: string) =>
    list in structured && {
      [list]: structured[list].map((row: any) => ({ ...row, ...(row[field] && { [field]: row[field].slice(0, 1) }) })),
    };
  return { ...structured, ...firstOf('guest_cards', 'tours'), ...firstOf('units', 'next_tours') };
}

/** Of the longest page: 25 rows of a list, or a home with thirty jobs open. */
const TOKENS_OF_A_PAGE = 800;

describe('the text of an answer', () => {
  it('is tried for every read tool', () => {
    const reads = catalogue.filter(({ risk }) => risk === 'read').map(({ name }) => name);
    expect([...new Set(calls.map(({ tool }) => tool))].sort()).toEqual(reads.sort());
  });

  it('has the id of every row that a call could go on with', async () => {
    for (const { tool, args } of calls) {
      const { structured, text } = await h.call(MANAGER, tool, args);
      const missing = idsOfRows(inText(structured)).filter((id) => !text.includes(id));
      expect(missing, `${tool} ${JSON.stringify(args)}\n${text}`).toEqual([]);
    }
  });

  it('has the next cursor, and the version of a record that was asked for', async () => {
    for (const { tool, args } of calls) {
      const { structured, text } = await h.call(MANAGER, tool, args);
      const { next_cursor, cursor } = structured as { next_cursor?: string; cursor?: string };
      for (const one of [next_cursor, cursor]) if (one !== undefined) expect(text, tool).toContain(one);
      const of = ['work_orders', 'leases', 'guest_cards'].find((list) => list in structured);
      const single = 'detail' in structured && of !== undefined ? (structured[of] as any[])[0] : undefined;
      const record = single ?? structured['unit'] ?? structured['resident'];
      if (record?.version !== undefined) expect(text, tool).toContain(record.version);
    }
  });

  it('costs little, however long the list', async () => {
    const most: Record<string, number> = {};
    for (const { tool, args } of calls) {
      const { text } = await h.call(MANAGER, tool, args);
      most[`${tool} ${JSON.stringify(args)}`] = encode(text).length;
    }
    const over = Object.entries(most).filter(([, tokens]) => tokens > TOKENS_OF_A_PAGE);
    expect(over).toEqual([]);
  });
});
