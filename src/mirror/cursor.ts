/** The cursor was not made by this listing. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor';
}

/** Behind which record a page begins. */
export type Position = [order: string, listed_on: string, scope: string, id: string];

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** What a cursor of a listing in this order says. Throws `InvalidCursor`. */
export function readCursor(cursor: string, order: string): Position {
  const position = parsed(cursor);
  const valid = Array.isArray(position) && position.length === 4 && position.every((part) => typeof part === 'string');
  if (!valid || position[0] !== order) throw new InvalidCursor('the cursor belongs to another listing');
  return position as Position;
}
