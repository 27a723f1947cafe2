import type { StepResult } from '../connectors/connector.ts';
import { changedRecordId } from '../model/commands.ts';
import type { OpenWrite } from './open_write.ts';

/**
 * The record that a write is about, as far as it is known: the one that it changes, the one that the answer names, or
 * the one that an earlier step made.
 */
export function recordIdOf({ command, row }: OpenWrite, result: StepResult): string | undefined {
  return changedRecordId(command) ?? result.record?.id ?? row.record_id ?? undefined;
}
