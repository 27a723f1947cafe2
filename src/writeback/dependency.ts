import { changedRecordId, type Command, COMMANDS, parseCommand } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { isWriteId } from './ids.ts';
import { type Db, moveWrite, writeById, type WriteRow } from './ledger.ts';
import { type OpenWrite, orderKey, sealParts } from './open_write.ts';
import { ask } from './pms_requests.ts';
import type { Runtime } from './runtime.ts';
import { SPENT_STATES } from './states.ts';

/** The writes whose records a command names by write id, because they had no id of the PMS when it was asked for. */
export function namedWrites(command: Command): string[] {
  return Object.entries(command).flatMap(([field, value]) =>
    field.endsWith('_id') && typeof value === 'string' && isWriteId(value) ? [value] : [],
  );
}

/** The record that a write has made; undefined until that is proved: what its answer named may be something else. */
function madeBy(write: WriteRow | undefined): string | undefined {
  return write?.state === 'done' ? (write.record_id ?? undefined) : undefined;
}

/** Whether a command has to wait for other writes. */
export async function mustWait(db: Db, command: Command): Promise<boolean> {
  for (const id of namedWrites(command)) if (madeBy(await writeById(db, id)) === undefined) return true;
  return false;
}

/** The line of a write: that of the record that it changes, by the record's own id where that is known by now. */
export async function lineOf(db: Db, { row, command }: OpenWrite): Promise<string> {
  const changed = changedRecordId(command);
  if (changed === undefined || !isWriteId(changed)) return row.order_key;
  const made = madeBy(await writeById(db, changed));
  return made === undefined ? row.order_key : orderKey(row.connection, COMMANDS[command.kind].record, row.scope, made);
}

/** What was in line for the record of a write by the write's id is in the record's own line from now on. */
export async function joinLine(db: Db, { row, command }: OpenWrite, recordId: string): Promise<void> {
  const line = (id: string) => orderKey(row.connection, COMMANDS[command.kind].record, row.scope, id);
  await db
    .updateTable('writes')
    .set({ order_key: line(recordId) })
    .where('order_key', '=', line(row.write_id))
    .where('state', '=', 'ready')
    .execute();
}

/**
 * A command with the PMS's ids in the place of write ids, now that the records exist. Undefined while one of them does not
 * yet. Throws `conflict` where one never will.
 */
export async function byPmsIds(db: Db, command: Command): Promise<Command | undefined> {
  const ids = new Map<string, string>();
  for (const id of namedWrites(command)) {
    const other = await writeById(db, id);
    if (other === undefined || SPENT_STATES.includes(other.state) || other.state === 'shadowed')
      throw new CaretakerError(
        'conflict',
        `The write ${id} that this one builds on had no effect. Nothing was changed.`,
      );
    if (other.record_id === null && other.state === 'done')
      throw new CaretakerError(
        'conflict',
        `The write ${id} that this one builds on was carried out, but its record is not known. Nothing was changed.`,
      );
    const made = madeBy(other);
    if (made === undefined) return undefined;
    ids.set(id, made);
  }
  if (ids.size === 0) return command;
  return parseCommand(
    Object.fromEntries(Object.entries(command).map(([field, value]) => [field, ids.get(value as string) ?? value])),
  );
}

/**
 * A write with its command by the PMS's ids, and the record as it is now, kept so from then on. Undefined while the records
 * do not exist. Throws `conflict` where one never will.
 */
export async function withPmsIds(runtime: Runtime, write: OpenWrite): Promise<OpenWrite | undefined> {
  const command = await byPmsIds(runtime.store.ledger, write.command);
  if (command === undefined || command === write.command) return command && write;
  const changed = changedRecordId(command);
  const { connection, scope } = write.row;
  const kind = COMMANDS[command.kind].record;
  const before =
    changed === undefined
      ? write.before
      : await ask(runtime, write.row, (connector, signal) => connector.get(kind, scope, changed, signal));
  const parts = { ...write, command, before: before as OpenWrite['before'] };
  const values = {
    ...sealParts(runtime.keyring, write.row.write_id, parts),
    record_id: changed ?? null,
    order_key: changed === undefined ? write.row.order_key : orderKey(connection, kind, scope, changed),
  };
  await runtime.store.transaction((trx) => moveWrite(trx, write.row, 'wait', runtime.clock(), values));
  return { ...parts, row: { ...write.row, ...values } };
}
