import type { StepResult } from '../connectors/connector.ts';
import { changedRecordId } from '../model/commands.ts';
import type { RecordKind } from '../model/records.ts';
import { type OpenWrite, orderKey } from './open_write.ts';

/**
 * The record that a write is about, as far as it is known: the one that it changes, the one that the answer names, or
 * the one that an earlier step made.
 */
export function recordIdOf({ command, row }: OpenWrite, result: StepResult): string | undefined {
  return changedRecordId(command) ?? result.record?.id ?? row.record_id ?? undefined;
}

/**
 * The columns of a write once its record is known. A record that a first step has made can be changed by others while the
 * next steps are still to come: from then on its maker stands in line for it like everybody else.
 */
export function placeInLine(
  { row }: OpenWrite,
  recordId: string | undefined,
): { record_id: string | null; order_key: string } {
  if (recordId === undefined) return { record_id: null, order_key: row.order_key };
  const { connection, record_kind, scope } = row;
  return { record_id: recordId, order_key: orderKey(connection, record_kind as RecordKind, scope, recordId) };
}
