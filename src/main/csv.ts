import { CaretakerError } from '../model/errors.ts';

/** A line of a CSV file by the names of its head. `line` counts from 1, the head included. */
export interface CsvRow {
  line: number;
  values: ReadonlyMap<string, string>;
}

/**
 * Reads CSV as RFC 4180 has it: commas, quotes doubled within quotes, line ends within quotes; a byte order mark and
 * empty lines are skipped. Throws `invalid_input` naming the line where a row does not fit the head.
 */
export function readCsv(text: string): CsvRow[] {
  const [head, ...rows] = parse(text.replace(/^\uFEFF/, ''));
  if (head === undefined) throw fault(1, 'the file is empty');
  const names = head.cells.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw fault(1, `the column "${twice}" is there twice`);
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length) throw fault(line, `${cells.length} values for ${names.length} columns`);
    return { line, values: new Map(names.map((name, at) => [name, (cells[at] ?? '').trim()])) };
  });
}

function parse(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\r|$)/y;
  let line = 1;
  let row = { line, cells: [] as string[] };
  while (cell.lastIndex < text.length || row.cells.length > 0) {
    const [whole, value = '', end = ''] = cell.exec(text) ?? [];
    if (whole === undefined) throw fault(line, 'a quote is not closed, or stands in the middle of a value');
    row.cells.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    line += (whole.match(/\r\n|\n|\r/g) ?? []).length;
    if (end === ',') continue;
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
    row = { line, cells: [] };
  }
  return rows;
}

function fault(line: number, problem: string): CaretakerError {
  return new CaretakerError('invalid_input', `Line ${line}: ${problem}. Nothing was changed.`, {
    field: `line.${line}`,
  });
}
