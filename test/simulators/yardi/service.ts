import { child, text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import type { Field } from '../soap/contract.ts';
import type { Content, Operation } from '../soap/service.ts';
import type { Asked as AskedOf } from '../soap/services.ts';
import type { YardiTables } from './tables.ts';
import { LICENCES, LOGIN, type LicensedName } from './words.ts';

/** What an operation works on, and what it has written. */
export type Asked = AskedOf<YardiTables>;

/** What a call says, without its credentials. */
export interface Parameters {
  property: string;
  /** A parameter's text; empty where it was not sent. */
  of(name: string): string;
  /** What stands in a parameter as element content. */
  document(name: string): XmlNode | undefined;
}

export interface Offered {
  name: string;
  write?: true;
  /** Behind the credentials, in order. `YardiPropertyId` stands before the entity where there is one. */
  parameters: readonly string[];
  /** Parameters that take a document. */
  documents?: readonly string[];
  /** Names of parameters that stand before the entity. */
  before_entity?: readonly string[];
  handle(parameters: Parameters, asked: Asked): Content;
}

const WHO = ['UserName', 'Password', 'ServerName', 'Database', 'Platform'];
const AS = ['InterfaceEntity', 'InterfaceLicense'];

/** How a service tells an error: most in messages, Service Requests in the place of a record. */
type Errors = (message: string) => Content;

export const messages: Errors = (message) => [
  element('Messages', {}, element('Message', { messageType: 'Error' }, message)),
];

export const told = (message: string): Content => [
  element('Messages', {}, element('Message', { messageType: 'FYI' }, message)),
];

const errorsOf: Readonly<Record<string, Errors>> = {
  GetServiceRequest_Search: (message) => [inPlace(['ServiceRequests', 'ServiceRequest'], message)],
  CreateOrEditServiceRequests: (message) => [inPlace(['ServiceRequests', 'ServiceRequest'], message)],
  GetResident_Search: (message) => [inPlace(['CustomerSearch', 'Response', 'Customers', 'Customer'], message)],
};

function inPlace(names: readonly string[], message: string): XmlElement {
  const error = element('ErrorMessages', {}, element('Error', {}, message));
  const inner = names.reduceRight((content, name) => element(name, {}, content), error);
  return { ...inner, attributes: { xmlns: '' } };
}

/** Thrown by a handler: the service refuses with this message, and what it has written is taken back. */
export class YardiError extends Error {}

/** An operation behind the login of its interface. Who is not let in gets an empty result, and not a word. */
export function operationOf(licensed: LicensedName, offered: Offered): Operation<Asked> {
  const { name, parameters, documents = [], before_entity = [], handle } = offered;
  const atProperty = parameters.includes('YardiPropertyId');
  const order = [
    ...(name === 'GetVersionNumber' ? [] : WHO),
    ...(atProperty ? ['YardiPropertyId'] : []),
    ...before_entity,
    ...(name === 'GetVersionNumber' ? [] : AS),
    ...parameters.filter((one) => one !== 'YardiPropertyId'),
  ];
  const fields = order.map((one): Field => ({
    name: one,
    type: documents.includes(one) ? 'any' : 'string',
    optional: true,
  }));
  const error = errorsOf[name] ?? messages;
  return {
    name,
    parameters: fields,
    handle(call, asked) {
      const of = (one: string) => text(call, one)?.trim() ?? '';
      if (name !== 'GetVersionNumber' && Object.entries(LOGIN).some(([key, value]) => of(key) !== value)) return [];
      const { entity, license } = LICENCES[licensed];
      if (name !== 'GetVersionNumber' && (of('InterfaceEntity') !== entity || of('InterfaceLicense') !== license))
        return messages('Invalid Interface License or Entity.');
      const property = of('YardiPropertyId');
      if (atProperty) {
        const known = asked.world.tables.properties.get(property);
        if (known === undefined || known.without.includes(licensed))
          return error(`Interface '${entity}' is not Configured for property '${property}'.`);
      }
      try {
        return handle({ property, of, document: (one) => child(call, one)?.children[0] }, asked);
      } catch (failure) {
        if (!(failure instanceof YardiError)) throw failure;
        asked.wrote.length = 0;
        return error(failure.message);
      }
    },
  };
}

export function inNoNamespace(root: XmlElement): XmlElement {
  return { ...root, attributes: { ...root.attributes, xmlns: '' } };
}

/** Elements with what is not empty, in order. */
export function filled(values: Readonly<Record<string, string>>): XmlElement[] {
  return Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : [element(name, {}, value)]));
}

/** Every property, for whoever is let in. */
export function propertyConfigurations(licensed: LicensedName): Offered {
  return {
    name: 'GetPropertyConfigurations',
    parameters: [],
    handle(_parameters, { world }) {
      const rows = world.tables.properties.rows().filter(({ without }) => !without.includes(licensed));
      const tellsMonth = licensed === 'common_data' || licensed === 'billing_and_payments';
      const list = rows.map(({ zone: _zone, without: _without, AccountsReceivable, ...shown }) => {
        const lines = Object.entries({ ...shown, AddressLine3: '' }).map(([name, value]) => element(name, {}, value));
        return element(
          'Property',
          {},
          ...lines,
          ...filled({ AccountsReceivable: tellsMonth ? AccountsReceivable : '' }),
        );
      });
      return [inNoNamespace(element('Properties', {}, ...list))];
    },
  };
}

export const VERSION: Offered = {
  name: 'GetVersionNumber',
  parameters: [],
  handle: () => ['7S Plug-in 6'],
};

/** Whether the children of a document stand in the order in which the service reads them. Throws where they do not. */
export function inOrder(node: XmlNode, names: readonly string[]): void {
  let reached = 0;
  for (const { name } of node.children) {
    const at = names.indexOf(name, reached);
    if (at < 0) throw new YardiError(`The element ${name} has an invalid child or order.`);
    reached = at;
  }
}
