import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Numbering } from './numbering.ts';
import { Journal, Table } from './table.ts';

interface Row {
  id: number;
  group: string;
}

const step = fc.record({
  what: fc.constantFrom('insert' as const, 'replace' as const, 'remove' as const),
  id: fc.nat(8),
  group: fc.constantFrom('a', 'b', 'c'),
});

function makeTable(): { table: Table<Row>; journal: Journal } {
  const journal = new Journal(() => 0);
  const spec = { name: 'rows', id: (row: Row) => row.id, indexes: { group: (row: Row) => row.group } };
  return { table: new Table<Row>(spec, journal), journal };
}

function apply(
  table: Table<Row>,
  steps: readonly { what: 'insert' | 'replace' | 'remove'; id: number; group: string }[],
) {
  for (const { what, id, group } of steps) {
    if ((table.get(id) === undefined) !== (what === 'insert')) continue;
    if (what === 'remove') table.remove(id);
    else table[what]({ id, group });
  }
}

function indexed(table: Table<Row>): Row[] {
  return ['a', 'b', 'c'].flatMap((group) => table.where('group', group).map(({ row }) => row));
}

describe('a table', () => {
  it('is as it was, indexes included, after a write that is taken back', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), (before, during) => {
        const { table, journal } = makeTable();
        apply(table, before);
        const [sorted, index, copy] = [table.rows().sort((a, b) => a.id - b.id), indexed(table), table.copy()];
        journal.run(
          () => apply(table, during),
          () => false,
        );
        expect(table.rows().sort((a, b) => a.id - b.id)).toEqual(sorted);
        const byId = (rows: Row[]) => rows.sort((a, b) => a.id - b.id);
        expect(byId(indexed(table))).toEqual(byId(index));
        expect(byId(copy.rows())).toEqual(sorted);
      }),
    );
  });

  it('is as it was after a write that failed half way', () => {
    const { table, journal } = makeTable();
    table.insert({ id: 1, group: 'a' });
    const write = () => {
      table.replace({ id: 1, group: 'b' });
      table.insert({ id: 1, group: 'c' });
    };
    expect(() => journal.run(write, () => true)).toThrow('has a row 1 already');
    expect([table.rows(), indexed(table)]).toEqual([[{ id: 1, group: 'a' }], [{ id: 1, group: 'a' }]]);
  });

  it('finds by an index exactly what looking at every row finds, in the order of entry', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { table } = makeTable();
        apply(table, steps);
        for (const group of ['a', 'b', 'c'])
          expect(table.where('group', group).map(({ row }) => row)).toEqual(
            table.rows().filter((row) => row.group === group),
          );
      }),
    );
  });
});

describe('numbering', () => {
  it('gives the same ids for the same seed and order, and never one twice', () => {
    const [one, two, other] = [new Numbering(1), new Numbering(1), new Numbering(2)];
    for (const ids of [one, two, other]) {
      expect(ids.int('unit', '301', 5_000)).toBe(5_000);
      expect(ids.int('unit', '302', 5_000)).toBe(5_001);
      expect(ids.int('unit', '301', 5_000)).toBe(5_000);
      expect(ids.next('unit')).toBe(5_002);
      expect(ids.code('tenant', '7001', 't', 7)).toBe('t0000001');
      expect(ids.nextCode('tenant', 't', 7)).toBe('t0000002');
    }
    expect(one.uuid('unit', '301')).toBe(two.uuid('unit', '301'));
    expect(one.uuid('unit', '301')).not.toBe(other.uuid('unit', '301'));
    expect(one.uuid('unit', '301')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.nextUuid('unit')).not.toBe(one.nextUuid('unit'));
  });
});
