import type { XmlNode } from '../kit/xml.ts';

/** An element of an answer as a plain object: texts by name, objects within objects, lists where a name comes twice. */
export type Plain = { [name: string]: string | Plain | (string | Plain)[] | undefined };

/**
 * The children of an element, without attributes: what .NET puts there is about its data sets. Empty children, and those
 * that say `nil`, are left out.
 */
export function plain(node: XmlNode): Plain {
  const object: Plain = {};
  for (const one of node.children) {
    const value = one.children.length > 0 ? plain(one) : one.text;
    if ((typeof value === 'string' && value.trim() === '') || one.attributes.get('nil') === 'true') continue;
    const before = object[one.name];
    if (before === undefined) object[one.name] = value;
    else if (Array.isArray(before)) before.push(value);
    else object[one.name] = [before, value];
  }
  return object;
}

/**
 * Every element of a name within an answer, as deep as it may be: contracts put different wrappers around one and the
 * same list, and ledgers come as the difference between two data sets.
 */
export function recordsIn(node: XmlNode, name: string): Plain[] {
  return nodesIn(node, name).map(plain);
}

/** The first element of a name within an answer. */
export function firstIn(node: XmlNode, name: string): XmlNode | undefined {
  return nodesIn(node, name)[0];
}

function nodesIn(node: XmlNode, name: string): XmlNode[] {
  const wanted = name.toLowerCase();
  return node.children.flatMap((one) => {
    // What a data set was like before it was changed is no record of it.
    if (one.name === 'before' && one.namespace.includes('diffgram')) return [];
    return one.name.toLowerCase() === wanted ? [one] : nodesIn(one, name);
  });
}

/** A text of an object, undefined where there is something else. */
export function textOf(value: Plain[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
