import { VendorError } from '../connector.ts';
import type { WsdlField } from '../kit/wsdl.ts';
import { element, type XmlElement } from '../kit/xml_builder.ts';
import type { Offered } from './contract.ts';

/** What is sent: elements by name, in the order in which clients were seen to send them. Undefined is left out. */
export type Values = { readonly [name: string]: string | Values | readonly Values[] | undefined };

/**
 * The parameters of an operation. Where the contract types them, they go out in its order and under its spelling, because
 * what stands elsewhere is dropped without a word. Throws `VendorError` `misconfigured` for what the contract has no
 * element for.
 */
export function parametersOf(offer: Offered, auth: Values, values: Values): XmlElement[] {
  const { parameters } = offer;
  if (parameters === undefined) return elementsOf({ auth, ...values });
  const [credentials, ...own] = parameters;
  if (credentials === undefined) throw unknownElement(offer, 'auth');
  return [
    // Which of the six a licence takes is its contract's to say.
    element(
      credentials.name,
      {},
      ...ordered(offer, known(auth, inside(offer, credentials)), inside(offer, credentials)),
    ),
    ...ordered(offer, wrapped(values, own), own),
  ];
}

function elementsOf(values: Values): XmlElement[] {
  return Object.entries(values).flatMap(([name, value]) =>
    listed(value).map((one) => element(name, {}, ...(typeof one === 'string' ? [one] : elementsOf(one)))),
  );
}

function listed(value: Values[string]): readonly (string | Values)[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Values[]) : [value as string | Values];
}

const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The fields of what a field holds. Undefined where the contract does not say. */
function inside(offer: Offered, { type, fields }: WsdlField): readonly WsdlField[] | undefined {
  return fields ?? (type === undefined ? undefined : offer.fieldsOf(type));
}

/** Contracts call the one element around the parameters by several names; the only one that there is, is meant. */
function wrapped(values: Values, own: readonly WsdlField[]): Values {
  const [name, ...others] = Object.keys(values);
  const [wrapper, ...more] = own;
  if (name === undefined || wrapper === undefined || others.length > 0 || more.length > 0) return values;
  return typeof values[name] === 'string' ? values : { [wrapper.name]: values[name] };
}

function known(values: Values, fields: readonly WsdlField[] | undefined): Values {
  if (fields === undefined) return values;
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => fields.some((field) => sameName(field.name, name))),
  );
}

function ordered(offer: Offered, values: Values, fields: readonly WsdlField[] | undefined): XmlElement[] {
  if (fields === undefined || fields.some(({ type }) => type === 'any')) return elementsOf(values);
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const stranger = given.find(([name]) => !fields.some((field) => sameName(field.name, name)));
  if (stranger !== undefined) throw unknownElement(offer, stranger[0]);
  return fields.flatMap((field) => {
    const value = given.find(([name]) => sameName(name, field.name))?.[1];
    return listed(value).map((one) =>
      element(field.name, {}, ...(typeof one === 'string' ? [one] : ordered(offer, one, inside(offer, field)))),
    );
  });
}

function unknownElement({ name }: Offered, missing: string): VendorError {
  return new VendorError(
    'misconfigured',
    `The contract of this connection has no element ${missing} in ${name}. Nothing was sent. ` +
      'See "caretaker connections check".',
  );
}
