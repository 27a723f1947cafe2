import type { XmlNode } from '../../../src/connectors/kit/xml.ts';
import type { Contract, Field } from './contract.ts';

/** How a service reads what is sent to it. */
export interface Reading extends Pick<Contract, 'namespace' | 'types'> {
  /** Whether what stands out of the contract's order is dropped without a word, as .NET's serialisers do. */
  in_order: boolean;
}

/**
 * What a service sees of an element: children that its contract has, in the contract's namespace. Everything else is
 * dropped without a word, and so is what comes a second time where there is one at most.
 */
export function asRead(node: XmlNode, fields: readonly Field[], reading: Reading): XmlNode {
  let reached = 0;
  const seen = new Set<number>();
  const kept = node.children.flatMap((one) => {
    const at = fields.findIndex(({ name }) => name === one.name);
    const field = fields[at];
    if (field === undefined || one.namespace !== reading.namespace) return [];
    if ((reading.in_order && at < reached) || (seen.has(at) && field.list !== true)) return [];
    reached = at;
    seen.add(at);
    const inner = typeof field.type === 'string' ? reading.types?.[field.type] : field.type;
    return [inner === undefined ? one : asRead(one, inner, reading)];
  });
  return { ...node, children: kept };
}
