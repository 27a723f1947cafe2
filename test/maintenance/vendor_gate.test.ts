import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRegulated, vendorGate } from '../../src/maintenance/vendor_gate.ts';
import { aVendor } from './portfolio.ts';

const input = { visit_date: '2026-11-25', trade: 'plumbing', state: 'TX', today: '2026-11-24' } as const;
const codes = (vendor: ReturnType<typeof aVendor>, change: object = {}) =>
  vendorGate(vendor, { ...input, ...change }).reasons.map((r) => r.code);

describe('the gate', () => {
  it.each<[string, object, object, string[]]>([
    ['all in order', {}, {}, []],
    ['inactive', { is_active: false }, {}, ['inactive']],
    ['do not use', { do_not_use: true }, {}, ['do_not_use']],
    ['liability unknown', {}, { general_liability_expires: undefined }, ['liability_unknown']],
    ['liability expired', {}, { general_liability_expires: '2026-11-24' }, ['liability_expired']],
    ['liability on its last day', {}, { general_liability_expires: '2026-11-25' }, []],
    ['workers’ compensation unknown', {}, { workers_comp_expires: undefined }, ['workers_comp_unknown']],
    ['workers’ compensation expired', {}, { workers_comp_expires: '2026-01-01' }, ['workers_comp_expired']],
    ['exempt', {}, { workers_comp_expires: undefined, workers_comp_exemption: 'form on file' }, []],
    ['exempt though expired', {}, { workers_comp_expires: '2020-01-01', workers_comp_exemption: 'form' }, []],
    [
      'a blank exemption is none',
      {},
      { workers_comp_expires: undefined, workers_comp_exemption: ' ' },
      ['workers_comp_unknown'],
    ],
    ['no licence', {}, { licences: [] }, ['licence_unknown']],
    ['licence without a date', {}, { licences: [{ trade: 'plumbing', number: '1' }] }, ['licence_unknown']],
    [
      'licence expired',
      {},
      { licences: [{ trade: 'plumbing', number: '1', expires: '2026-11-24' }] },
      ['licence_expired'],
    ],
    [
      'licence of another state',
      {},
      { licences: [{ trade: 'plumbing', number: '1', state: 'OK', expires: '2030-01-01' }] },
      ['licence_unknown'],
    ],
    [
      'licence of another trade',
      {},
      { licences: [{ trade: 'hvac', number: '1', expires: '2030-01-01' }] },
      ['licence_unknown'],
    ],
    [
      'a renewed licence beside the old one',
      {},
      {
        licences: [
          { trade: 'plumbing', number: '1', expires: '2020-01-01' },
          { trade: 'plumbing', number: '2', expires: '2030-01-01' },
        ],
      },
      [],
    ],
    [
      'everything at once',
      { is_active: false, do_not_use: true },
      { general_liability_expires: undefined, workers_comp_expires: undefined, licences: [] },
      ['inactive', 'do_not_use', 'liability_unknown', 'workers_comp_unknown', 'licence_unknown'],
    ],
  ])('%s', (_, change, compliance, expected) => {
    const vendor = aVendor(change, compliance);
    expect(codes(vendor)).toEqual(expected);
    expect(vendorGate(vendor, input).allowed).toBe(expected.length === 0);
  });

  it('asks for a licence only in regulated trades', () => {
    expect(codes(aVendor({}, { licences: [] }), { trade: 'painting' })).toEqual([]);
    expect(isRegulated('locksmith', 'tx')).toBe(true);
    expect(isRegulated('locksmith', 'OH')).toBe(false);
    expect(isRegulated('electrical', 'OH')).toBe(true);
  });

  it('only warns of a missing W-9', () => {
    const gate = vendorGate(aVendor({}, { w9_on_file: undefined }), input);
    expect(gate.allowed).toBe(true);
    expect(gate.warnings).toEqual(['No W-9 on file: needed before payment.']);
  });

  it('says which days are covered', () => {
    const vendor = aVendor({}, { general_liability_expires: '2026-11-25' });
    const gate = vendorGate(vendor, { ...input, visit_date: '2026-11-26' });
    expect(gate).toMatchObject({ allowed: false, insured_until: '2026-11-25' });
    expect(gate.note).toBe('Insured until Nov 25, 2026: Nov 24 and Nov 25 yes, Nov 26 no.');
    expect(gate.reasons[0]?.message).toContain('expires on Nov 25, 2026, before the visit');
    expect(vendorGate(aVendor(), input).note).toBe('Insured until Jun 30, 2027.');
  });

  it('is monotone in the day: who may come later may come earlier', () => {
    const day = fc
      .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2028-12-31T00:00:00Z'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, day, day, day, day, (a, b, liability, comp, licence) => {
        const vendor = aVendor(
          {},
          {
            general_liability_expires: liability,
            workers_comp_expires: comp,
            licences: [{ trade: 'plumbing', number: '1', expires: licence }],
          },
        );
        const [early, late] = a < b ? [a, b] : [b, a];
        const allowed = (visit_date: string) => vendorGate(vendor, { ...input, visit_date }).allowed;
        if (allowed(late)) expect(allowed(early)).toBe(true);
        const last = [liability, comp, licence].sort()[0] ?? '';
        expect(allowed(late)).toBe(late <= last);
      }),
    );
  });
});
