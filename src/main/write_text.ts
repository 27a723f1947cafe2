import type { Config } from '../config.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Evidence } from '../writeback/journal.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import type { WriteView } from '../writeback/view.ts';
import { quoted } from '../tool/untrusted.ts';
import { commandLines } from './command_text.ts';
import { namesFor } from './decision_text.ts';
import { shown } from './values.ts';

/** One request of a write, as its journal tells it. */
export interface ShownStep {
  step_index: number;
  name: string;
  retry: string;
  state: string;
  attempts: number;
  /** What was sent, without secrets; undefined where it cannot be opened any more. */
  request: Record<string, unknown> | undefined;
  evidence: readonly Evidence[];
  result?: unknown;
}

/** How many characters of a request are shown to a person; `--json` has all of it. */
const REQUEST_SHOWN = 600;

/** How a retry is made safe, for somebody who looks for the effect in the PMS. */
const LOOK_FOR: Readonly<Record<string, string>> = {
  idempotency_key: 'the PMS tells repetitions apart by a key',
  marker: 'its effect carries the marker below',
  natural_key: 'its effect is told by its content',
  set_value: 'it sets values; the record shows them or what was there before',
  none: 'nothing tells its effect apart; it is never sent twice',
};

/** A write with its evidence, for the person who has to find out what became of it. */
export async function writeText(
  write: OpenWrite,
  view: WriteView,
  steps: readonly ShownStep[],
  marker: string,
  parts: { mirror: Mirror; config: Config },
): Promise<string> {
  const { row } = write;
  const names = await namesFor(write, parts.mirror, parts.config);
  const lines: [string, string][] = [
    ['asked by', `${row.principal}; ${row.owner} answers for it`],
    ['recorded', names.local(view.at)],
    ['state', view.error === undefined ? view.state : `${view.state}: ${view.error.message}`],
    ...(view.record_id === undefined
      ? []
      : ([['record', `${row.record_kind} [${view.record_id}]`]] as [string, string][])),
    ...(view.proof === undefined ? [] : ([['proof', proofOf(view)]] as [string, string][])),
    ['connection', row.connection],
    ['marker', marker],
    ...(await commandLines(write, names)),
  ];
  return [`[${row.write_id}] ${row.tool}`, ...aligned(lines), ...steps.flatMap(stepLines), ...resolveLines(view)].join(
    '\n',
  );
}

function proofOf({ proof, not_stored: lost = [], not_readable: hidden = [] }: WriteView): string {
  const parts = [
    ...(lost.length > 0 ? [`not stored: ${lost.join(', ')}`] : []),
    ...(hidden.length > 0 ? [`not readable: ${hidden.join(', ')}`] : []),
  ];
  return [proof, ...parts].join('; ');
}

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const wide = Math.max(...lines.map(([label]) => label.length)) + 2;
  return lines.map(([label, text]) => `  ${label.padEnd(wide)}${text.replace(/\s+/g, ' ').trim()}`);
}

function stepLines({ step_index, name, retry, state, attempts, request, evidence }: ShownStep): string[] {
  const sent = attempts === 1 ? 'sent once' : `sent ${attempts} times`;
  return [
    `  request ${step_index + 1}: ${name}, ${sent}, ${state}; ${LOOK_FOR[retry] ?? retry}`,
    `    was   ${request === undefined ? 'cannot be opened' : quoted(JSON.stringify(request), REQUEST_SHOWN)}`,
    ...evidence.map((line) => `    ${shown(line.at)}  ${eventOf(line)}`),
  ];
}

function eventOf({ at: _at, event, times, last_at: last, boot: _boot, up: _up, ...details }: Evidence): string {
  const told = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  const again = times === undefined || last === undefined ? [] : [`${times} times, last ${shown(last)}`];
  const more = [...told, ...again];
  return more.length === 0 ? event : `${event} (${more.join('; ')})`;
}

function resolveLines({ state, write_id: id }: WriteView): string[] {
  if (state !== 'needs_attention') return [];
  return [
    '  Look in the PMS, then say what you found:',
    `    caretaker writes resolve ${id} --happened --record <id> --note "<how you know>"`,
    `    caretaker writes resolve ${id} --did-not-happen --note "<how you know>"`,
  ];
}
