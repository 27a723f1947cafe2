import { jsonAnswer, Refused, type Answer } from '../shared/message.ts';

/** One field at fault and what is wrong with it. */
export interface FieldError {
  Key: string;
  Value: string;
}

/** The vendor's own error body. Which words it has in `ErrorCode` is not known, so it has none. */
export function errorAnswer(status: number, message: string, errors: readonly FieldError[] = []): Answer {
  return jsonAnswer(status, { UserMessage: message, ErrorCode: null, Errors: errors });
}

/** A refusal for one field of the body, by default as a rule of the business (422). */
export function refuse(field: string, message: string, status = 422): never {
  throw new Refused(errorAnswer(status, 'The request could not be carried out.', [{ Key: field, Value: message }]));
}

/** 404: the address names a record that is not there. */
export function notFound(what: string): never {
  throw new Refused(errorAnswer(404, `The ${what} does not exist.`));
}
