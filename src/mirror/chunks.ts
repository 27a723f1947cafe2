/** Rows per statement: few enough for PostgreSQL's and SQLite's limits of parameters, the same text every time. */
export const CHUNK = 100;

export function chunksOf<T>(items: readonly T[], size: number = CHUNK): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** Pieces of at most `size`, and then of falling powers of two: few different lengths make few different statements. */
export function evenChunksOf<T>(items: readonly T[], size: number): T[][] {
  const whole = items.length - (items.length % size);
  const chunks = chunksOf(items.slice(0, whole), size);
  for (let at = whole; at < items.length;) {
    const length = 2 ** Math.floor(Math.log2(items.length - at));
    chunks.push(items.slice(at, at + length));
    at += length;
  }
  return chunks;
}
