import { InvalidCursor } from '../mirror/cursor.ts';
import type { FindFilters, FindPage } from '../mirror/find.ts';
import { CaretakerError } from '../model/errors.ts';
import type { RecordKind } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** Rows that a listing shows at once. */
const SHOWN = 25;

/** The more rows do not match, the more are read at once, up to this many. */
const READ_AT_ONCE = 500;

/** Rows that are looked at for one page; a rare match in a large portfolio takes another call with the cursor. */
const LOOKED_AT = 5_000;

export interface GatheredPage<K extends RecordKind> {
  records: Found<K>[];
  next_cursor?: string;
  /** ISO time of the oldest reading among them; now where there are none. */
  as_of: string;
  stale: boolean;
}

/**
 * One page of the records that fit, over all connections of the grant, one after the other. `matches` narrows down what
 * the mirror has no column for.
 */
export async function gatherPage<K extends RecordKind>(
  call: Call,
  kind: K,
  query: {
    filters: { connection?: string } & FindFilters;
    cursor?: string | undefined;
    order?: FindPage['order'];
    matches?(found: Found<K>): boolean | Promise<boolean>;
  },
): Promise<GatheredPage<K>> {
  const { connection: only, ...filters } = query.filters;
  const connections = call.records.connections.filter((id) => only === undefined || id === only);
  const start = readCursor(query.cursor);
  let index = start.connection === undefined ? 0 : connections.indexOf(start.connection);
  if (index < 0) throw wrongCursor();
  let position = start.position;
  const kept: Found<K>[] = [];
  let looked = 0;
  let next: string | undefined;
  for (; index < connections.length; index += 1) {
    const connection = connections[index] as string;
    const list = (limit: number) =>
      call.records.list(
        kind,
        { connection, ...filters },
        {
          limit,
          ...(position !== undefined && { cursor: position }),
          ...(query.order !== undefined && { order: query.order }),
        },
      );
    let size = SHOWN;
    do {
      const page = await list(size).catch(translated);
      let end = 0;
      while (end < page.records.length && kept.length < SHOWN) {
        const found = page.records[end] as Found<K>;
        if ((await query.matches?.(found)) ?? true) kept.push(found);
        end += 1;
      }
      looked += end;
      // What was read too far belongs to the next page: the cursor is that of a page which ends here.
      position = end < page.records.length ? (await list(end)).next_cursor : page.next_cursor;
      size = Math.min(size * 4, READ_AT_ONCE);
    } while (position !== undefined && kept.length < SHOWN && looked < LOOKED_AT);
    if (position !== undefined) next = writeCursor(connection, position);
    else if (kept.length >= SHOWN && connections[index + 1] !== undefined)
      next = writeCursor(connections[index + 1] as string, undefined);
    if (next !== undefined) break;
  }
  return {
    records: kept,
    ...(next !== undefined && { next_cursor: next }),
    as_of: new Date(kept.reduce((oldest, { as_of }) => Math.min(oldest, as_of), call.now)).toISOString(),
    stale: kept.some(({ stale }) => stale),
  };
}

function writeCursor(connection: string, position: string | undefined): string {
  return Buffer.from(JSON.stringify([connection, position ?? null])).toString('base64url');
}

function readCursor(cursor: string | undefined): { connection?: string; position?: string } {
  if (cursor === undefined) return {};
  try {
    const [connection, position] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof connection !== 'string' || (position !== null && typeof position !== 'string')) throw wrongCursor();
    return { connection, ...(position !== null && { position }) };
  } catch {
    throw wrongCursor();
  }
}

function translated(error: unknown): never {
  throw error instanceof InvalidCursor ? wrongCursor() : error;
}

function wrongCursor(): CaretakerError {
  return new CaretakerError('invalid_input', 'This cursor does not belong to this listing. Nothing was changed.', {
    field: 'cursor',
    next: 'leave it out to start at the beginning',
  });
}
