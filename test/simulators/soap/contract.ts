import { element, toXml, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';

/** One element of a sequence, as the contract declares it. */
export interface Field {
  name: string;
  /** A type of XML Schema (`string`), one of the contract's own `types`, `any` for element content, or fields. */
  type: string | readonly Field[];
  optional?: boolean;
  list?: boolean;
}

/** What a service offers, before anybody carries it out. */
export interface Contract {
  /** Name of the service: `ItfServiceRequests`. */
  name: string;
  namespace: string;
  /** What goes before an operation's name in its `soapAction`. */
  action_prefix: string;
  types?: Readonly<Record<string, readonly Field[]>>;
  operations: readonly { name: string; parameters: readonly Field[] }[];
}

const TRANSPORT = 'http://schemas.xmlsoap.org/soap/http';

/** Types that a contract need not declare. */
const BUILT_IN = new Set(['string', 'boolean', 'int', 'long', 'decimal', 'double', 'date', 'dateTime', 'base64Binary']);

/** The contract as WSDL 1.1, document/literal wrapped, with its schema in it. `address` is where the service is. */
export function wsdlOf(contract: Contract, address: string): string {
  const { name, namespace, operations } = contract;
  const definitions = element(
    'wsdl:definitions',
    {
      'xmlns:wsdl': 'http://schemas.xmlsoap.org/wsdl/',
      'xmlns:soap': 'http://schemas.xmlsoap.org/wsdl/soap/',
      'xmlns:s': 'http://www.w3.org/2001/XMLSchema',
      'xmlns:tns': namespace,
      targetNamespace: namespace,
    },
    element('wsdl:types', {}, schemaOf(contract)),
    ...operations.flatMap((operation) => [
      messageOf(operation.name, 'In', operation.name),
      messageOf(operation.name, 'Out', `${operation.name}Response`),
    ]),
    element('wsdl:portType', { name: `${name}Soap` }, ...operations.map((operation) => portOf(operation.name))),
    element(
      'wsdl:binding',
      { name: `${name}Soap`, type: `tns:${name}Soap` },
      element('soap:binding', { transport: TRANSPORT }),
      ...operations.map((operation) => bindingOf(operation.name, contract.action_prefix)),
    ),
    element(
      'wsdl:service',
      { name },
      element(
        'wsdl:port',
        { name: `${name}Soap`, binding: `tns:${name}Soap` },
        element('soap:address', { location: address }),
      ),
    ),
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n${toXml(definitions)}`;
}

function schemaOf({ namespace, types = {}, operations }: Contract): XmlElement {
  const anything = sequence([element('s:any')], { mixed: 'true' });
  return element(
    's:schema',
    { elementFormDefault: 'qualified', targetNamespace: namespace },
    ...operations.flatMap(({ name, parameters }) => [
      element('s:element', { name }, sequence(parameters.map(declarationOf))),
      element(
        's:element',
        { name: `${name}Response` },
        sequence([element('s:element', { minOccurs: '0', maxOccurs: '1', name: `${name}Result` }, anything)]),
      ),
    ]),
    ...Object.entries(types).map(([name, fields]) => sequence(fields.map(declarationOf), { name })),
  );
}

function sequence(items: readonly XmlElement[], attributes: Record<string, string> = {}): XmlElement {
  return element('s:complexType', attributes, element('s:sequence', {}, ...items));
}

function declarationOf({ name, type, optional, list }: Field): XmlElement {
  const occurs = { minOccurs: optional === true ? '0' : '1', maxOccurs: list === true ? 'unbounded' : '1' };
  if (type === 'any') return element('s:element', { ...occurs, name }, sequence([element('s:any')], { mixed: 'true' }));
  if (typeof type !== 'string') return element('s:element', { ...occurs, name }, sequence(type.map(declarationOf)));
  return element('s:element', { ...occurs, name, type: `${BUILT_IN.has(type) ? 's' : 'tns'}:${type}` });
}

const messageName = (operation: string, way: 'In' | 'Out') => `${operation}Soap${way}`;

function messageOf(operation: string, way: 'In' | 'Out', wrapper: string): XmlElement {
  const part = element('wsdl:part', { name: 'parameters', element: `tns:${wrapper}` });
  return element('wsdl:message', { name: messageName(operation, way) }, part);
}

function portOf(name: string): XmlElement {
  return element(
    'wsdl:operation',
    { name },
    element('wsdl:input', { message: `tns:${messageName(name, 'In')}` }),
    element('wsdl:output', { message: `tns:${messageName(name, 'Out')}` }),
  );
}

function bindingOf(name: string, prefix: string): XmlElement {
  const body = element('soap:body', { use: 'literal' });
  return element(
    'wsdl:operation',
    { name },
    element('soap:operation', { soapAction: prefix + name, style: 'document' }),
    element('wsdl:input', {}, body),
    element('wsdl:output', {}, body),
  );
}
