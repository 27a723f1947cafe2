/** A request as it came over the wire. */
export interface SimRequest {
  method: string;
  /** Path and query as they were sent, nothing decoded. */
  url: string;
  /** The path as it was sent: case and escapes count. */
  path: string;
  /** The query as it was sent, without the question mark. */
  raw_query: string;
  /** Name and value in the order in which they were sent, decoded. */
  query: readonly (readonly [string, string])[];
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** A record that an accepted write has made or changed, for the count of effects. */
export interface Wrote {
  /** The vendor's word for it: `workorders`. */
  record: string;
  id: string;
}

/** What goes back over the wire. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Content type; none is sent with an empty body. */
  type?: string;
  text: string;
  /** On an accepted write: what it wrote. A write without it counts as refused and leaves nothing behind. */
  wrote?: readonly Wrote[];
}

/** A JSON answer. */
export function jsonAnswer(status: number, body: unknown, headers?: Answer['headers']): Answer {
  return { status, type: 'application/json', text: JSON.stringify(body), ...(headers !== undefined && { headers }) };
}

/** Thrown by a handler: the request is refused with this answer, and what it has already written is taken back. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** The first value of a query parameter, undefined where it was not sent. */
export function queryValue(request: SimRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

/** Every value of a query parameter that may be repeated. */
export function queryValues(request: SimRequest, name: string): string[] {
  return request.query.filter(([key]) => key === name).map(([, value]) => value);
}
