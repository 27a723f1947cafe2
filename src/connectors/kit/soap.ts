import { retryAfterMs } from '../../model/retry_after.ts';
import { VendorError, type ConnectorEnvironment, type VendorErrorCode } from '../connector.ts';
import { unknownFor, type Purpose } from './rest.ts';
import { child, parseXml, path, text, XmlError, type XmlNode } from './xml.ts';
import { element, toXml, type WritingOptions, type XmlElement } from './xml_builder.ts';

/** One call in the document/literal wrapped style, as `.asmx` and WCF services take it. */
export interface SoapRequest {
  /** The contract's target namespace. */
  namespace: string;
  operation: string;
  /**
   * In the order of the contract: what stands out of order is dropped without a word. They are in the contract's
   * namespace; a payload that is in none has to say so with `xmlns=""` on its root.
   */
  parameters: readonly XmlElement[];
}

const SOAP_1_1 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_1_2 = 'http://www.w3.org/2003/05/soap-envelope';

/** A SOAP 1.1 envelope on one line. */
export function soapEnvelope({ namespace, operation, parameters }: SoapRequest, options: WritingOptions = {}): string {
  const call = element(operation, { xmlns: namespace }, ...parameters);
  const envelope = element('soap:Envelope', { 'xmlns:soap': SOAP_1_1 }, element('soap:Body', {}, call));
  return `<?xml version="1.0" encoding="utf-8"?>${toXml(envelope, options)}`;
}

/** What an operation gave back. */
export interface SoapResult {
  kind: 'result';
  /** `{operation}Response`. */
  response: XmlNode;
  /** `{operation}Result` in it; undefined where there is none, and without children and text where it is empty. */
  result: XmlNode | undefined;
}

/** The server's refusal. Its words are the vendor's, and may name people and servers: they are read, never shown. */
export interface SoapFault {
  kind: 'fault';
  /** Without prefix. `Client` and `Server` also for what SOAP 1.2 calls `Sender` and `Receiver`. */
  code: string;
  message: string;
  detail: XmlNode | undefined;
}

export type SoapAnswer = SoapResult | SoapFault;

/**
 * The answer to an operation, in SOAP 1.1 or 1.2. Vendors do not agree on upper and lower case in the operation's name, so
 * that it does not count. Throws `XmlError` where it is no answer, or one to another operation.
 */
export function parseSoapAnswer(answer: string, operation: string): SoapAnswer {
  const envelope = parseXml(answer);
  const isSoap = envelope.name === 'Envelope' && [SOAP_1_1, SOAP_1_2].includes(envelope.namespace);
  const response = isSoap ? child(envelope, 'Body')?.children[0] : undefined;
  if (response === undefined) throw new XmlError('unexpected');
  if (response.name === 'Fault' && response.namespace === envelope.namespace) return faultOf(response);
  const isNamed = ({ name }: XmlNode, suffix: string) => name.toLowerCase() === (operation + suffix).toLowerCase();
  if (!isNamed(response, 'Response')) throw new XmlError('unexpected');
  return { kind: 'result', response, result: response.children.find((one) => isNamed(one, 'Result')) };
}

const CODES_OF_1_2: Readonly<Record<string, string>> = { Sender: 'Client', Receiver: 'Server' };

/** SOAP 1.1, section 4.4; SOAP 1.2 part 1, section 5.4. */
function faultOf(fault: XmlNode): SoapFault {
  const old = fault.namespace === SOAP_1_1;
  const [code, message, detail] = old
    ? ['faultcode', 'faultstring', 'detail']
    : ['Code/Value', 'Reason/Text', 'Detail'];
  const local = (text(fault, code) ?? '').trim().replace(/^.*:/s, '');
  return {
    kind: 'fault',
    code: (old ? undefined : CODES_OF_1_2[local]) ?? local,
    message: text(fault, message) ?? '',
    detail: path(fault, detail as string),
  };
}

/** One request over HTTP. */
export interface SoapCall {
  /** Below the connection's address: `ItfServiceRequests.asmx`. */
  path: string;
  operation: string;
  /** The contract's `soapAction` of the operation. */
  action: string;
  envelope: string;
  purpose: Purpose;
  signal?: AbortSignal;
}

/** What calls are made with; `name` is how the PMS is called in errors. */
export interface SoapTransport extends Pick<ConnectorEnvironment, 'fetch' | 'clock'> {
  name: string;
}

/**
 * Sends one call, once. A fault is given back under any status that does not itself say what is wrong. Throws
 * `VendorError`: by the table below, and where no answer can be read `unavailable` on a read and `outcome_unknown` on a
 * write. No error has anything of the request or the answer in it.
 */
export async function soapCall({ fetch, clock, name }: SoapTransport, call: SoapCall): Promise<SoapAnswer> {
  const { ok, status, headers, body } = await post(fetch, call);
  const meaning = STATUSES[status];
  if (meaning === undefined || meaning === 'refused') {
    const answer = answerIn(body, call.operation);
    if (answer !== undefined && (ok || answer.kind === 'fault')) return answer;
  }
  // A service may send the browser that it takes us for to a page about an error, so that a write is still in doubt.
  const moved = status >= 300 && status < 400 && call.purpose === 'read';
  const code = meaning ?? (moved ? 'misconfigured' : unknownFor(call.purpose));
  throw failure(name, code, status, retryAfterMs(headers.get('retry-after'), clock()));
}

/** What a status says by itself. After any other, nobody knows what became of the call. */
const STATUSES: Readonly<Record<number, VendorErrorCode>> = {
  400: 'refused',
  401: 'misconfigured',
  403: 'misconfigured',
  404: 'misconfigured',
  405: 'misconfigured',
  410: 'misconfigured',
  413: 'refused',
  415: 'refused',
  429: 'rate_limited',
};

interface HttpAnswer {
  ok: boolean;
  status: number;
  headers: Headers;
  body: string;
}

async function post(fetch: SoapTransport['fetch'], call: SoapCall): Promise<HttpAnswer> {
  const { path: address, action, envelope, purpose, signal } = call;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` },
      body: envelope,
      ...(signal !== undefined && { signal }),
    });
    const { ok, status, headers } = response;
    return { ok, status, headers, body: await response.text() };
  } catch (error) {
    // A read has no outcome: whatever became of it, it can be made again.
    if (error instanceof VendorError && (error.code !== 'outcome_unknown' || purpose === 'write')) throw error;
    throw new VendorError(unknownFor(purpose), 'The PMS did not answer.');
  }
}

function answerIn(body: string, operation: string): SoapAnswer | undefined {
  try {
    return parseSoapAnswer(body, operation);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

const WORDS: Partial<Record<VendorErrorCode, string>> = {
  refused: 'did not accept the request. Nothing was changed',
  misconfigured:
    'does not let the connection in, or has nothing at its address. Nothing was changed. ' +
    'Check the address and the credentials of the connection',
  rate_limited: 'takes no more requests just now. Nothing was changed. Try again later',
  unavailable: 'gave no answer that can be understood. Nothing was changed. Try again later',
  outcome_unknown: 'did not say whether it was done. It may have been: look before sending it again',
};

function failure(name: string, code: VendorErrorCode, status: number, wait: number | undefined): VendorError {
  const retry =
    wait === undefined || (code !== 'rate_limited' && code !== 'unavailable') ? {} : { retry_after_ms: wait };
  return new VendorError(code, `${name} ${WORDS[code] ?? ''} (status ${status}).`, retry);
}
