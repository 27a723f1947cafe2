import { enqueueNotification } from '../approvals/notifications.ts';
import { newId } from './ids.ts';
import type { Db } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';

/**
 * Tells people what they have to hear of once a write is done, in the transaction that closes it: a resident's contact
 * data was changed, so that whoever had it before can object. Ids only; the old contact is in the write.
 */
export async function tellWhatWasDone(trx: Db, runtime: Runtime, write: OpenWrite, now: number): Promise<void> {
  const { row, command, before, answer } = write;
  if (command.kind !== 'update_resident') return;
  const contact = (['phones', 'emails'] as const).filter((field) => {
    const old = before?.[field];
    return command[field] !== undefined && Array.isArray(old) && old.length > 0;
  });
  if (contact.length === 0) return;
  await enqueueNotification(trx, runtime.keyring, {
    id: newId('n', now),
    kind: 'resident.contact_changed',
    now,
    body: {
      write_id: row.write_id,
      connection: row.connection,
      property_id: row.property_id,
      resident_id: command.resident_id,
      changed: contact,
      verified_by: answer['verified_by'],
      by: row.principal,
    },
  });
}
