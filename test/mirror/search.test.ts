import { beforeAll, describe, expect, it } from 'vitest';
import type { Mirror } from '../../src/mirror/mirror.ts';
import { searchPortfolio, type SearchRequest } from '../../src/mirror/search.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { CONNECTION, NOW, portfolioMirror, record } from './portfolio.ts';

describeOnEveryEngine('searching the portfolio', (open) => {
  let mirror: Mirror;
  beforeAll(async () => {
    mirror = await portfolioMirror(await open());
  });

  const search = (query: string, rest: Partial<SearchRequest> = {}) =>
    searchPortfolio(mirror, { connections: [{ id: CONNECTION }], query, ...rest });

  /** The candidates that cannot be told apart by what was said. */
  async function best(query: string, rest: Partial<SearchRequest> = {}): Promise<string[]> {
    const { candidates } = await search(query, rest);
    return candidates.filter(({ score }) => score >= candidates[0]!.score - 0.01).map(({ id }) => id).sort(); // prettier-ignore
  }

  describe('finds exactly one', () => {
    it.each([
      ['two people of one name by unit', 'Nguyen 2-B building A', 'r1'],
      ['name and unit, as heard', 'Newin, apartment 2 B, building B', 'r2'],
      ['a building by nickname, and a floor', 'Maria, blue building, upstairs', 'r1'],
      ['the other one, downstairs', 'this is Maria, I live downstairs in the blue building', 'r3'],
      ['an apostrophe, typed', "O'Brien", 'r3'],
      ['an apostrophe, curly', 'O’Brien', 'r3'],
      ['an apostrophe, left out', 'obrien', 'r3'],
      ['a hyphen, joined', 'SmithJones', 'r4'],
      ['half of a double name', 'Mr. Jones', 'r4'],
      ['a nickname', 'Bill Smith-Jones', 'r4'],
      ['last name first', 'Smith-Jones, Will', 'r4'],
      ['particles run together', 'Liz Delacruz', 'r7'],
      ['particles apart', 'elizabeth de la cruz', 'r7'],
      ['a misspelling', 'Elisabeth Delacruse', 'r7'],
      ['swapped letters', 'Mihn Nguyen', 'r2'],
      ['the father by suffix', 'Robert Kane senior', 'r5'],
      ['the son by suffix', 'Bob Kane Jr', 'r6'],
      ['Cyrillic', 'Щукин', 'r8'],
      ['Cyrillic in Latin letters', 'Petr Shchukin', 'r8'],
      ['Chinese', '王小明', 'r9'],
      ['one of a household', 'Susan Hoff', 'r11'],
      ['a phone number, any format', '(512) 555-0143', 'r1'],
      ['a phone number in a sentence', 'the number is 512.555.0111, thanks', 'r2'],
      ['an e-mail address', 'maria.n@example.com', 'r1'],
      ['an e-mail address in capitals', 'Maria.N@Example.com', 'r1'],
      ['an id', 'r7', 'r7'],
      ['a vendor', 'Kane and Sons', 'v1'],
      ['staff', 'Dana Reyes', 's1'],
      ['a property', 'Oak Terrace', 'p2'],
      ['a property by address', '560 Penstock Dr', 'p2'],
      ['a property by spelt-out address', '88 3rd Ave', 'p3'],
      ['a property by nickname', 'the blue building', 'p1'],
    ])('%s: %s', async (_what, query, id) => {
      const { candidates, question } = await search(query);
      expect(candidates[0]?.id, JSON.stringify(candidates)).toBe(id);
      expect(await best(query)).toEqual([id]);
      expect(question).toBeUndefined();
    });

    it.each([
      ['unit ½', 'u4'],
      ['apartment 1/2', 'u4'],
      ['one half, North House', 'u4'],
      ['#12', 'u5'],
      ['apt 12-3', 'u6'],
      ['unit 123', 'u7'],
      ['penthouse: PH 3', 'u8'],
      ['ph3', 'u8'],
      ['A-3C', 'u9'],
      ['3C in building A', 'u9'],
      ['two b building b', 'u3'],
      ['unit 12, the red one', 'u5'],
    ])('unit: %s', async (query, id) => {
      expect(await best(query, { kinds: ['unit'] })).toEqual([id]);
    });
  });

  it.each([
    ['a building by its letter', 'Building A', ['p1'], 'Building A, Maple Court'],
    ['a building by nickname', 'the red one', ['p2'], 'North House, Oak Terrace Apartments'],
    ['who is on call', 'who is on call tonight', ['s2'], 'Theo Lind, on call 1'],
    ['those of a trade, but nobody who has left', 'plumber', ['s2', 'v1'], undefined],
  ])('finds %s: %s', async (_what, query, ids, label) => {
    const { candidates } = await search(query);
    expect(candidates.map(({ id }) => id).sort(), JSON.stringify(candidates)).toEqual(ids);
    if (label !== undefined) expect(candidates[0]?.label).toBe(label);
  });

  it('says what was recognised, and shows no contact data', async () => {
    const { candidates } = await search('Maria, blue building, upstairs', { caller_phone: '512-555-0143' });
    expect(candidates[0]).toEqual({
      kind: 'resident',
      connection: CONNECTION,
      scope: '',
      id: 'r1',
      label: 'Maria Nguyễn, unit 2-B, Building A, Maple Court',
      property_id: 'p1',
      unit_id: 'u1',
      score: 1,
      matched: ['caller_phone', 'name', 'property', 'floor'],
    });
    expect(JSON.stringify(candidates)).not.toContain('5550143');
  });

  describe('asks instead of guessing', () => {
    it.each([
      ['two of one first name in one property', 'Maria', ['r1', 'r3'], 'Which unit are you calling about?'],
      ['two of one last name', 'Nguyen', ['r1', 'r2'], 'Is this about Building A or Building B?'],
      ['one unit name in two buildings', 'unit 2B', ['u1', 'u3'], 'Is this about Building A or Building B?'],
      ['father and son', 'Robert Kane', ['r5', 'r6'], expect.stringContaining('Sr., Jr.')],
      ['a phone that two share', '512 555 0199', ['r5', 'r6'], expect.stringContaining('Sr., Jr.')],
      ['one name with two leases', 'Ana Torres', ['r12', 'r13'], 'Which unit are you calling about?'],
    ])('%s: %s', async (_what, query, ids, question) => {
      const answer = await search(query);
      expect(await best(query)).toEqual(ids);
      expect(answer.question).toEqual(question);
    });

    it('never with what belongs to somebody else', async () => {
      for (const query of ['Maria', 'Nguyen', 'Robert Kane', '512 555 0199', 'Ana Torres', 'unit 12']) {
        const { question = '' } = await search(query);
        expect(question).not.toMatch(/Maria|Nguy|Kane|Robert|Torres|Ana|555|2-?B|PH|1A/);
      }
    });

    it.each(['', '   ', '!!!', 'zzzz qqqq', '\u0000', "' or 1=1 --", 'x'.repeat(100_000)])(
      'when nothing is found for %j',
      async (query) => {
        const { candidates, question } = await search(query);
        expect(candidates).toEqual([]);
        expect(question).toBe('What is your name, and which property and unit are you calling about?');
      },
    );
  });

  it('lets the caller’s number decide between people who fit, and nothing else', async () => {
    expect((await search('Nguyen', { caller_phone: '(512) 555-0111' })).candidates[0]?.id).toBe('r2');
    expect((await search('Nguyen', { caller_phone: '(512) 555-0143' })).candidates[0]?.id).toBe('r1');
    expect((await search('Petr Shchukin', { caller_phone: '(512) 555-0143' })).candidates[0]?.id).toBe('r8');
    expect((await search('my sink leaks', { caller_phone: '5125550177' })).candidates[0]?.id).toBe('r3');
  });

  it('puts who has left behind who lives there', async () => {
    const { candidates } = await search('Elizabeth 123');
    const past = candidates.find(({ id }) => id === 'r10');
    expect(past?.label).toBe('Elizabeth Marsh, unit 123, North House, Oak Terrace Apartments (past resident)');
    expect(past!.score).toBeLessThan(1);
  });

  it('stays inside the pins', async () => {
    const pinned = { connections: [{ id: CONNECTION, property_ids: ['p2'] }] };
    const ids = async (query: string) => (await search(query, pinned)).candidates.map(({ id }) => id);
    expect(await ids('Nguyen')).toEqual([]);
    expect(await ids('Maple Court')).toEqual([]);
    expect(await ids('r1')).toEqual([]);
    expect(await ids('(512) 555-0143')).toEqual([]);
    expect(await ids('Ana Torres')).toEqual(['r13']);
    expect(await ids('Kane and Sons')).toContain('v1');
    const elsewhere = { connections: [{ id: CONNECTION, property_ids: ['p1'] }] };
    expect((await search('Dana Reyes', elsewhere)).candidates).toEqual([]);
    expect((await search('Ana Torres', { connections: [{ id: CONNECTION, property_ids: [] }] })).candidates).toEqual(
      [],
    );
  });

  it('gives the kinds asked for, units through those who live there', async () => {
    expect(await best('Nguyen, building A', { kinds: ['unit'] })).toEqual(['u1']);
    expect(await best('priya@example.com', { kinds: ['guest_card'] })).toEqual(['g1']);
    expect((await search('priya@example.com')).candidates).toEqual([]);
    expect(await best('upstairs in the blue building', { kinds: ['unit'] })).toEqual(['u1', 'u3', 'u9']);
    const { candidates } = await search('Ana', { limit: 1 });
    expect(candidates).toHaveLength(1);
  });

  it('follows a unit that is renamed and a resident who is', async () => {
    const unit = await mirror.get(CONNECTION, 'unit', '', 'u9');
    await mirror.put(CONNECTION, 'unit', '', [{ ...unit!.record, name: 'A-9Z' }], NOW + 1);
    expect(await best('Hoff 9Z')).toEqual(['r11']);
    expect((await search('Hoff 3C')).candidates[0]!.score).toBeLessThan(0.8);
    const hoff = await mirror.get(CONNECTION, 'resident', '', 'r11', { withSealed: true });
    await mirror.put(
      CONNECTION,
      'resident',
      '',
      [record('resident', { ...hoff!.record, name: 'Susan Hart' })],
      NOW + 1,
    );
    expect(await best('Susan Hart')).toEqual(['r11']);
    expect((await search('Lloyd')).candidates).toEqual([]);
  });
});
