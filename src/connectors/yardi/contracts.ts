import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { readWsdl } from '../kit/wsdl.ts';
import { XmlError } from '../kit/xml.ts';
import { NAMESPACE, OPERATIONS, type OperationName } from './interfaces.ts';
import { CONTRACT_FOR_MS } from './limits.ts';

/** How an operation is called: its names and the order of its parameters. */
export interface Calling {
  namespace: string;
  action: string;
  parameters: readonly string[];
}

/** What is kept of a contract. */
interface Kept {
  namespace: string;
  operations: Record<string, { action: string; parameters: string[] }>;
}

/** Built in: as in the contracts of other customers. */
export function builtIn(path: string, operation: OperationName): Calling {
  const namespace = NAMESPACE + path.replace(/^.*\//, '').replace(/\.asmx$/i, '');
  return { namespace, action: `${namespace}/${operation}`, parameters: OPERATIONS[operation].parameters };
}

/**
 * From the customer's own contract, which is read once a day. Throws `VendorError` `misconfigured` where it cannot be
 * read, and `unsupported` where it does not have the operation.
 */
export async function fromContract(
  { fetch, kv }: Pick<ConnectorEnvironment, 'fetch' | 'kv'>,
  path: string,
  operation: OperationName,
): Promise<Calling> {
  const kept = JSON.parse(await kv.once(`wsdl:${path}`, CONTRACT_FOR_MS, () => readContract(fetch, path))) as Kept;
  const known = Object.hasOwn(kept.operations, operation) ? kept.operations[operation] : undefined;
  if (known === undefined)
    throw new VendorError(
      'unsupported',
      `This customer's contract of ${path} has no ${operation}. Nothing was changed.`,
    );
  return { namespace: kept.namespace, ...known };
}

async function readContract(fetch: ConnectorEnvironment['fetch'], path: string): Promise<string> {
  const response = await fetch(`${path}?WSDL`);
  if (!response.ok) throw unreadable(path);
  try {
    const { target_namespace, operations } = readWsdl(await response.text());
    const kept: Kept = { namespace: target_namespace, operations: {} };
    for (const { name, action, parameters } of operations)
      if (parameters !== undefined) kept.operations[name] = { action, parameters: parameters.map((one) => one.name) };
    return JSON.stringify(kept);
  } catch (error) {
    if (error instanceof XmlError) throw unreadable(path);
    throw error;
  }
}

function unreadable(path: string): VendorError {
  return new VendorError('misconfigured', `The contract of ${path} (?WSDL) cannot be read. Nothing was changed.`);
}
