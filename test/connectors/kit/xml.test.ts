import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  child,
  children,
  parseXml,
  path,
  text,
  XmlError,
  type XmlLimits,
  type XmlNode,
} from '../../../src/connectors/kit/xml.ts';
import { element, escapeXml, toXml, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';

/** What is wrong with a text, undefined where nothing is. Errors of any other class are thrown on. */
function refusal(document: string, limits?: XmlLimits): XmlError['reason'] | undefined {
  try {
    parseXml(document, limits);
    return undefined;
  } catch (error) {
    if (error instanceof XmlError) return error.reason;
    throw error;
  }
}

/** The shape of an availability answer, with two floor plans, one unit and made-up values. */
const AVAILABILITY = `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <soap:Body>
    <UnitAvailability_LoginResponse xmlns="http://tempuri.org/YSI.Interfaces.WebServices/ItfILSGuestCard">
      <UnitAvailability_LoginResult>
        <PhysicalProperty xmlns="" xsi:noNamespaceSchemaLocation="any.xsd">
          <Property IDValue="elm">
            <PropertyID><MarketingName>Elm &amp; 3rd</MarketingName></PropertyID>
            <Floorplan IDValue="1b"><Name>One bedroom</Name><MarketRent Min="0900" Max="1000"/></Floorplan>
            <Floorplan IDValue="2b"><Name>Two bedrooms</Name><MarketRent Min="1200" Max="1300"/></Floorplan>
            <ILS_Unit IDValue="0101">
              <Units><Unit><Identification IDValue="0101" IDType="UnitID"/><MarketRent>0950.00</MarketRent></Unit></Units>
              <Availability><VacateDate Month="4" Day="30" Year="2026"/><VacancyClass>Occupied</VacancyClass></Availability>
              <Comment/>
            </ILS_Unit>
          </Property>
        </PhysicalProperty>
      </UnitAvailability_LoginResult>
    </UnitAvailability_LoginResponse>
  </soap:Body>
</soap:Envelope>
`;

describe('reading', () => {
  const property = path(
    parseXml(AVAILABILITY),
    'Body/UnitAvailability_LoginResponse/UnitAvailability_LoginResult/PhysicalProperty/Property',
  );

  it('reads an answer of the size of life: text stays text, one of a kind is a list as well', () => {
    expect(attribute(property, 'IDValue')).toBe('elm');
    expect(text(property, 'PropertyID/MarketingName')).toBe('Elm & 3rd');
    expect(children(property, 'Floorplan').map((plan) => attribute(child(plan, 'MarketRent'), 'Min'))).toEqual([
      '0900',
      '1200',
    ]);
    const [unit, ...others] = children(property, 'ILS_Unit');
    expect(others).toEqual([]);
    expect(text(unit, 'Units/Unit/MarketRent')).toBe('0950.00');
    expect([...(path(unit, 'Availability/VacateDate')?.attributes ?? [])]).toEqual([
      ['Month', '4'],
      ['Day', '30'],
      ['Year', '2026'],
    ]);
  });

  it('tells what is empty from what is not there, and takes nothing for an answer to either', () => {
    expect(text(property, 'ILS_Unit/Comment')).toBe('');
    expect(text(property, 'ILS_Unit/Notes')).toBeUndefined();
    expect(text(property)).toBe('');
    expect(children(undefined, 'A')).toEqual([]);
    expect([child(undefined, 'A'), path(undefined, 'A/B'), attribute(undefined, 'x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows namespaces whatever their prefixes, and that some are taken back', () => {
    const root = parseXml(
      '<a:x xmlns:a="one" xmlns="two" k="2" a:k="1"><y><a:z xmlns:a="three"/></y><w xmlns=""><a:v/></w></a:x>',
    );
    const named = (node: XmlNode): string[] => [`${node.namespace}:${node.name}`, ...node.children.flatMap(named)];
    expect(named(root)).toEqual(['one:x', 'two:y', 'three:z', ':w', 'one:v']);
    expect([...root.attributes]).toEqual([['k', '2']]);
  });

  it('finds the first end of a path, also where it is not in the first branch', () => {
    expect(text(parseXml('<r><a/><a><b>1</b></a><a><b>2</b></a></r>'), 'a/b')).toBe('1');
  });

  it.each([
    ['resolves references once', '&amp;lt;&lt;&gt;&quot;&apos;&#65;&#x42;&#x1F600;', '&lt;<>"\'AB😀'],
    ['leaves CDATA as it is', 'a<![CDATA[<b>&amp;]]]]><![CDATA[>]]>&amp;', 'a<b>&amp;]]>&'],
    ['reads every line end as a line feed', 'a\r\nb\rc&#13;', 'a\nb\nc\r'],
    ['leaves out comments and instructions', ' x<!-- <y> & -->z<?php <y> ?> ', ' xz '],
    ['keeps space around a value, and a value of space', '\t 7 ', '\t 7 '],
    [
      'leaves out what XML forbids, raw or as a reference',
      'a\u0000\u001fb&#0;&#x1B;c\ud800d&#xFFFF;&#1114112;',
      'abcd',
    ],
    ['joins a character that is sent in halves', '&#xD83D;&#xDE00;&#xD83D;', '😀'],
    ['reads a document type in CDATA as the text that it is', '<![CDATA[<!DOCTYPE html>]]>', '<!DOCTYPE html>'],
  ])('%s', (_what, raw, value) => {
    expect(text(parseXml(`<a>${raw}</a>`))).toBe(value);
  });

  it('reads line feeds in attributes as spaces, and references to them as what they are', () => {
    expect(attribute(parseXml('<a x="1\r\n2\t3&#10;4&#9;"/>'), 'x')).toBe('1 2 3\n4\t');
  });

  it('takes a byte order mark and space before the declaration', () => {
    expect(parseXml('\uFEFF\r\n<?xml version="1.0"?><a/>\n').name).toBe('a');
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])('reads the name %s as any other', (name) => {
    const root = parseXml(`<a><${name} ${name}="1">x</${name}></a>`);
    expect([text(root, name), attribute(child(root, name), name)]).toEqual(['x', '1']);
  });

  it('lets no name into a prototype', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      expect(refusal(`<a><${name}><polluted>1</polluted></${name}></a>`)).toBe('malformed');
      expect(attribute(parseXml(`<a ${name}="1"/>`), name)).toBe('1');
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

const LAUGHS = Array.from({ length: 30 }, (_, n) => `<!ENTITY l${n + 1} "&l${n};&l${n};">`).join('');

describe('refusing', () => {
  it.each([
    ['a billion laughs', `<!DOCTYPE a [<!ENTITY l0 "ha">${LAUGHS}]><a>&l30;</a>`],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['an external document type', '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>'],
    ['a page to sign in on', '<!doctype html><html><body><p>Sign in</body></html>'],
    [
      'one behind an instruction that looks like a comment',
      '<?a <!-- ?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a><!-- -->',
    ],
    ['one after the beginning', '<a><!DOCTYPE a [<!ENTITY x "y">]>&x;</a>'],
    ['a comment without end', '<a><!-- <b/></a>'],
    ['CDATA without end', '<a><![CDATA[ <b/></a>'],
  ])('refuses %s', (_what, document) => {
    expect(refusal(document)).toBe('declarations');
  });

  it('refuses a document type that hides in an attribute', () => {
    expect(refusal('<a><b x="<!--"/><!DOCTYPE a [<!ENTITY x "y">]><c x="-->"/></a>')).toBe('malformed');
  });

  it.each([
    ['nothing', ''],
    ['plain text', 'Service Unavailable'],
    ['JSON', '{"a": 1}'],
    ['an end of something else', '<a><b></a></b>'],
    ['no end', '<a><b/>'],
    ['two roots', '<a/><b/>'],
    ['an entity that nobody declared', '<a>&nbsp;</a>'],
    ['a bare ampersand', '<a>Smith & Sons</a>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['a name that is only a prefix', '<a:/>'],
    ['HTML', '<html><body><p>x<br></body></html>'],
  ])('refuses %s', (_what, document) => {
    expect(refusal(document)).toBe('malformed');
  });

  it('refuses an answer that was cut off, wherever that was', () => {
    const whole = AVAILABILITY.trimEnd();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(refusal(whole.slice(0, length))).toBeDefined();
      }),
      { numRuns: 300 },
    );
    expect(refusal(whole)).toBeUndefined();
  });

  it('bounds size, number and depth', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect([refusal(nested(64)), refusal(nested(65)), refusal(nested(3), { max_depth: 2 })]).toEqual([
      undefined,
      'malformed',
      'malformed',
    ]);
    expect(refusal('<a>'.repeat(200_000))).toBe('malformed');
    expect([refusal('<a>12</a>', { max_length: 9 }), refusal('<a>12</a>', { max_length: 8 })]).toEqual([
      undefined,
      'too_large',
    ]);
    expect(refusal(' '.repeat(32 * 1024 * 1024 + 1))).toBe('too_large');
    expect([refusal('<a><b/><b/></a>', { max_elements: 3 }), refusal('<a><b/><b/></a>', { max_elements: 2 })]).toEqual([
      undefined,
      'too_large',
    ]);
    expect(refusal(`<a>${'<b/>'.repeat(1_000_000)}</a>`)).toBe('too_large');
  });

  it('says nothing of what it read', () => {
    for (const document of ['<a>Jane Roe & Sons</a>', '<Jane><Roe>', '<!DOCTYPE Jane><Roe/>', '<a Jane=Roe/>']) {
      expect(() => parseXml(document)).toThrow(XmlError);
      expect(() => parseXml(document)).not.toThrow(/Jane|Roe/);
    }
  });
});

/** The text without what XML 1.0, section 2.2, does not count among its characters. */
function allowed(value: string): string {
  const isAllowed = (code: number) =>
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000;
  return [...value].filter((character) => isAllowed(character.codePointAt(0) as number)).join('');
}

const HOSTILE = [
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '</a>',
  '<b>',
  '&amp;',
  '&#10;',
  '&',
  '"',
  "'",
  '\r\n',
  '\n',
  '\t',
  '\0',
  '?>',
];

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'binary' }),
      fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
    ),
  )
  .map((parts) => parts.join(''));

describe('writing', () => {
  it('writes what is defined, on one line, with nothing between the tags', () => {
    const written = element(
      'Prospect',
      { Type: 'a"b', id: undefined, xmlns: '' },
      element('Name', {}, 'O\'Neil & "Sons" <x>'),
      undefined,
      element('Email'),
      element('Note', {}, 'one\r\ntwo'),
    );
    expect(toXml(written)).toBe(
      '<Prospect Type="a&quot;b" xmlns=""><Name>O&apos;Neil &amp; &quot;Sons&quot; &lt;x&gt;</Name><Email/>' +
        '<Note>one&#13;&#10;two</Note></Prospect>',
    );
    expect(toXml(element('Note', { x: '\n' }, 'one\ntwo'), { line_feeds: 'literal' })).toBe(
      '<Note x="&#10;">one\ntwo</Note>',
    );
  });

  it.each(['', 'a b', '1a', 'a>', 'a/', '"', 'a:b:c', ':a', '<!--'])('refuses "%s" as a name', (name) => {
    expect(() => element(name)).toThrow(RangeError);
    expect(() => element('a', { [name]: '1' })).toThrow(RangeError);
  });

  it('gives back any text as it was, apart from characters that XML forbids', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('reference' as const, 'literal' as const), (value, line_feeds) => {
        const root = parseXml(toXml(element('a', { x: value }, element('b', {}, value)), { line_feeds }));
        expect([attribute(root, 'x'), text(root, 'b')]).toEqual([allowed(value), allowed(value)]);
        expect(escapeXml(value)).not.toMatch(/[\r\n<>"']/);
        expect(escapeXml(value)).toBe(allowed(escapeXml(value)));
      }),
    );
  });

  it('keeps every value in its element', () => {
    const anyElement = fc.letrec<{ element: XmlElement }>((tie) => ({
      element: fc.record({
        name: fc.constantFrom('a', 'b', 'c-1', 'D.x', 'é'),
        attributes: fc.dictionary(fc.constantFrom('x', 'y'), anyText),
        children: fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          anyText.map((value) => (value === '' ? [] : [value])),
          fc.array(tie('element'), { minLength: 1, maxLength: 3 }),
        ),
      }),
    })).element;
    const expected = ({ name, attributes, children: inner }: XmlElement): unknown => [
      name,
      Object.entries(attributes).map(([key, value]) => [key, allowed(value)]),
      inner.map((one) => (typeof one === 'string' ? allowed(one) : expected(one))).filter((one) => one !== ''),
    ];
    const read = (node: XmlNode): unknown => [
      node.name,
      [...node.attributes],
      node.children.length > 0 ? node.children.map(read) : node.text === '' ? [] : [node.text],
    ];
    fc.assert(
      fc.property(anyElement, (one) => {
        expect(read(parseXml(toXml(one)))).toEqual(expected(one));
      }),
    );
  });

  const strings = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../fixtures/text/blns.json'), 'utf8'),
  ) as string[];
  it('gives back every one of the naughty strings', () => {
    expect(strings.length).toBeGreaterThan(400);
    for (const value of strings) {
      const root = parseXml(toXml(element('a', { x: value }, value)));
      expect([attribute(root, 'x'), text(root)]).toEqual([allowed(value), allowed(value)]);
    }
  });
});
