import { CaretakerError } from '../model/errors.ts';

/** At most this often a line of progress is written where it cannot be rewritten in place. */
const LINE_EVERY_MS = 2_000;

/** What a command tells: results on standard output, everything else on standard error. */
export class Output {
  readonly json: boolean;
  #lastLine = Date.now();
  #rewriting = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** A result: as JSON on one line for programs, else as the text, else as readable JSON. */
  result(value: unknown, text?: string): void {
    this.#endProgress();
    process.stdout.write(`${this.json ? JSON.stringify(value) : (text ?? JSON.stringify(value, null, 2))}\n`);
  }

  /** A word to the person, which is no part of the result. */
  note(text: string): void {
    this.#endProgress();
    process.stderr.write(`${text}\n`);
  }

  /** How far long work has come. */
  progress(done: number, total: number | undefined, what: string): void {
    const share = total === undefined ? `${done}` : `${done} of ${total}`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${what}: ${share}`);
      this.#rewriting = true;
    } else if (Date.now() - this.#lastLine >= LINE_EVERY_MS) {
      this.#lastLine = Date.now();
      process.stderr.write(`${what}: ${share}\n`);
    }
  }

  failure(error: unknown): void {
    this.#endProgress();
    const told = describe(error);
    const more = [
      ...(told.field !== undefined && !told.message.includes(told.field) ? [`(${told.field})`] : []),
      ...(told.next !== undefined ? [`Next: ${told.next}.`] : []),
    ];
    process.stderr.write(this.json ? `${JSON.stringify({ error: told })}\n` : `${[told.message, ...more].join(' ')}\n`);
  }

  #endProgress(): void {
    if (this.#rewriting) process.stderr.write('\r\u001b[K');
    this.#rewriting = false;
  }
}

/** An error for the person who runs Caretaker: its words, never its stack. */
function describe(error: unknown): { code: string; message: string; field?: string; next?: string } {
  if (error instanceof CaretakerError) {
    const { field, next } = error.options;
    return {
      code: error.code,
      message: error.message,
      ...(field !== undefined && { field }),
      ...(next !== undefined && { next }),
    };
  }
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: 'internal', message: 'Something went wrong.' };
}

/** Rows in columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
