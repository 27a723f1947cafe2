/** One element of a document that was read. Names are without their prefix; `namespace` is empty where there is none. */
export interface XmlNode {
  readonly name: string;
  readonly namespace: string;
  /** By name without prefix, declarations of namespaces left out. Where two share a name, the one without prefix counts. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
  /** Its own character data, CDATA included, untrimmed. Space that only sets child elements apart is none. */
  readonly text: string;
}

export interface XmlLimits {
  /** UTF-16 units. */
  max_length?: number;
  /** Elements within elements. */
  max_depth?: number;
  max_elements?: number;
}

const LIMITS: Required<XmlLimits> = { max_length: 32 * 1024 * 1024, max_depth: 64, max_elements: 1_000_000 };

const REASONS = {
  malformed: 'The text is not well-formed XML, or nests too deeply.',
  declarations: 'The XML declares a document type, which is not accepted.',
  too_large: 'The XML is larger than what is accepted.',
  unexpected: 'The XML is not the kind of document that was asked for.',
} as const;

/** What `parseXml` and what builds on it throw. The message has nothing of the text in it. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly reason: keyof typeof REASONS;
  constructor(reason: keyof typeof REASONS) {
    super(REASONS[reason]);
    this.reason = reason;
  }
}

/** What XML 1.0 allows in no document, half a surrogate pair among it (section 2.2). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A text without the characters that XML 1.0 forbids. */
export function withoutForbidden(text: string): string {
  return text.replace(FORBIDDEN, '');
}

/** Namespaces by prefix; the default one under the empty prefix. */
type Prefixes = ReadonlyMap<string, string>;
const NO_PREFIXES: Prefixes = new Map();
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** An element that has begun and not ended. */
interface Open {
  /** With its prefix, as its end has to repeat it. */
  tag: string;
  prefixes: Prefixes;
  attributes: XmlNode['attributes'];
  children: XmlNode[];
  text: string;
}

/**
 * The root element of a document, read in one pass. References to characters and to the five entities of XML itself are
 * resolved, once; there are no others, because a document type is refused. Characters that XML forbids are left out: .NET
 * services send them where a person has pasted one. Throws `XmlError`.
 */
export function parseXml(text: string, limits: XmlLimits = {}): XmlNode {
  const { max_length, max_depth, max_elements } = { ...LIMITS, ...limits };
  if (text.length > max_length) throw new XmlError('too_large');
  const document = withoutForbidden(text).trim().replaceAll(/\r\n?/g, '\n');
  const open: Open[] = [];
  let root: XmlNode | undefined;
  let elements = 0;
  let at = 0;
  while (at < document.length) {
    const markup = document.indexOf('<', at);
    const until = markup < 0 ? document.length : markup;
    if (until > at) addText(open.at(-1), resolved(document.slice(at, until)));
    if (markup < 0) break;
    const second = document[markup + 1];
    if (second === '!') {
      at = afterSection(document, markup, open.at(-1));
    } else if (second === '?') {
      at = after(document, '?>', markup + 2, 'malformed');
    } else if (second === '/') {
      at = after(document, '>', markup + 2, 'malformed');
      const ended = closed(open.pop(), document.slice(markup + 2, at - 1).trimEnd());
      if (open.length === 0) root = ended;
      else open.at(-1)?.children.push(ended);
    } else {
      if (++elements > max_elements) throw new XmlError('too_large');
      if (root !== undefined || open.length >= max_depth) throw new XmlError('malformed');
      const tag = openingTag(document, markup + 1, open.at(-1)?.prefixes ?? NO_PREFIXES);
      at = tag.end;
      open.push(tag.open);
      if (!tag.is_empty) continue;
      const ended = closed(open.pop(), tag.open.tag);
      if (open.length === 0) root = ended;
      else open.at(-1)?.children.push(ended);
    }
  }
  if (root === undefined || open.length > 0) throw new XmlError('malformed');
  return root;
}

/** Text outside of every element may only be space. */
function addText(element: Open | undefined, text: string): void {
  if (element !== undefined) element.text += text;
  else if (text.trim() !== '') throw new XmlError('malformed');
}

/** Behind the next `end`. */
function after(document: string, end: string, from: number, reason: XmlError['reason']): number {
  const found = document.indexOf(end, from);
  if (found < 0) throw new XmlError(reason);
  return found + end.length;
}

/** Behind a comment or CDATA, of which only the latter is text. Everything else of its kind declares something. */
function afterSection(document: string, at: number, element: Open | undefined): number {
  if (document.startsWith('<!--', at)) return after(document, '-->', at + 4, 'declarations');
  if (!document.startsWith('<![CDATA[', at)) throw new XmlError('declarations');
  const end = after(document, ']]>', at + 9, 'declarations');
  if (element === undefined) throw new XmlError('malformed');
  element.text += document.slice(at + 9, end - 3);
  return end;
}

function closed(element: Open | undefined, tag: string): XmlNode {
  if (element?.tag !== tag) throw new XmlError('malformed');
  const { prefixes, attributes, children, text } = element;
  const [prefix, name] = split(tag);
  const isLayout = children.length > 0 && text.trim() === '';
  return { name, namespace: prefixes.get(prefix) ?? '', attributes, children, text: isLayout ? '' : text };
}

/** Prefix and name. Throws where there is no name. */
function split(name: string): [string, string] {
  const colon = name.indexOf(':');
  if (colon < 0) return ['', name];
  const local = name.slice(colon + 1);
  if (local === '') throw new XmlError('malformed');
  return [name.slice(0, colon), local];
}

const NAME = /[\p{L}_:][\p{L}\p{M}\p{N}_:.·-]*/uy;
/** What stands between the names of attributes, and ends them. */
const SPACE = /[ \t\n]*/y;
const EQUALS = /[ \t\n]*=[ \t\n]*/y;
/** Names with which whoever keeps elements in objects would change what all objects have. */
const NO_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

function nameAt(document: string, at: number): string {
  NAME.lastIndex = at;
  const name = NAME.exec(document)?.[0];
  if (name === undefined) throw new XmlError('malformed');
  return name;
}

function skip(document: string, what: RegExp, at: number): number {
  what.lastIndex = at;
  const found = what.exec(document);
  if (found === null) throw new XmlError('malformed');
  return what.lastIndex;
}

/** An element's beginning; `end` is where what follows it begins, `is_empty` whether it is its end as well. */
function openingTag(document: string, from: number, outer: Prefixes): { open: Open; end: number; is_empty: boolean } {
  const tag = nameAt(document, from);
  if (NO_NAMES.has(tag)) throw new XmlError('malformed');
  let given: Map<string, string> | undefined;
  for (let at = from + tag.length; ;) {
    const next = skip(document, SPACE, at);
    const is_empty = document[next] === '/' && document[next + 1] === '>';
    if (is_empty || document[next] === '>') {
      const own = given === undefined ? { prefixes: outer, attributes: NO_ATTRIBUTES } : attributesOf(given, outer);
      return { open: { tag, ...own, children: [], text: '' }, end: next + (is_empty ? 2 : 1), is_empty };
    }
    if (next === at) throw new XmlError('malformed');
    const name = nameAt(document, next);
    const start = skip(document, EQUALS, next + name.length);
    const quote = document[start];
    if ((quote !== '"' && quote !== "'") || given?.has(name)) throw new XmlError('malformed');
    at = after(document, quote, start + 1, 'malformed');
    const raw = document.slice(start + 1, at - 1);
    if (raw.includes('<')) throw new XmlError('malformed');
    (given ??= new Map()).set(name, resolved(raw.replaceAll(/[\t\n]/g, ' ')));
  }
}

function attributesOf(given: ReadonlyMap<string, string>, outer: Prefixes): Pick<Open, 'prefixes' | 'attributes'> {
  let declared: Map<string, string> | undefined;
  const attributes = new Map<string, string>();
  for (const [whole, value] of given) {
    const [prefix, name] = split(whole);
    if (prefix === 'xmlns') (declared ??= new Map(outer)).set(name, value);
    else if (prefix === '' && name === 'xmlns') (declared ??= new Map(outer)).set('', value);
    else if (prefix === '' || !attributes.has(name)) attributes.set(name, value);
  }
  return { prefixes: declared ?? outer, attributes };
}

const REFERENCE = /&(?:#x([0-9a-f]{1,8})|#([0-9]{1,10})|([a-z]{1,4}));|&/gi;
const ENTITIES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));

/** A text with its references resolved. Throws where there is one that nobody has declared. */
function resolved(text: string): string {
  if (!text.includes('&')) return text;
  const whole = text.replace(REFERENCE, (_reference, hex?: string, decimal?: string, entity?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (!Number.isNaN(code)) return code > 0x10ffff ? '' : String.fromCodePoint(code);
    const character = ENTITIES.get(entity ?? '');
    if (character === undefined) throw new XmlError('malformed');
    return character;
  });
  return withoutForbidden(whole);
}

/** The child elements, or those of one name: none, one and several all come as a list. */
export function children(node: XmlNode | undefined, name?: string): readonly XmlNode[] {
  if (node === undefined) return [];
  return name === undefined ? node.children : node.children.filter((one) => one.name === name);
}

/** The first child element of a name. */
export function child(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node?.children.find((one) => one.name === name);
}

/** The first element, in document order, that `A/B/C` leads to. */
export function path(node: XmlNode | undefined, names: string): XmlNode | undefined {
  const ends = names
    .split('/')
    .reduce((nodes, name) => nodes.flatMap((one) => children(one, name)), node ? [node] : []);
  return ends[0];
}

/** The character data of an element, or of what a path in it leads to. Undefined where there is none such. */
export function text(node: XmlNode | undefined, names?: string): string | undefined {
  return (names === undefined ? node : path(node, names))?.text;
}

/** An attribute's value, undefined where it is not there. */
export function attribute(node: XmlNode | undefined, name: string): string | undefined {
  return node?.attributes.get(name);
}
