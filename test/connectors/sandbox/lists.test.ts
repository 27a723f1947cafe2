import { describe, expect, it } from 'vitest';
import type { ListQuery } from '../../../src/connectors/connector.ts';
import { RECORD_KINDS, type RecordKind, type RecordOf } from '../../../src/model/records.ts';
import { castOf, validCommands } from './cast.ts';
import { NOW, first, openSandbox, refusalOf, submitted, type Sandbox } from './sandbox.ts';

async function allPages<K extends RecordKind>(sandbox: Sandbox, kind: K, query: ListQuery): Promise<RecordOf<K>[]> {
  const records: RecordOf<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await sandbox.list(kind, { ...query, ...(cursor !== undefined && { cursor }) });
    records.push(...page.records);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return records;
}

describe('a list', () => {
  it('of every kind is complete and without repetition, page by page', async () => {
    const sandbox = openSandbox({ units: 60 });
    const state = await sandbox.state();
    for (const kind of RECORD_KINDS) {
      expect(await allPages(sandbox, kind, { limit: 7 }), kind).toEqual(state[kind]);
      expect((await sandbox.list(kind, { limit: 1 })).total, kind).toBe(state[kind].length);
    }
  });

  it('is narrowed by property, unit and household', async () => {
    const sandbox = openSandbox({ units: 90 });
    const state = await sandbox.state();
    const lease = first(state.lease, (l) => l.status === 'past');
    const { property_id, unit_id, household_id } = lease;
    const under = <T extends object>(records: T[], field: string, id: string) =>
      records.filter((r) => (r as { [f: string]: unknown })[field] === id);
    const list = (kind: RecordKind, query: ListQuery) => allPages(sandbox, kind, query);
    expect(await list('unit', { property_id })).toEqual(under(state.unit, 'property_id', property_id));
    expect(await list('lease', { unit_id })).toEqual(under(state.lease, 'unit_id', unit_id));
    expect(await list('ledger_entry', { household_id })).toEqual(
      under(state.ledger_entry, 'household_id', household_id),
    );
    expect(await list('unit', { unit_id })).toEqual(under(state.unit, 'id', unit_id));
    expect(await list('household', { household_id })).toEqual(under(state.household, 'id', household_id));
    expect(await list('property', { property_id })).toEqual(under(state.property, 'id', property_id));
    expect(await list('lease', { property_id: '11', unit_id, household_id: '1' })).toEqual([]);
    expect(await list('unit', { property_id: 'x' })).toEqual([]);
  });

  it('shows what belongs to the whole portfolio under every property, and staff where they work', async () => {
    const sandbox = openSandbox({ units: 60 });
    const state = await sandbox.state();
    const property_id = state.property[0]?.id ?? '';
    const here = state.staff.filter((s) => s.property_ids.length === 0 || s.property_ids.includes(property_id));
    expect(here.length).toBeLessThan(state.staff.length);
    expect(await allPages(sandbox, 'staff', { property_id })).toEqual(here);
    expect(await allPages(sandbox, 'vendor', { property_id })).toEqual(state.vendor);
  });

  it('since a moment misses nothing that changes while it is read', async () => {
    let now = NOW;
    const sandbox = openSandbox({ units: 60, clock: () => now });
    const vendors = (await sandbox.state()).vendor.map((v) => v.id);
    now += 1000;
    const since = new Date(now).toISOString();
    expect((await sandbox.list('vendor', { since })).records).toEqual([]);
    for (const id of vendors.slice(0, 5)) await sandbox.asStaff().updateVendor(id, { do_not_use: true });
    const page = await sandbox.list('vendor', { since, limit: 3 });
    expect([page.total, page.records.map((v) => v.id)]).toEqual([5, vendors.slice(0, 3)]);
    now += 1;
    // The first one was on the page that is already read.
    await sandbox.asStaff().updateVendor(vendors[0] ?? '', { do_not_use: false });
    const rest = await sandbox.list('vendor', { since, limit: 9, cursor: page.next_cursor });
    expect(rest.records.map((v) => v.id)).toEqual([vendors[3], vendors[4], vendors[0]]);
    expect(rest.records.at(-1)?.do_not_use).toBe(false);
  });

  it.each<[string, RecordKind, ListQuery, string]>([
    ['a cursor it never gave out', 'unit', { cursor: 'bm90IGpzb24' }, 'cursor'],
    [
      'a cursor of another kind of list',
      'unit',
      { cursor: Buffer.from('[1]').toString('base64url'), since: '2026-01-01' },
      'cursor',
    ],
    ['an empty page', 'unit', { limit: 0 }, 'limit'],
    ['half a page', 'unit', { limit: 1.5 }, 'limit'],
    ['no moment', 'unit', { since: 'yesterday' }, 'since'],
    ['a filter that the kind does not have', 'vendor', { unit_id: '301' }, 'unit_id'],
    ['a scope', 'unit', { scope: 'west' }, 'scope'],
  ])('refuses %s', async (_name, kind, query, field) => {
    const sandbox = openSandbox({ units: 10 });
    expect(await refusalOf(sandbox.list(kind, query))).toEqual({ code: 'refused', field });
  });
});

it.each(['0', '-1', '1.0', '1e3', '0301', ' 301', '../301', '%33%30%31', '301;', '9'.repeat(30), 'x'])(
  'knows no unit %j',
  async (id) => {
    expect(await openSandbox({ units: 10 }).get('unit', '', id)).toBeUndefined();
  },
);

it('knows no record in a scope', async () => {
  const sandbox = openSandbox({ units: 10 });
  expect(await sandbox.get('unit', 'west', '301')).toBeUndefined();
  expect(await sandbox.get('unit', '', '301')).toMatchObject({ id: '301' });
});

// Excerpts of the Big List of Naughty Strings by Max Woolf (https://github.com/minimaxir/big-list-of-naughty-strings, MIT
// License), and a few control and unpaired characters of our own.
const HOSTILE = [
  "' OR 1=1 -- 1",
  '1;DROP TABLE users',
  '<script>alert(123)</script>',
  '田中さんにあげて下さい',
  'בְּרֵאשִׁית, בָּרָא אֱלֹהִים',
  '˙ɐnbᴉlɐ ɐuƃɐɯ ǝɹolop',
  '👩🏽 👨‍🦰 👨🏿‍🦱 🦹🏿‍♂️',
  'Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮',
  '$HOME `ls -al /` ${7*7} %s%n',
  '../../../../etc/passwd%00',
  '‪‪test‪',
  '{"kind":"cancel_tour"}',
  'a\u0000b\u0007\u001b[31m\u2028\ufeff',
  'unpaired \ud800 half',
  'line\r\nline\ttab\\',
];

it('keeps hostile text exactly as it came', async () => {
  const sandbox = openSandbox();
  const { create_work_order } = validCommands(await castOf(sandbox));
  for (const text of HOSTILE) {
    const id = await submitted(sandbox, { ...create_work_order, title: text, description: text, entry_notes: text });
    const order = await sandbox.get('work_order', '', id);
    expect([order?.title, order?.description, order?.entry_notes]).toEqual([text, text, text]);
  }
});
