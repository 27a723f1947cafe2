import { COMMANDS, changedRecordId, type Command } from '../../model/commands.ts';
import { canonicalJson } from './journal.ts';
import type { Pms } from './pms.ts';

/** Fields that a command sets beyond those that it names. */
const IMPLIED_FIELDS: { readonly [kind: string]: readonly string[] } = {
  assign_work_order: ['vendor_id', 'technician_id', 'status', 'vendor_reply'],
  cancel_tour: ['status'],
  record_tour_outcome: ['status'],
  update_lease: ['status', 'rent', 'end_date', 'parties', 'notice_date', 'move_out_date', 'renewal_offers'],
};

/** Notes and touches are appended, so what others appended is in nobody's way. */
const NOT_COMPARED = new Set(['kind', 'property_id', 'note', 'touch', 'reason', 'change', 'outcome']);

/** Which fields that the command sets are no longer as they were before it. */
export function changedSince(pms: Pms, command: Command, before: unknown): string[] {
  const id = changedRecordId(command);
  if (id === undefined || before === null || typeof before !== 'object') return [];
  const current = pms.records.find(COMMANDS[command.kind].record, id) as { [field: string]: unknown } | undefined;
  if (current === undefined) return ['the record itself'];
  const earlier = before as { [field: string]: unknown };
  const touched = new Set([...Object.keys(command), ...(IMPLIED_FIELDS[command.kind] ?? [])]);
  return [...touched].filter(
    (field) =>
      !NOT_COMPARED.has(field) &&
      !field.endsWith(`${COMMANDS[command.kind].record}_id`) &&
      canonicalJson([current[field]]) !== canonicalJson([earlier[field]]),
  );
}
