import type { FieldLoss } from '../depth/field_loss.ts';
import type { TableReport } from '../depth/mapping_report.ts';
import type { ToDecide } from '../depth/propose_mappings.ts';
import type { Proposed } from './connections_check_mappings.ts';
import { type ConnectionReport, counted, words } from './connections_check_report.ts';
import type { TestOutcome } from './connections_check_write_test.ts';
import { shown } from './values.ts';

/** Names shown of a long list; `--json` has all of them. */
const SHOWN = 12;

function some(values: readonly string[]): string {
  const rest = values.length - SHOWN;
  return `${values.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** What is kept beside in one line per kind of record; the rest, each with where it goes. */
function lossLines(losses: readonly FieldLoss[], pms: string): string[] {
  const beside = losses.filter(({ what }) => what === 'kept_beside');
  const kinds = [...new Set(beside.map(({ record }) => record))];
  return [
    ...losses.filter(({ what }) => what !== 'kept_beside').map(({ text }) => text),
    ...kinds.map((kind) => {
      const fields = beside.filter(({ record }) => record === kind).map(({ field }) => field);
      return `${words(kind)} ${fields.join(', ')}: kept beside ${pms}, where people do not see it`;
    }),
  ];
}

/** One connection's report for a terminal. */
export function reportText(report: ConnectionReport): string {
  const { connection, pms, workflows, findings, without_zone, mappings, vendors, drift, losses, proofs } = report;
  const rollout = Object.entries(workflows).map(([name, state]) => `${name} ${state}`);
  return [
    `${connection} (${pms}): ${rollout.join(', ')}`,
    ...section(
      'Credentials and permissions',
      findings.map(({ area, ok, detail }) => `${ok ? 'ok ' : 'NO '} ${area}: ${detail}`),
    ),
    ...section('Properties without a time zone', without_zone.length === 0 ? [] : [some(without_zone)]),
    ...section('Mappings', mappings.flatMap(tableLines)),
    ...section(
      'Vendors that cannot be dispatched, without an insurance date',
      vendors.without_compliance.length === 0
        ? []
        : [
            `${vendors.without_compliance.length} of ${vendors.active}: ${some(vendors.without_compliance)}`,
            'caretaker vendors import keeps what the PMS does not have',
          ],
    ),
    ...section(
      'Answers that were not as they used to be',
      drift.map(
        (one) =>
          `${words(one.what)} at ${one.path}: ${counted(one.count, 'time', 'times')}, first ${shown(one.first_at)}, last ${shown(one.last_at)}`,
      ),
    ),
    ...section('What the PMS does not keep as it is said', lossLines(losses, pms)),
    ...section(
      'Proved on this connection',
      proofs.map(({ kind, at, by, write_id }) => `${words(kind)}: ${shown(at)} by ${by} (${write_id})`),
    ),
    ...(report.to_confirm === 0
      ? []
      : [
          '',
          `${counted(report.to_confirm, 'fact', 'facts')} about ${pms} not seen in any source: caretaker depth --connection ${connection}`,
        ]),
    ...(report.blocking.length === 0
      ? ['', 'Nothing stands in the way of going live.']
      : section('In the way of going live', report.blocking)),
  ].join('\n');
}

function tableLines({ table, no_word, not_read, people_not_read, gone }: TableReport): string[] {
  const name = words(table);
  const called = not_read.map(({ raw, name: word }) => (raw === word ? raw : `${word} (${raw})`));
  return [
    ...(no_word.length === 0 ? [] : [`${name}, nothing is written for: ${some(no_word)}`]),
    ...(called.length === 0 ? [] : [`${name}, the PMS's own words that are not read: ${some(called)}`]),
    ...(people_not_read === 0
      ? []
      : [`${name}: ${counted(people_not_read, 'person', 'people')} of the PMS not mapped`]),
    ...(gone.length === 0 ? [] : [`${name}, written but not in the PMS's list: ${some(gone)}`]),
  ];
}

/** What became of a mapping file, for a terminal. */
export function proposedText({ connection, file, unnamed, added, to_decide }: Proposed): string {
  return [
    added === 0
      ? `${connection}: nothing to add to ${file}.`
      : `${connection}: ${counted(added, 'entry', 'entries')} added to ${file} by the likeness of names. Look them through.`,
    ...(unnamed && added > 0
      ? [`Name it in the configuration: connections.${connection}, "mappings": "${file}".`]
      : []),
    ...section(
      'For a person to decide (null in to_pms where a value is not to be written)',
      to_decide.map(toDecideText),
    ),
  ].join('\n');
}

function toDecideText({ table, of, value, name }: ToDecide): string {
  if (of === 'value') return `${table}.to_pms: what is "${value}" in the PMS?`;
  if (of === 'people')
    return `${table}: ${value} of the PMS's own people; write them as the id in "staff" and the PMS's id, as far as they are needed`;
  return `${table}.from_pms: what does "${value}"${name === undefined || name === value ? '' : ` (${name})`} stand for?`;
}

/** What came of a write test, for a terminal. */
export function outcomesText(connection: string, outcomes: readonly TestOutcome[]): string {
  return [
    `Write test on ${connection}:`,
    ...outcomes.map(({ step, outcome, detail, record_id, fields = {} }) => {
      const unread = Object.entries(fields).flatMap(([field, one]) => (one === 'not_readable' ? [field] : []));
      const more = unread.length === 0 ? '' : `; not readable: ${unread.join(', ')}`;
      return `  ${outcome === 'proved' ? 'ok ' : 'NO '} ${words(step)}${record_id === undefined ? '' : ` ${record_id}`}: ${detail}${more}`;
    }),
  ].join('\n');
}
