import type { RecordKind } from '../model/records.ts';
import { recordVersion } from '../model/version.ts';
import type { OpenWrite } from './open_write.ts';
import { SPENT_STATES } from './states.ts';

/** What the PMS will add to a record that it has not seen yet, so that rules and results can work with it. */
const UNTIL_THEN: Partial<Record<RecordKind, (write: OpenWrite) => Record<string, unknown>>> = {
  work_order: ({ row }) => ({ number: row.write_id, status: 'new', notes: [], bill_ids: [] }),
  guest_card: ({ command }) => ({
    status: 'new',
    phones: [],
    emails: [],
    unit_ids: [],
    notes: [],
    touches: 'touch' in command && command.touch !== undefined ? [command.touch] : [],
  }),
};

/**
 * The record that a write will create, while the PMS has not taken it yet: as the command says, under the write's id.
 * Undefined where the write creates none, or can no longer create it.
 */
export function pendingRecord(write: OpenWrite): { record: Record<string, unknown>; version: string } | undefined {
  const { row, command } = write;
  const later = UNTIL_THEN[row.record_kind as RecordKind];
  if (later === undefined || !row.command_kind.startsWith('create_')) return undefined;
  if (row.state === 'done' || row.state === 'shadowed' || SPENT_STATES.includes(row.state)) return undefined;
  const { kind: _kind, ...fields } = command;
  const record = {
    ...later(write),
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    id: row.write_id,
    created_at: new Date(row.created_at).toISOString(),
  };
  return { record, version: recordVersion(record) };
}
