import type { XmlNode } from './xml.ts';

/** Text that stands beside child elements or attributes. */
const OWN_TEXT = '#text';

/**
 * An element as plain data, for mapping rows: a text where it has nothing but that, else an object of its attributes and
 * children by name, in which what comes several times is a list. Vendors do not agree on what is an attribute and what a
 * child; a child counts before an attribute of its name.
 */
export function plainOf(node: XmlNode): unknown {
  if (node.children.length === 0 && node.attributes.size === 0) return node.text;
  const values = new Map<string, unknown[]>();
  for (const one of node.children) {
    const value = plainOf(one);
    const known = values.get(one.name);
    if (known === undefined) values.set(one.name, [value]);
    else known.push(value);
  }
  const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of node.attributes) plain[name] = value;
  for (const [name, list] of values) plain[name] = list.length === 1 ? list[0] : list;
  if (node.text.trim() !== '') plain[OWN_TEXT] = node.text;
  return plain;
}

/** What may come once, several times or not at all, as a list. */
export function listed<T = Readonly<Record<string, unknown>>>(value: unknown): readonly T[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]) as readonly T[];
}
