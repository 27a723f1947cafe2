import { withoutForbidden } from './xml.ts';

/** An element to be written. Plain data, so that it can be kept and sent again. */
export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly (XmlElement | string)[];
}

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}_][\p{L}\p{N}_.-]*)?$/u;

/**
 * An element with what is defined of its attributes and children. Strings are character data. Throws `RangeError` for a
 * name that is none: names come from code or a contract, never from people.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (XmlElement | string | undefined)[]
): XmlElement {
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (![name, ...given.map(([key]) => key)].every((one) => NAME.test(one)))
    throw new RangeError('an element or an attribute has a name that XML does not allow');
  return { name, attributes: Object.fromEntries(given), children: children.filter((one) => one !== undefined) };
}

export interface WritingOptions {
  /** How a line feed within a text is written; a reference by default, because some Yardi servers fail on real ones. */
  line_feeds?: 'reference' | 'literal';
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * A text as it can stand between tags and between quotes, and is read back as it was, without the characters that XML 1.0
 * forbids. Carriage returns are references, because a parser would make line feeds of them.
 */
export function escapeXml(text: string, { line_feeds = 'reference' }: WritingOptions = {}): string {
  const special = line_feeds === 'literal' ? /[&<>"'\t\r]/g : /[&<>"'\t\r\n]/g;
  return withoutForbidden(text).replace(special, (character) => ESCAPED[character] as string);
}

/** The element as XML, on one line, nothing between its tags but what it has. */
export function toXml({ name, attributes, children }: XmlElement, options: WritingOptions = {}): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  if (children.length === 0) return `<${name}${given.join('')}/>`;
  const content = children.map((one) => (typeof one === 'string' ? escapeXml(one, options) : toXml(one, options)));
  return `<${name}${given.join('')}>${content.join('')}</${name}>`;
}
