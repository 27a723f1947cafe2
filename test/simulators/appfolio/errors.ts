import { jsonAnswer, Refused, type Answer } from '../shared/message.ts';

/** The vendor's own error body: a code that repeats the status. Only 404 has another one. */
export function errorAnswer(status: number, message: string, headers?: Answer['headers']): Answer {
  const body = status === 404 ? { status, error: message } : { code: status, message };
  return jsonAnswer(status, body, headers);
}

/** Refuses a request: by default as one that says nothing that could be done (422). */
export function refuse(message: string, status = 422, headers?: Answer['headers']): never {
  throw new Refused(errorAnswer(status, message, headers));
}
