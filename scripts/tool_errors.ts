import { ERROR_CODES, type ErrorCode } from '../src/model/errors.ts';
import { reachedSource } from './reached_source.ts';

/** When a caller meets each error, and which tools answer with it besides those whose own rules do. */
export const ERRORS: Readonly<Record<ErrorCode, { when: string; from: 'every' | 'writes' | 'own' }>> = {
  invalid_input: { when: 'An argument is missing, malformed or against a rule; `field` names it.', from: 'every' },
  not_found: { when: 'There is no such record under this grant.', from: 'every' },
  ambiguous: { when: 'More than one record fits; ask the question in `next`.', from: 'own' },
  not_permitted: { when: 'The grant, or the rollout of the connection, does not allow it.', from: 'every' },
  conflict: { when: 'The record changed meanwhile, or the `request_id` was used for another change.', from: 'writes' },
  duplicate: { when: 'The same change was made a short while ago; `details` names it.', from: 'own' },
  vendor_blocked: { when: 'This vendor or technician may not be sent; `message` says why.', from: 'own' },
  slot_taken: { when: 'The tour time is no longer free; `details` or `next` leads to free ones.', from: 'own' },
  period_closed: { when: 'The accounting period of the date is closed.', from: 'own' },
  unsupported_by_pms: { when: 'This PMS cannot do it by API; `next` says what can be done instead.', from: 'writes' },
  pms_unavailable: { when: 'The PMS does not answer, and the call needs it.', from: 'every' },
  rate_limited: { when: 'Too many requests; wait `retry_after_seconds`.', from: 'every' },
  outcome_unknown: { when: 'It is not known whether the PMS applied the change. Do not ask again.', from: 'writes' },
  internal: {
    when: 'A fault inside Caretaker, or its store cannot be used; `message` says what was kept.',
    from: 'every',
  },
};

/** A code of an error: `code: 'x'`, a branch of `?:`, or the first argument of what makes or throws one. */
const RAISED = /(?:\bcode:\s*|\b(?:CaretakerError|refuse|refused|refusal)\(\s*|\?\s*|(?<!status):\s*)'([a-z_]+)'/g;

/** A proposal that says what makes two changes equal: the ledger answers the second with `duplicate`. */
const NAMES_ITS_EFFECT = /^\s+effect[:,]/m;

/** The codes of errors that the rules behind a tool raise, found in the source that the tool reaches. */
export function ownErrors(toolName: string): ErrorCode[] {
  const source = reachedSource(`tools/${toolName.replaceAll('_', '-')}.ts`);
  const raised = new Set([...source.matchAll(RAISED)].map(([, code]) => code));
  if (NAMES_ITS_EFFECT.test(source)) raised.add('duplicate');
  return ERROR_CODES.filter((code) => ERRORS[code].from === 'own' && raised.has(code));
}
