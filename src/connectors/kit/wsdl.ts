import { attribute, child, children, parseXml, XmlError, type XmlNode } from './xml.ts';

/** One element of a sequence in a contract. */
export interface WsdlField {
  name: string;
  /**
   * The type's name without prefix: one of XML Schema (`string`), one of the contract (`AuthDTO`, see `type`), or `any`
   * for elements of any kind. Undefined where the type has no name, with its `fields` here, or where it is elsewhere.
   */
  type: string | undefined;
  optional: boolean;
  list: boolean;
  fields?: readonly WsdlField[];
}

export interface WsdlOperation {
  /** As the contract spells it. */
  name: string;
  /** `soapAction` of the SOAP 1.1 binding. */
  action: string;
  /** In the order in which they have to be sent. Undefined where the text leaves its schema to another document. */
  parameters: readonly WsdlField[] | undefined;
}

/** A contract. What is not in it, the vendor does not let this customer do. */
export interface Wsdl {
  target_namespace: string;
  operations: readonly WsdlOperation[];
  /** By name, whatever its upper and lower case. */
  operation(name: string): WsdlOperation | undefined;
  /** The fields of a complex type of the contract, those that it inherits first. */
  type(name: string): readonly WsdlField[] | undefined;
}

const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const SOAP_1_1_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap/';

/**
 * Reads a WSDL 1.1 contract in the document/literal wrapped style: `?WSDL` of an `.asmx` service, `?singleWsdl` of WCF.
 * Names are told apart without their namespaces; of two with one name, that of the target namespace counts. Throws
 * `XmlError`.
 */
export function readWsdl(text: string): Wsdl {
  const definitions = parseXml(text);
  if (definitions.name !== 'definitions' || definitions.namespace !== WSDL) throw new XmlError('unexpected');
  const target_namespace = attribute(definitions, 'targetNamespace') ?? '';
  const schema = readSchema(definitions, target_namespace);
  const operations = operationsOf(definitions, schema);
  const byName = new Map(operations.map((one) => [one.name.toLowerCase(), one]));
  return {
    target_namespace,
    operations,
    operation: (name) => byName.get(name.toLowerCase()),
    type: (name) => schema.type(name),
  };
}

function operationsOf(definitions: XmlNode, schema: Schema): WsdlOperation[] {
  const ports = byName(children(definitions, 'portType'));
  const messages = byName(children(definitions, 'message'));
  return children(definitions, 'binding').flatMap((binding) => {
    const inputs = byName(children(ports.get(local(attribute(binding, 'type'))), 'operation'));
    return children(binding, 'operation').flatMap((operation) => {
      const soap = operation.children.find(({ namespace }) => namespace === SOAP_1_1_BINDING);
      const [name, action] = [attribute(operation, 'name'), attribute(soap, 'soapAction')];
      if (name === undefined || action === undefined) return [];
      const message = messages.get(local(attribute(child(inputs.get(name), 'input'), 'message')));
      const [part, ...others] = children(message, 'part');
      const wrapper = others.length === 0 ? local(attribute(part, 'element')) : '';
      return [{ name, action, parameters: schema.element(wrapper) }];
    });
  });
}

interface Schema {
  element(name: string): readonly WsdlField[] | undefined;
  type(name: string): readonly WsdlField[] | undefined;
}

function readSchema(definitions: XmlNode, target_namespace: string): Schema {
  const all = children(child(definitions, 'types'), 'schema');
  const isOwn = (schema: XmlNode) => attribute(schema, 'targetNamespace') === target_namespace;
  const ordered = [...all.filter(isOwn), ...all.filter((schema) => !isOwn(schema))];
  const named = (kind: string) => byName(ordered.flatMap((schema) => children(schema, kind)));
  const [elements, types] = [named('element'), named('complexType')];
  const typeOf = (name: string, below: readonly string[]): readonly WsdlField[] | undefined => {
    const type = types.get(name);
    // A type that inherits from itself is no contract; it is read as far as it goes.
    return type === undefined || below.includes(name)
      ? undefined
      : fieldsOf(type, (base) => typeOf(base, [...below, name]));
  };
  const type = (name: string) => typeOf(name, []);
  return {
    type,
    element(name) {
      const found = elements.get(name);
      if (found === undefined) return undefined;
      const anonymous = child(found, 'complexType');
      if (anonymous !== undefined) return fieldsOf(anonymous, type);
      const named = attribute(found, 'type');
      return named === undefined ? [] : type(local(named));
    },
  };
}

/** What a complex type is made of, in order: its base's fields, then its own. */
function fieldsOf(type: XmlNode, baseOf: Schema['type']): readonly WsdlField[] {
  return type.children.flatMap((part) => {
    switch (part.name) {
      case 'element':
        return [fieldOf(part, baseOf)];
      case 'any':
        return [{ name: '', type: 'any', ...occurrence(part) }];
      case 'extension':
        return [...(baseOf(local(attribute(part, 'base'))) ?? []), ...fieldsOf(part, baseOf)];
      case 'sequence':
      case 'all':
      case 'choice':
      case 'complexContent':
        return fieldsOf(part, baseOf);
      default:
        return [];
    }
  });
}

function fieldOf(declared: XmlNode, baseOf: Schema['type']): WsdlField {
  const name = attribute(declared, 'name') ?? local(attribute(declared, 'ref'));
  const anonymous = child(declared, 'complexType');
  if (anonymous === undefined) {
    const type = local(attribute(declared, 'type'));
    return { name, type: type === '' ? undefined : type, ...occurrence(declared) };
  }
  const fields = fieldsOf(anonymous, baseOf);
  const isAny = fields.some((field) => field.name === '');
  return isAny
    ? { name, type: 'any', ...occurrence(declared) }
    : { name, type: undefined, ...occurrence(declared), fields };
}

function occurrence(declared: XmlNode): { optional: boolean; list: boolean } {
  const most = attribute(declared, 'maxOccurs') ?? '1';
  return { optional: attribute(declared, 'minOccurs') === '0', list: most === 'unbounded' || Number(most) > 1 };
}

/** The first of each name. */
function byName(nodes: readonly XmlNode[]): ReadonlyMap<string, XmlNode> {
  return new Map(nodes.toReversed().map((node) => [attribute(node, 'name') ?? '', node]));
}

function local(name: string | undefined): string {
  return name?.replace(/^.*:/s, '') ?? '';
}
