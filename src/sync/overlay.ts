import type { RecordKind, RecordOf } from '../model/records.ts';

/**
 * Lays what a PMS cannot hold over the records that it gave, before they enter the mirror: the same record, with the
 * fields that are kept beside it.
 */
export interface Overlay {
  apply<K extends RecordKind>(
    connection: string,
    kind: K,
    scope: string,
    records: readonly RecordOf<K>[],
  ): Promise<RecordOf<K>[]>;
}
