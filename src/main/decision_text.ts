import type { ApprovalRow } from '../approvals/approvals.ts';
import type { Config } from '../config.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { RecordOf } from '../model/records.ts';
import { spoken, zoneForProperty } from '../model/zoned_time.ts';
import { quoted, visible } from '../tool/untrusted.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import { commandLines, type Names } from './command_text.ts';

/** What a person decides on: an approval and the write that it holds back. */
export interface Case {
  approval: ApprovalRow;
  write: OpenWrite;
}

/** The case as a person has to see it: who asks for what, in words, why it waits, and until when. */
export async function decisionText({ approval, write }: Case, mirror: Mirror, config: Config): Promise<string> {
  const { row } = write;
  const names = await namesFor(write, mirror, config);
  const decideBy = names.local(new Date(Number(approval.decide_by)).toISOString());
  const lines: [string, string][] = [
    ['asked by', `${approval.requested_by}; ${approval.requester_owner} answers for it`],
    ['decide by', approval.state === 'waiting' ? decideBy : `it is ${approval.state} already`],
    ['waits as', approval.reason],
    ...(row.property_id === null
      ? []
      : ([['property', await names.named('property', row.property_id)]] as [string, string][])),
    ...(await commandLines(write, names)),
    ...notesOf(write.answer).map((note): [string, string] => ['note', note]),
    ['write', `[${row.write_id}], connection ${row.connection}, tool ${row.tool}`],
  ];
  const wide = Math.max(...lines.map(([label]) => label.length)) + 2;
  return [
    `[${approval.approval_id}]`,
    ...lines.map(([label, text]) => `  ${label.padEnd(wide)}${oneLine(text)}`),
    '',
  ].join('\n');
}

/** What a record of some kind goes by. */
interface Named {
  name?: string;
  number?: string;
  invoice_number?: string;
  title?: string;
}

/** The names behind a write's ids, from the mirror. */
export async function namesFor({ row }: OpenWrite, mirror: Mirror, config: Config): Promise<Names> {
  const { connection, scope } = row;
  const record: Names['record'] = async (kind, id) =>
    id === undefined ? undefined : ((await mirror.get(connection, kind, scope, id))?.record as RecordOf<typeof kind>);
  const property = await record('property', row.property_id ?? undefined);
  const configured = config.connections.find(({ id }) => id === connection)?.time_zones ?? {};
  const zone = property === undefined ? undefined : zoneForProperty({ property, configured });
  return {
    record,
    async named(kind, id) {
      const found = (await record(kind, id)) as Named | undefined;
      const told = [found?.number, found?.name, found?.invoice_number, found?.title && quoted(found.title, 80)];
      return `${told.filter((part) => part).join(' ') || kind.replace('_', ' ')} [${id}]`;
    },
    local: (instant) => (zone === undefined ? `${instant} (UTC)` : spoken(instant, zone)),
  };
}

/** What the tool told the caller that the person should know as well. */
function notesOf(answer: Record<string, unknown>): string[] {
  const listed = ['notes', 'warnings'].flatMap((field) => (Array.isArray(answer[field]) ? answer[field] : []));
  const repeats = (answer['suspected_duplicates'] ?? []) as { bill_id: string; total: string; reasons: string[] }[];
  const charges = (answer['charge_backs'] ?? []) as string[];
  return [
    ...listed.map(String),
    ...(typeof answer['note'] === 'string' ? [answer['note']] : []),
    ...repeats.map(({ bill_id, total, reasons }) => `may repeat bill [${bill_id}] of $${total}: ${reasons.join(', ')}`),
    ...(charges.length === 0 ? [] : [`residents stay charged for it: ${charges.map((id) => `[${id}]`).join(', ')}`]),
  ];
}

/** Words of other people cannot add lines to what is decided on. */
function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}
