import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/main/csv.ts';

const cells = (text: string) => readCsv(text).map(({ values }) => [...values.values()]);
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe('readCsv', () => {
  it.each([
    ['a,b\n1,2\n', [['1', '2']]],
    ['a,b\r\n1,2', [['1', '2']]],
    ['\uFEFFa,b\n1,2\n', [['1', '2']]],
    [
      'a,b\n\n1,\n,2\n\n',
      [
        ['1', ''],
        ['', '2'],
      ],
    ],
    ['a\n"x, ""y""\nz"\n', [['x, "y"\nz']]],
    ['a,b\n"",""\n', [['', '']]],
    ['a\n', []],
  ])('reads %j', (text, rows) => {
    expect(cells(text)).toEqual(rows);
  });

  it('tells the line on which a row begins', () => {
    expect(readCsv('a\n"1\n2"\n3\n').map(({ line }) => line)).toEqual([2, 4]);
  });

  it.each([
    ['', 'Line 1'],
    ['a,a\n1,2\n', 'Line 1'],
    ['a,b\n1\n', 'Line 2'],
    ['a,b\n1,2,3\n', 'Line 2'],
    ['a\n"open\n', 'Line 2'],
    ['a\nx"y"\n', 'Line 2'],
    ['a\n"x"y\n', 'Line 2'],
  ])('refuses %j, naming the line', (text, line) => {
    expect(() => readCsv(text)).toThrow(line);
  });

  it('reads back whatever was quoted', () => {
    const cell = fc.string({ unit: 'grapheme' }).map((text) => text.trim().replaceAll('\uFEFF', ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const text = ['a,b', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
        expect(cells(text)).toEqual(rows.map((row) => row.map((one) => one.trim())));
      }),
    );
  });
});
