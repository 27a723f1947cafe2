import { type Capabilities, type FieldCapability, VendorError } from '../../connectors/connector.ts';
import { isOwnRecordId } from '../../mirror/sidecar.ts';
import { changedRecordId, type Command, COMMANDS } from '../../model/commands.ts';
import type { RecordKind } from '../../model/records.ts';
import { expectedFields } from '../../writeback/expectations.ts';
import { type ChangeTo, changesOf, KEEPABLE, mayFollow } from './changes.ts';

/*
 * Who holds what of a connection's records: its PMS, or Caretaker beside it.
 */

export function fieldsOfKind(capabilities: Capabilities, kind: RecordKind): Readonly<Record<string, FieldCapability>> {
  return capabilities.records[kind]?.fields ?? {};
}

/** Whether the PMS has nothing of a record. */
export function isWhollyOurs(capabilities: Capabilities, kind: RecordKind, id: string | undefined): boolean {
  return capabilities.records[kind]?.read === 'sidecar' || (id !== undefined && isOwnRecordId(id));
}

/** Whether a command is carried out by Caretaker alone, because the PMS has no place for any of it. */
export function isOurs(capabilities: Capabilities, command: Command): boolean {
  const { record, creates } = COMMANDS[command.kind];
  if (capabilities.commands[command.kind].support === 'sidecar') return true;
  return !creates && isWhollyOurs(capabilities, record, changedRecordId(command));
}

/** Whether all that a change of the PMS's own record sets is kept beside it, so that the PMS need not be told. */
export function isOnlyBeside(capabilities: Capabilities, command: Command): boolean {
  const { record, creates } = COMMANDS[command.kind];
  if (creates) return false;
  const fields = fieldsOfKind(capabilities, record);
  const set = Object.keys(expectedFields(command, undefined));
  return set.length > 0 && set.every((field) => fields[field]?.support === 'sidecar');
}

/** Whether a part of a command is kept beside the PMS that carries out the rest. */
export function isPartlyOurs(capabilities: Capabilities, command: Command): boolean {
  const { record, creates } = COMMANDS[command.kind];
  const fields = fieldsOfKind(capabilities, record);
  const isKept = ({ support, shown_as, missing_as }: Partial<FieldCapability> = {}) =>
    support === 'sidecar' || shown_as !== undefined || missing_as !== undefined;
  if (mayFollow(command).some((field) => isKept(fields[field]))) return true;
  const changes = changesOf(command, { before: undefined, made: undefined, at: '' });
  return changes.some((change) => leavesSomething(capabilities, change, creates));
}

function leavesSomething(capabilities: Capabilities, { kind, id, set, add }: ChangeTo, creates: boolean): boolean {
  if (isWhollyOurs(capabilities, kind, id)) return true;
  const fields = fieldsOfKind(capabilities, kind);
  if (Object.keys(add).some((field) => fields[field]?.support === 'sidecar')) return true;
  return Object.entries(set).some(([field, value]) => {
    const { support, shown_as, missing_as } = fields[field] ?? {};
    // A new record has none of it anyway.
    if (creates && Array.isArray(value) && value.length === 0) return false;
    if (support === 'sidecar') return true;
    if (missing_as !== undefined) return value !== missing_as;
    // Of a record that was there before, another word may be kept that no longer stands.
    return shown_as !== undefined && (!creates || Object.hasOwn(shown_as, String(value)));
  });
}

/** Throws `unsupported` where a part of a command that Caretaker carries out alone would have to be in the PMS. */
export function refuseWhatIsNotOurs(capabilities: Capabilities, command: Command): void {
  if (command.kind !== 'record_communication' || command.consent === undefined) return;
  const [, ...related] = changesOf(command, { before: undefined, made: undefined, at: '' });
  for (const { kind, id } of related) {
    if (isWhollyOurs(capabilities, kind, id)) continue;
    if (fieldsOfKind(capabilities, kind)['consents']?.support === 'sidecar') continue;
    throw new VendorError(
      'unsupported',
      `${capabilities.pms} keeps the consents of a ${kind.replaceAll('_', ' ')} itself: they are changed there.`,
      { field: 'consent' },
    );
  }
}

/** Throws `RangeError` for capabilities that promise to keep what Caretaker cannot keep. */
export function checkCapabilities({ pms, commands }: Capabilities): void {
  for (const [kind, { support }] of Object.entries(commands))
    if (support === 'sidecar' && !KEEPABLE.has(kind as Command['kind']))
      throw new RangeError(`${pms}: ${kind} has to be in the PMS, or it is unsupported`);
}
