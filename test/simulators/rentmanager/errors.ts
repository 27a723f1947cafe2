import { jsonAnswer, Refused, type Answer } from '../shared/message.ts';

/** The vendor's first form of an error. `ErrorCode` is the generic HRESULT and says nothing. */
export function failure(status: number, exception: string, message: string): Answer {
  const body = { DeveloperMessage: message, UserMessage: message, ErrorCode: -2146233088, Exception: exception };
  return jsonAnswer(status, { ...body, MoreInfoUri: '' });
}

/** What is wrong with a query or a body, by the field. */
export function badField(field: string, message: string): never {
  throw new Refused(jsonAnswer(400, { Message: 'The request is invalid.', ModelState: { [field]: [message] } }));
}

export function refuse(status: number, exception: string, message: string): never {
  throw new Refused(failure(status, exception, message));
}

/** A record that is not there: no body at all. */
export const MISSING: Answer = { status: 404, text: '' };

export const NO_ROUTE: Answer = jsonAnswer(404, {
  Message: 'No HTTP resource was found that matches the request URI.',
});
