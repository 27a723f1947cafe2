import { XMLParser, XMLValidator } from 'fast-xml-parser';

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

/**
 * The root element of a document. References to characters and to the five entities of XML itself are resolved, once;
 * there are no others, because a document type is refused before anything is parsed. Characters that XML forbids are
 * left out: .NET services send them where a person has pasted one. Throws `XmlError`.
 */
export function parseXml(text: string, limits: XmlLimits = {}): XmlNode {
  const { max_length, max_depth, max_elements } = { ...LIMITS, ...limits };
  if (text.length > max_length) throw new XmlError('too_large');
  const document = withoutForbidden(text).trim();
  checkMarkup(document, max_elements);
  const roots = parsed(document, max_depth);
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw new XmlError('malformed');
  return nodeOf(root, NO_PREFIXES);
}

/** Comments, CDATA and processing instructions as a whole; else how a declaration or an element begins. */
const MARKUP = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<!|<[^/]/g;

function checkMarkup(document: string, max_elements: number): void {
  let elements = 0;
  for (const [markup] of document.matchAll(MARKUP)) {
    if (markup === '<!') throw new XmlError('declarations');
    if (markup.length === 2 && ++elements > max_elements) throw new XmlError('too_large');
  }
}

/** As fast-xml-parser gives it with `preserveOrder`: one name of an element, or one of the two names below. */
type Raw = Readonly<Record<string, unknown>>;
const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';
const PREFIX = '@';

/** Elements outside of all others. The parser takes much that is not XML; its validator, which knows no depth, does not. */
function parsed(document: string, max_depth: number): readonly Raw[] {
  const parser = new XMLParser({
    preserveOrder: true,
    maxNestedTags: max_depth - 1,
    ...{ textNodeName: TEXT, cdataPropName: CDATA, attributeNamePrefix: PREFIX },
    ...{ ignoreAttributes: false, ignoreDeclaration: true, ignorePiTags: true },
    ...{ parseTagValue: false, parseAttributeValue: false, trimValues: false, processEntities: false },
    onDangerousProperty: (name) => name,
    jPath: false,
  });
  let roots: readonly Raw[];
  try {
    roots = parser.parse(document) as readonly Raw[];
  } catch {
    throw new XmlError('malformed');
  }
  if (XMLValidator.validate(document) !== true) throw new XmlError('malformed');
  return roots;
}

/** Namespaces by prefix; the default one under the empty prefix. */
type Prefixes = ReadonlyMap<string, string>;
const NO_PREFIXES: Prefixes = new Map();
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

function nodeOf(raw: Raw, outer: Prefixes): XmlNode {
  const tag = tagOf(raw);
  const { prefixes, attributes } = attributesOf(raw[ATTRIBUTES] as Raw | undefined, outer);
  const children: XmlNode[] = [];
  let text = '';
  for (const item of raw[tag] as readonly Raw[]) {
    const name = tagOf(item);
    if (name === TEXT) text += resolved(item[TEXT] as string);
    else if (name === CDATA) text += String((item[CDATA] as readonly Raw[])[0]?.[TEXT] ?? '');
    else children.push(nodeOf(item, prefixes));
  }
  if (children.length > 0 && text.trim() === '') text = '';
  const [prefix, name] = split(tag);
  return { name, namespace: prefixes.get(prefix) ?? '', attributes, children, text };
}

function tagOf(raw: Raw): string {
  for (const name in raw) if (name !== ATTRIBUTES) return name;
  throw new XmlError('malformed');
}

/** Prefix and name. Throws where there is no name. */
function split(name: string): [string, string] {
  const colon = name.indexOf(':');
  const local = name.slice(colon + 1);
  if (local === '') throw new XmlError('malformed');
  return [name.slice(0, Math.max(0, colon)), local];
}

function attributesOf(
  raw: Raw | undefined,
  outer: Prefixes,
): { prefixes: Prefixes; attributes: XmlNode['attributes'] } {
  if (raw === undefined) return { prefixes: outer, attributes: NO_ATTRIBUTES };
  const declared = new Map<string, string>();
  const attributes = new Map<string, string>();
  for (const [prefixed, given] of Object.entries(raw)) {
    const whole = String(given);
    // Not allowed, and the one place where the markup was read in another way before.
    if (whole.includes('<')) throw new XmlError('malformed');
    const value = resolved(whole.replace(/[\t\n]/g, ' '));
    const [prefix, name] = split(prefixed.slice(PREFIX.length));
    if (prefix === 'xmlns') declared.set(name, value);
    else if (prefix === '' && name === 'xmlns') declared.set('', value);
    else if (prefix === '' || !attributes.has(name)) attributes.set(name, value);
  }
  return { prefixes: declared.size === 0 ? outer : new Map([...outer, ...declared]), attributes };
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
