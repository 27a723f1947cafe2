import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstIn, plain, recordsIn } from '../../../src/connectors/realpage/answer.ts';
import { parseXml } from '../../../src/connectors/kit/xml.ts';
import { element, toXml } from '../../../src/connectors/kit/xml_builder.ts';
import { named, WORDS, wordOf } from '../../../src/connectors/realpage/service_request_words.ts';

const NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"';
const DIFF = 'xmlns:d="urn:schemas-microsoft-com:xml-diffgram-v1"';

describe('answers', () => {
  it('are plain objects, without what is empty, nil or an attribute, and with lists where a name comes twice', () => {
    const node = parseXml(`<A x="1"><B d="2">b</B><C/><D ${NIL}/><E> </E><F><G>1</G><G>2</G></F></A>`);
    expect(plain(node)).toEqual({ B: 'b', F: { G: ['1', '2'] } });
  });

  it('hold records as deep as they may be, and none of what a data set was before', () => {
    const node = parseXml(
      `<R><X><d:diffgram ${DIFF}><S><Line><Amt>1</Amt></Line></S><d:before><Line><Amt>2</Amt></Line></d:before></d:diffgram></X></R>`,
    );
    expect(recordsIn(node, 'line')).toEqual([{ Amt: '1' }]);
    expect(firstIn(node, 'Nothing')).toBeUndefined();
  });

  it('keep any text that XML can hold', () => {
    const kept = fc
      .string({ unit: 'binary' })
      .map((text) => text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ''));
    fc.assert(
      fc.property(kept, (text) => {
        const read = plain(parseXml(toXml(element('A', {}, element('B', {}, text)))));
        expect(read).toEqual(text.trim() === '' ? {} : { B: text });
      }),
    );
  });
});

describe('words', () => {
  it('tell an element by its name, whatever its case and separators', () => {
    expect(wordOf({ name: 'Service_Request-ID' })).toBe('id');
    expect(wordOf({ name: 'constructor' })).toBeUndefined();
    expect(named({ ServiceRequestID: '7', Comments: 'b', Details: 'a' })).toEqual({ id: '7', description: 'a' });
  });

  it('mean one thing each', () => {
    const all = Object.values(WORDS).flat();
    expect(all.length).toBe(new Set(all).size);
  });
});
