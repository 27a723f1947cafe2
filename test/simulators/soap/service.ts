import { parseXml, child, XmlError, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element, toXml, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import { type Contract, type Field, wsdlOf } from './contract.ts';
import { asRead } from './sequence.ts';

/** Content of an operation's Result element; undefined for an answer without one. */
export type Content = readonly (XmlElement | string)[] | undefined;

/** One operation and who carries it out. `World` is whatever the simulator works on. */
export interface Operation<World> {
  name: string;
  parameters: readonly Field[];
  /** Parameters are the children of `call`. Throws `ServiceFault`. */
  handle(call: XmlNode, world: World): Content;
}

export interface ServiceOptions<World> extends Omit<Contract, 'operations'> {
  operations: readonly Operation<World>[];
  /** Whether parameters out of the contract's order are dropped (as .NET does) or taken. */
  out_of_order: 'dropped' | 'accepted';
  /** Status of an answer that is a fault: SOAP 1.1 says 500, and not every server does. */
  fault_status: 200 | 500;
}

/** A request as it came over HTTP. */
export interface RawRequest {
  method: string;
  /** With or without origin; the query counts. */
  url: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

export interface RawAnswer {
  status: number;
  type: string;
  text: string;
}

/** Thrown by a handler: the call is answered with a fault. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: 'Client' | 'Server';
  readonly detail: XmlElement | undefined;
  constructor(code: 'Client' | 'Server', message: string, detail?: XmlElement) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** A call that the service has an operation for. */
export interface FoundCall<World> {
  operation: Operation<World>;
  handle(world: World): RawAnswer;
}

export interface Service<World> {
  /** The operation that a request calls; else the answer: the contract for `?wsdl`, or what was wrong with it. */
  find(request: RawRequest): FoundCall<World> | RawAnswer;
  answer(request: RawRequest, world: World): RawAnswer;
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

/** A SOAP 1.1 service in the document/literal wrapped style: from the bytes of a request to those of its answer. */
export function createService<World>(options: ServiceOptions<World>): Service<World> {
  const { namespace, types, operations, action_prefix } = options;
  const reading = { namespace, in_order: options.out_of_order === 'dropped', ...(types !== undefined && { types }) };

  function called(request: RawRequest): { operation: Operation<World>; call: XmlNode } {
    const action = request.headers['soapaction']?.replace(/^"(.*)"$/, '$1');
    const operation = operations.find(({ name }) => action_prefix + name === action);
    if (operation === undefined)
      throw new ServiceFault('Client', 'The SOAPAction header names no operation of this service.');
    const call = callIn(request.body);
    if (call?.name !== operation.name || call.namespace !== namespace)
      throw new ServiceFault('Client', 'The body does not hold the operation that the SOAPAction header names.');
    return { operation, call: asRead(call, operation.parameters, reading) };
  }

  function find(request: RawRequest): FoundCall<World> | RawAnswer {
    if (request.method === 'GET') return contractFor(options, request);
    if (request.method !== 'POST') return { status: 405, type: 'text/plain', text: '' };
    if (!/^text\/xml\b/i.test(request.headers['content-type'] ?? ''))
      return { status: 415, type: 'text/plain', text: '' };
    try {
      const { operation, call } = called(request);
      return { operation, handle: (world) => answered(options, operation, () => operation.handle(call, world)) };
    } catch (error) {
      return faulted(options, error);
    }
  }

  return {
    find,
    answer(request, world) {
      const found = find(request);
      return 'handle' in found ? found.handle(world) : found;
    },
  };
}

function contractFor(options: ServiceOptions<never>, { url, headers }: RawRequest): RawAnswer {
  const { origin, pathname, search } = new URL(url, `http://${headers['host'] ?? 'localhost'}`);
  if (!/^\?(?:wsdl|singlewsdl)$/i.test(search)) return { status: 404, type: 'text/plain', text: '' };
  return { status: 200, type: 'text/xml; charset=utf-8', text: wsdlOf(options, origin + pathname) };
}

/** What the body of an envelope holds. Throws `ServiceFault`. */
function callIn(body: string): XmlNode | undefined {
  try {
    const envelope = parseXml(body);
    if (envelope.name !== 'Envelope' || envelope.namespace !== SOAP)
      throw new ServiceFault('Client', 'The request is no SOAP 1.1 envelope.');
    return child(envelope, 'Body')?.children[0];
  } catch (error) {
    if (error instanceof XmlError) throw new ServiceFault('Client', 'The request is not well-formed XML.');
    throw error;
  }
}

function answered({ namespace, ...options }: Answering, { name }: { name: string }, run: () => Content): RawAnswer {
  try {
    const content = run();
    const result = content === undefined ? undefined : element(`${name}Result`, {}, ...content);
    return enveloped(200, element(`${name}Response`, { xmlns: namespace }, result));
  } catch (error) {
    return faulted(options, error);
  }
}

type Answering = Pick<ServiceOptions<never>, 'namespace' | 'fault_status'>;

function faulted({ fault_status }: Pick<Answering, 'fault_status'>, error: unknown): RawAnswer {
  if (!(error instanceof ServiceFault)) throw error;
  const fault = element(
    'soap:Fault',
    {},
    element('faultcode', {}, `soap:${error.code}`),
    element('faultstring', {}, error.message),
    element('detail', {}, error.detail),
  );
  return enveloped(fault_status, fault);
}

function enveloped(status: number, content: XmlElement): RawAnswer {
  const envelope = element('soap:Envelope', { 'xmlns:soap': SOAP }, element('soap:Body', {}, content));
  const text = `<?xml version="1.0" encoding="utf-8"?>${toXml(envelope)}`;
  return { status, type: 'text/xml; charset=utf-8', text };
}
