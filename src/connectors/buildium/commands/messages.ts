import type { Located, RecordRef } from '../../connector.ts';
import { carries } from '../../kit/markers.ts';
import { historyOf } from '../records/work_orders.ts';
import type { Vendor } from '../vendor.ts';

/** Looks for the message of an update in the history of its task, whatever kind of record that is here. */
export async function locateMessage(
  vendor: Vendor,
  record: RecordRef,
  marker: string,
  signal?: AbortSignal,
): Promise<Located> {
  const history = await historyOf(vendor, record.id, signal);
  return history.some(({ Message }) => carries(Message, marker))
    ? { outcome: 'found', result: { record } }
    : { outcome: 'absent', covers_all: true };
}
