import type { DepthReport } from '../depth/report.ts';
import { changesText, directionText, limitsText, readText, stepsText, supportText, undoText } from '../depth/words.ts';
import { table } from './output.ts';

/** The report of one PMS for a terminal. */
export function depthText(report: DepthReport): string {
  const { pms, records, commands, calendar, to_confirm } = report;
  const isRead = records.filter(({ read }) => read === 'native' || read === 'mapped').length;
  const isDone = commands.filter(({ support }) => support === 'native' || support === 'mapped').length;
  const fields = records.flatMap(({ kind, fields: all }) => all.map((one) => ({ kind, ...one })));
  const reasons = commands.flatMap(({ kind, support, reason, note }) =>
    support === 'unsupported' ? [`  ${words(kind)}: ${reason ?? note ?? 'its request is not known'}`] : [],
  );
  return [
    `${pms}: reads ${isRead} of ${records.length} kinds of records, writes back ${isDone} of ${commands.length} commands.`,
    calendar === 'pms'
      ? 'Tour slots see what people booked in the PMS.'
      : 'Tour slots see only what was booked through Caretaker.',
    '',
    table([
      ['record', 'in the PMS', 'read', 'changes', 'evidence'],
      ...records.map((one) => [words(one.kind), one.wire ?? '', readText(one), changesText(one), one.evidence ?? '']),
    ]),
    '',
    table([
      ['command', 'write back', 'steps (how a retry is made safe)', 'taken back by', 'requests', 'evidence'],
      ...commands.map((one) => [
        words(one.kind),
        supportText(one),
        stepsText(one),
        undoText(one),
        one.requests === undefined ? '' : String(one.requests),
        one.evidence,
      ]),
    ]),
    ...(reasons.length === 0 ? [] : ['', 'Not offered, and what to do instead:', ...reasons]),
    '',
    table([
      ['field', 'direction', 'in the PMS', 'written by', 'evidence', 'mind'],
      ...fields.map((one) => [
        `${one.kind}.${one.field}`,
        directionText(one),
        one.wire ?? '',
        one.written_by.join(', '),
        one.evidence,
        limitsText(one),
      ]),
    ]),
    ...(to_confirm.length === 0
      ? []
      : [
          '',
          'To be confirmed with real credentials:',
          ...to_confirm.map((one) => `  ${one.about}: ${one.assumed} (${one.evidence}; ${one.confirm})`),
        ]),
  ].join('\n');
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}
