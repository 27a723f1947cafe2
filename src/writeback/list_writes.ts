import { type Db, typed, type WriteRow } from './ledger.ts';
import type { WriteState } from './states.ts';

/** What is listed, all conditions together. */
export interface WriteFilter {
  organisation: string;
  write_id?: string;
  request_id?: string;
  record_id?: string;
  principal?: string;
  principal_kind?: 'person' | 'agent';
  property_ids?: readonly string[];
  states?: readonly WriteState[];
  since?: number;
  until?: number;
  /** Exclusive upper bound of the write id: the last one of the page before. */
  before?: string;
  limit: number;
}

/** Writes by any mix of conditions, newest first. */
export async function listWrites(db: Db, filter: WriteFilter): Promise<WriteRow[]> {
  let query = db.selectFrom('writes').selectAll().where('organisation', '=', filter.organisation);
  if (filter.write_id !== undefined) query = query.where('write_id', '=', filter.write_id);
  if (filter.request_id !== undefined) query = query.where('request_id', '=', filter.request_id);
  if (filter.record_id !== undefined) query = query.where('record_id', '=', filter.record_id);
  if (filter.principal !== undefined) query = query.where('principal', '=', filter.principal);
  if (filter.principal_kind !== undefined) query = query.where('principal_kind', '=', filter.principal_kind);
  if (filter.property_ids !== undefined) {
    const allowed = [...filter.property_ids];
    query = query.where((eb) => eb.or([eb('property_id', 'is', null), eb('property_id', 'in', allowed)]));
  }
  if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states]);
  if (filter.since !== undefined) query = query.where('created_at', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('created_at', '<', filter.until);
  if (filter.before !== undefined) query = query.where('write_id', '<', filter.before);
  const rows = await query.orderBy('write_id', 'desc').limit(filter.limit).execute();
  return rows.map(typed);
}
