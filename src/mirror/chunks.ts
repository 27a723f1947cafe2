/** Rows per statement: few enough for PostgreSQL's and SQLite's limits of parameters, the same text every time. */
export const CHUNK = 100;

export function chunksOf<T>(items: readonly T[], size: number = CHUNK): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
