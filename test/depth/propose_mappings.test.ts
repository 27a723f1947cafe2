import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VALUE_TABLES, type ValueList, type ValueTables } from '../../src/connectors/connector.ts';
import { MappingFile, withMappings, wordFor } from '../../src/connectors/kit/value_tables.ts';
import { CANONICAL, isIncomplete, mappingReport } from '../../src/depth/mapping_report.ts';
import { proposeMappings } from '../../src/depth/propose_mappings.ts';

const list = (table: ValueList['table'], ...names: string[]): ValueList => ({
  table,
  values: names.map((name, at) => ({ raw: String(at), name })),
});

describe('a proposal for a mapping file', () => {
  it('takes words for what they are called, folded, and other names of the same thing', () => {
    const { add } = proposeMappings([list('trade', 'Plumbing', 'HVAC', 'Electrcal', 'Landscaping', 'Billing')], {});
    expect(add.trade?.from_pms).toEqual({ 0: 'plumbing', 1: 'hvac', 2: 'electrical', 3: 'grounds' });
    expect(add.trade?.to_pms).toEqual({ plumbing: '0', hvac: '1', electrical: '2', grounds: '3' });
  });

  it.each([
    ['work_order_status', 'Incomplete'],
    ['work_order_status', 'Unassigned work'],
    ['work_order_status', 'Not scheduled'],
    ['entry', 'Permission not grantd'],
    ['severity', 'Non-emergency'],
  ] as const)('guesses nothing where a small difference turns the meaning round: %s "%s"', (table, name) => {
    const { add, to_decide } = proposeMappings([list(table, name)], {});
    expect(add).toEqual({});
    expect(to_decide).toContainEqual({ table, of: 'word', value: '0', name });
  });

  it('writes nothing for a value that two words are read as, unless one of them is its name', () => {
    const two = proposeMappings([list('work_order_status', 'Started', 'Work in progress')], {});
    expect(two.add.work_order_status?.from_pms).toEqual({ 0: 'in_progress', 1: 'in_progress' });
    expect(two.add.work_order_status?.to_pms).toEqual({});
    const named = proposeMappings([list('work_order_status', 'Started', 'In Progress')], {});
    expect(named.add.work_order_status?.to_pms).toEqual({ in_progress: '1' });
  });

  it('takes lead sources and charge codes by their own names, but not two of one name', () => {
    const { add, to_decide } = proposeMappings([list('lead_source', 'Zillow', 'Walk-in', 'walk in')], {});
    expect(add.lead_source).toEqual({ to_pms: { Zillow: '0' }, from_pms: { 0: 'Zillow' } });
    expect(to_decide.map(({ value }) => value)).toEqual(['1', '2']);
  });

  it('finds agents among the people of the configuration, and names nobody else', () => {
    const staff = [{ id: 's1', name: 'Ada Byron' }];
    const { add, to_decide } = proposeMappings([list('agent', 'Ada Byron', 'Grace Murray')], {}, staff);
    expect(add.agent).toEqual({ to_pms: { s1: '0' }, from_pms: { 0: 's1' } });
    expect(to_decide).toEqual([{ table: 'agent', of: 'people', value: '1' }]);
    expect(JSON.stringify(mappingReport([list('agent', 'Grace Murray')], {}))).not.toContain('Grace');
  });

  const name = fc.oneof(
    fc.constantFrom('Plumbing', 'Emergency', 'High', 'Open', 'Completed', 'constructor', '__proto__', ''),
    fc.string({ maxLength: 30 }),
  );
  const lists = fc.array(
    fc.record({
      table: fc.constantFrom(...VALUE_TABLES),
      values: fc.array(fc.record({ raw: fc.string({ minLength: 1, maxLength: 8 }), name }), { maxLength: 8 }),
    }),
    { maxLength: 4 },
  );

  it('never touches an entry that is there, and proposes only what both sides have', () => {
    fc.assert(
      fc.property(
        lists,
        fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom('plumbing', 'odd')),
        (given, from_pms) => {
          const tables: ValueTables = { trade: { to_pms: { plumbing: 'mine' }, from_pms } };
          const { add } = proposeMappings(given, tables, []);
          expect(add.trade?.to_pms ?? {}).not.toHaveProperty('plumbing');
          for (const raw of Object.keys(from_pms)) expect(Object.keys(add.trade?.from_pms ?? {})).not.toContain(raw);
          for (const [table, { to_pms, from_pms: read }] of Object.entries(add)) {
            const raws = given
              .filter((one) => one.table === table)
              .flatMap(({ values }) => values.map(({ raw }) => raw));
            expect(raws).toEqual(expect.arrayContaining([...Object.values(to_pms), ...Object.keys(read)]));
            const canonical = CANONICAL[table as ValueList['table']];
            if (canonical !== undefined)
              expect(canonical).toEqual(expect.arrayContaining([...Object.keys(to_pms), ...Object.values(read)]));
          }
        },
      ),
    );
  });
});

describe('how the words of a PMS stand to a table', () => {
  it('names values that would be refused, words that are not read, and words that are gone', () => {
    const tables: ValueTables = { severity: { to_pms: { routine: '0', urgent: 'old' }, from_pms: { 0: 'routine' } } };
    const [report] = mappingReport([list('severity', 'Standard', 'High')], tables);
    expect(report).toMatchObject({
      no_word: ['life_safety', 'emergency'],
      not_read: [{ raw: '1', name: 'High' }],
      gone: ['old'],
      empty: false,
    });
    expect(isIncomplete(report!)).toBe(true);
  });

  it('asks for no word for what somebody has decided not to write, nor proposes one', () => {
    const own: ValueTables = { severity: { to_pms: { urgent: '1' }, from_pms: {}, refused: ['emergency'] } };
    const file = { severity: { to_pms: { life_safety: null, urgent: null }, from_pms: { 0: 'routine', 1: 'urgent' } } };
    const tables = withMappings(own, MappingFile.parse(file));
    expect(tables.severity).toEqual({
      to_pms: {},
      from_pms: { 0: 'routine', 1: 'urgent' },
      refused: ['emergency', 'life_safety', 'urgent'],
    });
    expect(mappingReport([list('severity', 'Standard', 'High')], tables)[0]!.no_word).toEqual(['routine']);
    expect(proposeMappings([list('severity', 'Routine', 'Urgent')], tables, []).add.severity?.to_pms).toEqual({
      routine: '0',
    });
    expect(() => wordFor(tables, 'severity', 'urgent')).toThrow(/no word for the severity "urgent"/);
    // A word in the file counts before what the vendor's own table refuses.
    const again = withMappings(own, MappingFile.parse({ severity: { to_pms: { emergency: '1' } } }));
    expect(again.severity).toMatchObject({ to_pms: { emergency: '1', urgent: '1' } });
    expect(again.severity).not.toHaveProperty('refused');
  });

  it('asks for nothing to be written where nothing is ever written', () => {
    const tables: ValueTables = { vendor_trade: { to_pms: {}, from_pms: { 0: 'plumbing' } } };
    const [report] = mappingReport([list('vendor_trade', 'Plumber')], tables);
    expect(isIncomplete(report!)).toBe(false);
  });

  it('is content with an open table that has entries, though the PMS has more words', () => {
    const tables: ValueTables = { lead_source: { to_pms: { Zillow: '0' }, from_pms: { 0: 'Zillow' } } };
    const [report] = mappingReport([list('lead_source', 'Zillow', 'Radio')], tables);
    expect(report!.not_read).toHaveLength(1);
    expect(isIncomplete(report!)).toBe(false);
    expect(isIncomplete(mappingReport([list('lead_source', 'Zillow')], {})[0]!)).toBe(true);
  });
});
