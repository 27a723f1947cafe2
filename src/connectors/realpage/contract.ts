import { VendorError } from '../connector.ts';
import { readWsdl, type Wsdl, type WsdlField } from '../kit/wsdl.ts';
import { ACTION_PREFIX, NAMESPACE, USES, type Use } from './operations.ts';
import type { RealpageSettings } from './settings.ts';

/** One operation that the customer's contract has. */
export interface Offered {
  /** Of the service that has it. */
  url: string;
  /** As the contract spells it. */
  name: string;
  action: string;
  namespace: string;
  /** In the contract's order; undefined where only names are known. */
  parameters?: readonly WsdlField[] | undefined;
  /** Of a type of the contract, by its name. */
  fieldsOf(type: string): readonly WsdlField[] | undefined;
}

/** What the customer has licensed. */
export interface Contract {
  offered(use: Use): Offered | undefined;
  /** The names that each service has, in lower case, for `connections check`. */
  services: readonly { url: string; operations: readonly string[] }[];
}

/** Reads the contracts that the settings name. Throws `VendorError` `misconfigured` for a file that is no contract. */
export function readContract(services: RealpageSettings['services'], file?: (path: string) => string): Contract {
  const offers = services.map(({ url, wsdl, operations }) => {
    if (wsdl === undefined) return (operations ?? []).map((name) => untyped(url, name));
    const contract = parsed(wsdl, file);
    return contract.operations.map(({ name, action, parameters }): Offered => {
      const { target_namespace, type } = contract;
      return { url, name, action, namespace: target_namespace, parameters, fieldsOf: type };
    });
  });
  const byName = new Map(offers.flat().map((offer) => [offer.name.toLowerCase(), offer]));
  return {
    offered: (use) => USES[use].map((name) => byName.get(name)).find((offer) => offer !== undefined),
    services: services.map(({ url }, at) => ({
      url,
      operations: (offers[at] ?? []).map(({ name }) => name.toLowerCase()),
    })),
  };
}

/** An operation of which nothing but its name is known: the element has it in lower case. */
function untyped(url: string, name: string): Offered {
  const spelt = name.toLowerCase();
  return { url, name: spelt, action: ACTION_PREFIX + spelt, namespace: NAMESPACE, fieldsOf: () => undefined };
}

function parsed(wsdl: string, file?: (path: string) => string): Wsdl {
  try {
    return readWsdl(wsdl.trimStart().startsWith('<') ? wsdl : (file?.(wsdl) ?? ''));
  } catch {
    throw new VendorError(
      'misconfigured',
      `The contract under "wsdl" of a RealPage connection cannot be read. Save what the service shows under ?singleWsdl, ` +
        'or name the operations instead.',
    );
  }
}
