import { CaretakerError } from '../model/errors.ts';
import type { Intent } from './intent.ts';
import type { Db } from './ledger.ts';

/** Holds what no other write may hold. Throws `CaretakerError` where another one does. */
export async function holdCells(
  trx: Db,
  intent: Intent,
  writeId: string,
  cells: readonly { resource: string; cell: number }[],
): Promise<void> {
  const result = await trx
    .insertInto('reservations')
    .values(cells.map((cell) => ({ ...cell, connection: intent.connection, write_id: writeId })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(result.numInsertedOrUpdatedRows ?? 0) !== cells.length)
    throw intent.command.kind === 'create_guest_card' ? personTaken() : slotTaken();
}

function slotTaken(): CaretakerError {
  return new CaretakerError('slot_taken', 'This time was booked a moment ago. No tour was booked.', {
    next: 'find_tour_slots for the free times',
  });
}

/** Two inquiries of one person at the same moment: the one that comes second is added to the card of the first. */
function personTaken(): CaretakerError {
  return new CaretakerError(
    'duplicate',
    'Another inquiry of this person is being recorded at this property right now. This one was not recorded.',
    { next: 'repeat the same call in a moment: it is then added to that card', retry_after_seconds: 2 },
  );
}
