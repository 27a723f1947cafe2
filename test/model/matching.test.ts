import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressKeys,
  emailKey,
  looseUnitKey,
  nameKeys,
  ordinalNumber,
  phoneKey,
  unitKey,
} from '../../src/model/matching.ts';
import { similarity, soundKey } from '../../src/model/phonetic.ts';
import { rowsOf } from '../fixtures/rows.ts';

describe('unit keys', () => {
  it.each([
    ['2-B', '2B'],
    ['2B', '2B'],
    ['apt 2-b', '2B'],
    ['Unit 2 B.', '2B'],
    ['#12', '12'],
    ['# APT 25', '25'],
    ['No. 7', '7'],
    ['12-3', '12-3'],
    ['12 3', '12-3'],
    ['123', '123'],
    ['½', '1/2'],
    ['1/2', '1/2'],
    ['2½', '2-1/2'],
    ['2 1/2', '2-1/2'],
    ['21/2', '21/2'],
    ['12', '12'],
    ['A32', 'A32'],
    ['1FL', '1FL'],
    ['Floor 3', '3'],
    ['3rd Floor', '3'],
    ['Second Flr', '2'],
    ['3L', '3L'],
    ['PH 3', 'PH3'],
    ['PH-3', 'PH3'],
    ['NA', 'NA'],
    ['No', 'NO'],
    ['C-D', 'CD'],
    ['２Ｂ', '2B'],
    ['Garten-Ä', 'GARTENÄ'],
  ])('%s → %s', (name, key) => expect(unitKey(name)).toBe(key));

  it('keeps apart what is not the same unit', () => {
    for (const [a, b] of [
      ['12-3', '123'],
      ['½', '12'],
      ['2½', '21/2'],
      ['3L', '3R'],
      ['O1', '01'],
      ['1FL', '1'],
    ]) {
      expect(unitKey(a!), `${a} and ${b}`).not.toBe(unitKey(b!));
    }
  });

  it('is found loosely by what speech leaves out', () => {
    expect(looseUnitKey('05')).toBe(looseUnitKey('5'));
    expect(looseUnitKey('12-3')).toBe(looseUnitKey('123'));
    expect(looseUnitKey('2O1')).toBe(looseUnitKey('201'));
    expect(looseUnitKey('PH')).toBe('PH');
    expect(looseUnitKey('½')).not.toBe(looseUnitKey('12'));
  });

  it.each(rowsOf('unit-designators.csv'))('%s %s has the key of its identifier', (designator, identifier) => {
    const key = unitKey(`${designator} ${identifier}`);
    // `Floor 41st` is read as floor 41; everything else is the identifier without punctuation.
    const plain = /^fl/i.test(designator!) ? String(ordinalNumber(identifier!)) : identifier!;
    expect(key.replaceAll('-', '')).toBe(plain.toUpperCase().replace(/LOT|APT|[^A-Z0-9]/g, ''));
  });

  it('is its own key, whatever the name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => unitKey(unitKey(name)) === unitKey(name)));
  });
});

describe('name keys', () => {
  it.each(rowsOf('person-names.csv'))('%s (%s) is found by "%s" and "%s"', (name, _kinds, given, family) => {
    const { words } = nameKeys(name!);
    const asked = nameKeys(`${given} ${family}`).words;
    expect(words).toEqual(expect.arrayContaining(asked));
  });

  it.each([
    ['O’Brien', 'obrien'],
    ["O'Brien", 'obrien'],
    ['O Brien', 'obrien'],
    ['de la Cruz', 'delacruz'],
    ['Van Der Berg', 'vanderberg'],
    ['Smith-Jones', 'smithjones'],
    ['Smith-Jones', 'jones'],
    ['José Ñuñez', 'nunez'],
    ['Nguyễn', 'nguyen'],
    ['Łukasz Größ', 'lukasz'],
    ['Łukasz Größ', 'gross'],
    ['Пётр Щукин', 'petr'],
    ['Пётр Щукин', 'shchukin'],
    ['Пётр Щукин', 'пётр'],
    ['王小明', '王小明'],
    ['김민수', '김민수'],
    ['Robert "Corky" Lane', 'corky'],
  ])('%s has the word %s', (name, word) => expect(nameKeys(name).words).toContain(word));

  it.each([
    ['Lane, Robert', [{ given: ['robert'], family: ['lane'] }]],
    ['Robert Lane, Jr., M.D.', [{ given: ['robert'], family: ['lane'], generation: 'jr' }]],
    ['Robert Lane III', [{ given: ['robert'], family: ['lane'], generation: 'iii' }]],
    ['Lane, Robert, Senior', [{ given: ['robert'], family: ['lane'], generation: 'sr' }]],
    ['Ana de la Cruz', [{ given: ['ana'], family: ['de', 'la', 'cruz'] }]],
    ['Mr. and Mrs. Robert Lane', [{ given: ['robert'], family: ['lane'] }]],
    [
      'Robert & Ana Lane',
      [
        { given: ['robert'], family: ['lane'] },
        { given: ['ana'], family: ['lane'] },
      ],
    ],
    ['Huy Do', [{ given: ['huy'], family: ['do'] }]],
    ['Madonna', [{ given: ['madonna'], family: [] }]],
    ['', []],
  ])('%s is read as people', (name, people) => expect(nameKeys(name).people).toEqual(people));

  it.each([
    ['Bill', 'William'],
    ['Liz', 'Elizabeth'],
    ['Bob', 'Robert'],
    ['Mike', 'Miguel'],
    ['Tony', 'Antonio'],
    ['Maria', 'Mary'],
    ['María', 'Marie'],
    ['Pepe', 'José'],
    ['Sasha', 'Alexandra'],
    ['Ivan', 'John'],
  ])('%s and %s have a nickname group in common', (a, b) => {
    const groups = nameKeys(b).groups;
    expect(nameKeys(a).groups.some((group) => groups.includes(group))).toBe(true);
  });

  it('finds misspelt people by word, nickname or sound', () => {
    const terms = (name: string) => {
      const { words, groups, sounds } = nameKeys(name);
      return [...words, ...groups.map((group) => `=${group}`), ...sounds.map((sound) => `~${sound}`)];
    };
    const pairs = rowsOf('misspelt-people.csv');
    const found = pairs.filter(([name, misspelt]) => {
      const known = new Set(terms(name!));
      return terms(misspelt!).some((term) => known.has(term));
    });
    // Every pair differs, some in the whole name; of all 500 pairs of the data set 95 in 100 are found.
    expect(found.length / pairs.length).toBeGreaterThanOrEqual(0.85);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => Array.isArray(nameKeys(name).words)),
    );
  });
});

describe('sounds', () => {
  it.each([
    ['smith', 'smyth'],
    ['garcia', 'garsia'],
    ['catherine', 'kathryn'],
    ['jimenez', 'gimenez'],
    ['phillips', 'filips'],
    ['nguyen', 'newin'],
    ['schultz', 'shults'],
    ['wright', 'rite'],
  ])('%s sounds like %s', (a, b) => expect(soundKey(a)).toBe(soundKey(b)));

  it('keeps apart what sounds different, and says nothing of other scripts', () => {
    expect(soundKey('garcia')).not.toBe(soundKey('garnett'));
    expect(soundKey('王')).toBe('');
  });

  it.each([
    ['smith', 'smith', 1],
    ['smith', 'smtih', 0.8],
    ['smith', 'smit', 0.8],
    ['smith', 'jones', 0],
    ['', '', 1],
  ])('%s and %s are alike to %d', (a, b, alike) => expect(similarity(a, b)).toBeCloseTo(alike));
});

describe('address, phone and e-mail keys', () => {
  it.each([
    ['1745 T Street Southeast', { number: '1745', words: ['t'] }],
    ['1745 T St. SE', { number: '1745', words: ['t'] }],
    ['560 Penstock Drive', { number: '560', words: ['penstock'] }],
    ['Penstock', { words: ['penstock'] }],
    ['30-83 29th Strt', { number: '30-83', words: ['29th'] }],
    ['12B N.W. Third Ave', { number: '12b', words: ['3rd'] }],
    ['22 Twelfth Street', { number: '22', words: ['12th'] }],
    ['1 North Avenue', { number: '1', words: ['n', 'ave'] }],
  ])('%s', (street, keys) => expect(addressKeys(street)).toEqual(keys));

  it.each(['(512) 555-0143', '512.555.0143', '+1 512 555 0143', '1-512-555-0143', '5125550143'])('%s', (phone) =>
    expect(phoneKey(phone)).toBe('+15125550143'),
  );

  it('has no key for what is no number or address', () => {
    expect(phoneKey('unlisted')).toBeUndefined();
    expect(emailKey('at example.com')).toBeUndefined();
    expect(emailKey(' Ana.Lane@Example.COM ')).toBe('ana.lane@example.com');
  });

  it.each([
    ['first', 1],
    ['15TH', 15],
    ['22nd', 22],
    ['fifth', 5],
    ['floor', undefined],
  ])('%s is number %s', (word, number) => expect(ordinalNumber(word)).toBe(number));
});
