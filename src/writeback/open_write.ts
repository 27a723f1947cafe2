import type { NotificationKind } from '../approvals/notifications.ts';
import type { RecordKind } from '../model/records.ts';
import { type Command, parseCommand } from '../model/commands.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { WriteRow } from './ledger.ts';

/** A write with its sealed parts opened. */
export interface OpenWrite {
  row: WriteRow;
  command: Command;
  /** The record as it was when the write was recorded; undefined for one that creates. */
  before: Record<string, unknown> | undefined;
  /** What the tool adds to its answer. */
  answer: Record<string, unknown>;
  /** What people are told once the change has been proved. */
  notices: readonly Notice[];
}

export interface Notice {
  kind: NotificationKind;
  body: Record<string, unknown>;
}

/** The parts of a write that are encrypted at rest, sealed to the write that they belong to. */
export function sealParts(
  keyring: KeyRing,
  writeId: string,
  parts: Pick<OpenWrite, 'command' | 'before' | 'answer' | 'notices'>,
): { command_sealed: string; before_sealed: string | null; answer_sealed: string | null } {
  return {
    command_sealed: keyring.seal(JSON.stringify(parts.command), `write:${writeId}:command`),
    before_sealed:
      parts.before === undefined ? null : keyring.seal(JSON.stringify(parts.before), `write:${writeId}:before`),
    answer_sealed: keyring.seal(
      JSON.stringify({ answer: parts.answer, notices: parts.notices }),
      `write:${writeId}:answer`,
    ),
  };
}

export function openWrite(keyring: KeyRing, row: WriteRow): OpenWrite {
  const opened = (text: string | null, part: string): Record<string, unknown> | undefined =>
    text === null
      ? undefined
      : (JSON.parse(keyring.open(text, `write:${row.write_id}:${part}`)) as Record<string, unknown>);
  const extra = opened(row.answer_sealed, 'answer');
  return {
    row,
    command: parseCommand(opened(row.command_sealed, 'command')),
    before: opened(row.before_sealed, 'before'),
    answer: (extra?.['answer'] ?? {}) as OpenWrite['answer'],
    notices: (extra?.['notices'] ?? []) as Notice[],
  };
}

export function sealRequest(keyring: KeyRing, writeId: string, step: number, request: object): string {
  return keyring.seal(JSON.stringify(request), `write:${writeId}:step:${step}`);
}

export function openRequest(keyring: KeyRing, writeId: string, step: number, sealed: string): Record<string, unknown> {
  return JSON.parse(keyring.open(sealed, `write:${writeId}:step:${step}`)) as Record<string, unknown>;
}

/** Writes with one order key run one at a time: the record's key, or the write's own where it creates a record. */
export function orderKey(connection: string, kind: RecordKind, scope: string, id: string): string {
  return `${connection}|${kind}|${scope}|${id}`;
}
