import { jsonAnswer, Refused, type Answer, type SimRequest } from '../../shared/message.ts';
import type { World } from '../../shared/vendor.ts';
import { errorAnswer, refuse } from '../errors.ts';
import type { AppfolioTables, Row, RowTable } from '../tables.ts';

/** One request that changes something. */
export interface Operation {
  method: 'POST' | 'PATCH';
  /** Below `/api/v0/`; a record's id is `{id}`. */
  path: string;
  /** The resource that an agreement has to cover. */
  resource: string;
  handle(request: SimRequest, world: World<AppfolioTables>, id: string): Answer;
}

/** A new row: 201 with its id, and for records of the web application its address there. */
export function enter({ tables, ids }: World<AppfolioTables>, table: RowTable, fields: object, link?: string): Answer {
  const Id = ids.nextUuid(table);
  tables[table].insert({ Id, ...fields });
  const body = { Id, ...(link !== undefined && { Link: `https://simulated.appfolio.com/${link}` }) };
  return { ...jsonAnswer(201, body), wrote: [{ record: table, id: Id }] };
}

/** Changed fields of a row that is there. Of two changes of one record at once, the second is refused. */
export function alter({ tables }: World<AppfolioTables>, table: RowTable, id: string, fields: object): Answer {
  if (tables.account.get(1)?.BeingChanged.includes(id)) refuse('The record is being changed by another request', 409);
  tables[table].change(id, fields);
  return { ...jsonAnswer(200, { Id: id }), wrote: [{ record: table, id }] };
}

/** The row of an address, or 404. */
export function rowOf({ tables }: World<AppfolioTables>, table: RowTable, id: string): Row {
  const row = tables[table].get(id);
  if (row === undefined) throw new Refused(errorAnswer(404, 'Not Found'));
  return row;
}

/** A record that a field of the body names: it has to be there, else 422. */
export function named({ tables }: World<AppfolioTables>, table: RowTable, id: unknown, field: string): Row | undefined {
  if (id === undefined || id === null) return undefined;
  return tables[table].get(String(id)) ?? refuse(`${field} not found`);
}

/** Somebody whose occupancy a field of the body names. */
export function ofOccupancy({ tables }: World<AppfolioTables>, id: unknown): Row | undefined {
  if (id === undefined) return undefined;
  return tables.tenants.where('OccupancyId', String(id))[0]?.row ?? refuse('OccupancyId not found');
}
