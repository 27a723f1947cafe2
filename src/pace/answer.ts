/** No answer of a PMS is kept beyond this; the largest pages seen are a few MiB. */
const LONGEST_BODY_BYTES = 32 * 1024 * 1024;

/** Statuses that have no body (Fetch standard, null body status). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** True of the bytes on the wire, not of those that fetch has decoded. */
const WIRE_HEADERS = ['content-encoding', 'content-length', 'transfer-encoding'];

/** The largest status that a `Response` can be made with; AppFolio answers 701 to a wrong password. */
const LARGEST_STATUS = 599;

interface Answer {
  status: number;
  statusText: string;
  headers: Iterable<[string, string]>;
}

export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** All bytes of a body. Throws `TooLong`, and what the connection's error is where the body is cut short. */
export async function bounded(body: AsyncIterable<Uint8Array> | null): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_BODY_BYTES) throw new TooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** An answer that has been read to its end. */
export function responseOf({ status, statusText, headers }: Answer, bytes: Buffer<ArrayBuffer>): Response {
  const kept = [...headers].filter(([name]) => !WIRE_HEADERS.includes(name));
  const body = WITHOUT_BODY.has(status) ? null : bytes;
  const response = new Response(body, { status: Math.min(status, LARGEST_STATUS), statusText, headers: kept });
  return status > LARGEST_STATUS ? Object.defineProperty(response, 'status', { value: status }) : response;
}
