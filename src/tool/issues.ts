import type * as z from 'zod/v4';
import { shortened } from '../model/shortened.ts';
import { CaretakerError } from '../model/errors.ts';
import { visible } from './untrusted.ts';

/** The first thing that is wrong with a call's arguments, as an error that names the argument. */
export function describeIssue(tool: { name: string; input: z.ZodObject }, error: z.ZodError): CaretakerError {
  const issue = error.issues[0];
  if (issue === undefined) return new CaretakerError('invalid_input', 'The arguments do not fit. Nothing was changed.');
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, named(issue.keys[0] ?? '')].join('.');
    return new CaretakerError('invalid_input', `${tool.name} has no argument "${field}". Nothing was changed.`, {
      field,
      next: `use only: ${Object.keys(tool.input.shape).join(', ')}`,
    });
  }
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  const what = missing ? 'is required' : sentence(issue);
  return new CaretakerError('invalid_input', `${path === '' ? 'The arguments' : path} ${what}. Nothing was changed.`, {
    ...(path !== '' && { field: path }),
    next: `correct it and call again${'request_id' in tool.input.shape ? '; the request_id has not been used' : ''}`,
  });
}

/** A name that a caller made up, as far as it is needed to recognise it: the refusal is kept, and in plain text. */
function named(key: string): string {
  const name = visible(key);
  return shortened(name, 40);
}

/** Zod's own words, without the value that was sent: it may be somebody's. */
function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? issue.minimum === 1
          ? 'is empty'
          : `is too short (at least ${issue.minimum} characters)`
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `is too long (at most ${issue.maximum} characters)`
        : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'date'
        ? 'must be a day that exists, like 2026-11-24'
        : `does not have the right form: ${issue.message}`;
    default:
      return `is not right: ${issue.message}`;
  }
}
