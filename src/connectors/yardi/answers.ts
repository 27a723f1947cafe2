import { VendorError, type VendorErrorCode } from '../connector.ts';
import type { Purpose } from '../kit/rest.ts';
import type { SoapFault } from '../kit/soap.ts';
import { attribute, children, text, type XmlNode } from '../kit/xml.ts';

/** What a service says beside, or instead of, what it was asked for. */
export interface Message {
  /** `Error`, `FYI` or nothing; in upper and lower case as it came. */
  type: string;
  text: string;
}

const NESTED_ERRORS = ['ServiceRequests/ServiceRequest', 'CustomerSearch/Response/Customers/Customer'];

/**
 * The messages in a Result. Most interfaces have `Messages`; Service Requests puts errors in the place of a record, as
 * `ErrorMessages/Error` or `ErrorMessage`. A Result may itself be what elsewhere is in it.
 */
export function messagesIn(result: XmlNode): Message[] {
  const lists = [result, ...result.children].filter(({ name }) => name === 'Messages');
  const said = lists.flatMap((list) =>
    children(list, 'Message').map((one) => ({ type: attribute(one, 'messageType') ?? '', text: one.text.trim() })),
  );
  const records = NESTED_ERRORS.flatMap((way) => everyAt(result, way.split('/')));
  const errors = records.flatMap((record) => [
    ...children(record, 'ErrorMessages').flatMap((list) => children(list, 'Error')),
    ...children(record, 'ErrorMessage'),
  ]);
  return [...said, ...errors.map((error) => ({ type: 'Error', text: (text(error) ?? '').trim() }))];
}

function everyAt(node: XmlNode, names: readonly string[]): readonly XmlNode[] {
  return names.reduce<readonly XmlNode[]>((nodes, name) => nodes.flatMap((one) => children(one, name)), [node]);
}

export function isError({ type }: Message): boolean {
  return /^error$/i.test(type);
}

/** Errors by which a service says that it has found nothing: records of these kinds, and nothing else. */
const NOTHING =
  /\bno (work orders?|service requests?|guests?|residents?|customers?|tenants?|prospects?|charges?|transactions?|units?|vendors?|(lease )?offers?|records?|data)\b/i;

export function meansNothing({ text: said }: Message): boolean {
  return NOTHING.test(said);
}

const NOT_CONFIGURED = /is not configured for property/i;

interface Meaning {
  when: RegExp;
  code: VendorErrorCode;
  /** What is shown instead of the service's own words, which may name people. */
  words: string;
  field?: string;
}

/** In this order. `field` is the canonical one that the caller can change. */
const MEANINGS: readonly Meaning[] = [
  {
    when: NOT_CONFIGURED,
    code: 'misconfigured',
    words: 'This interface is not set up for the property. Have it added to the interface entity in Voyager.',
    field: 'property_id',
  },
  {
    when: /source name|marketing source/i,
    code: 'refused',
    words: 'Voyager does not have this marketing source for the property. Add it to lead_source of the mapping file.',
    field: 'source',
  },
  {
    when: /\bagent\b/i,
    code: 'refused',
    words: 'Voyager does not have this leasing agent for the property. Set defaults.agent of the connection.',
    field: 'agent',
  },
  {
    when: /(post ?month|period|month)\b.*\b(closed|locked)|\b(closed|locked)\b.*\b(post ?month|period|month)\b/i,
    code: 'period_closed',
    words: 'The books are closed for that month.',
    field: 'date',
  },
  {
    when: /licen[cs]e|login|password|not authori[sz]ed|permission|invalid (user|entity|database)/i,
    code: 'misconfigured',
    words: 'Voyager does not accept the credentials or the licence of this interface.',
  },
];

const OBJECT_REFERENCE = /object reference not set/i;

const REFUSED: Omit<Meaning, 'when'> = { code: 'refused', words: 'Voyager looked at the request and refused it.' };

function meaningOf({ text: said }: Message): Omit<Meaning, 'when'> {
  return MEANINGS.find(({ when }) => when.test(said)) ?? REFUSED;
}

/** The `VendorError` for an error message. Nothing of the message itself is in it. */
export function refusalOf(error: Message, purpose: Purpose): VendorError {
  // The service has stumbled: over a parameter's name before anything was done, or in the middle of it.
  if (OBJECT_REFERENCE.test(error.text)) return stumbled(purpose);
  const { code, words, field } = meaningOf(error);
  return new VendorError(code, `${words} Nothing was changed.`, field === undefined ? {} : { field });
}

/**
 * The `VendorError` for an error message of an operation that is only known to say when all went well: what it had taken
 * before it found something wrong, it may have kept. Who is not let in is told so before anything is looked at.
 */
export function doubtOf(error: Message): VendorError {
  const { code, words, field } = meaningOf(error);
  if (code === 'misconfigured') return refusalOf(error, 'write');
  return new VendorError(code, words, { unproved: true, ...(field !== undefined && { field }) });
}

export function isNotConfigured(error: unknown): boolean {
  return error instanceof VendorError && error.code === 'misconfigured' && error.field === 'property_id';
}

function stumbled(purpose: Purpose): VendorError {
  if (purpose === 'write')
    return new VendorError('outcome_unknown', 'Voyager failed over the request. It may have been carried out in part.');
  return new VendorError(
    'misconfigured',
    'Voyager failed over the request, as it does where a parameter has another name. Set "wsdl" for the interface.',
  );
}

/** A fault of the server. `Client` ones are about a request that could not even be read. */
export function faultError({ code, message }: SoapFault, purpose: Purpose): VendorError {
  if (OBJECT_REFERENCE.test(message)) return stumbled(purpose);
  if (code === 'Client')
    return new VendorError(
      'misconfigured',
      'Voyager could not read the request. Nothing was changed. Set "wsdl" for the interface.',
    );
  if (purpose === 'write')
    return new VendorError('outcome_unknown', 'Voyager failed, and did not say whether it was done.');
  return new VendorError('unavailable', 'Voyager failed over a question. Nothing was changed. Try again later.');
}

/** An empty Result is what wrong credentials get. A write may have ended so for another reason. */
export function emptyError(title: string, purpose: Purpose): VendorError {
  if (purpose === 'write')
    return new VendorError('outcome_unknown', 'Voyager gave an empty answer, and did not say whether it was done.');
  return new VendorError(
    'misconfigured',
    `Voyager gave an empty answer, as it does to credentials that it does not know: check user, database, entity and ` +
      `licence of the ${title} interface. Nothing was changed.`,
  );
}
