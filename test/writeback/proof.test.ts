import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { prove } from '../../src/writeback/proof.ts';

const command: Command = {
  kind: 'create_work_order',
  property_id: '11',
  unit_id: '301',
  title: 'Leak',
  description: 'Leak under the sink in "½"',
  trade: 'plumbing',
  severity: 'urgent',
  entry: 'yes',
  file_ids: [],
};

const stored = {
  id: '1',
  number: '10001',
  property_id: '11',
  unit_id: '301',
  title: 'Leak',
  description: 'Leak under the sink in "½"',
  trade: 'plumbing',
  severity: 'urgent',
  status: 'new',
  entry: 'yes',
  notes: [],
  bill_ids: [],
  file_ids: [],
  created_at: '2026-11-24T15:00:00.000Z',
};

const field = (readable: boolean) => ({ support: 'native', readable, evidence: 'seen' }) as const;

function capabilities(unreadable: readonly string[] = []): Capabilities {
  const fields = Object.fromEntries(Object.keys(stored).map((name) => [name, field(!unreadable.includes(name))]));
  return {
    pms: 'test',
    records: { work_order: { read: 'native', changes: 'none', freshness_seconds: 1, evidence: 'seen', fields } },
    commands: {} as Capabilities['commands'],
    calendar: 'pms',
    settling: { late_commit_ms: 0, read_lag_ms: 0 },
    request_deadline_ms: 1_000,
  };
}

describe('proof by read-back', () => {
  it('is full where every field came back equal', () => {
    const proof = prove(command, undefined, stored, capabilities());
    expect(proof.proof).toBe('full');
    expect(proof.fields).toMatchObject({ description: 'verified', severity: 'verified', unit_id: 'verified' });
  });

  it.each([
    ['lost', { description: undefined }, 'description'],
    ['shortened', { description: 'Leak under' }, 'description'],
    ['mapped to something else', { severity: 'routine' }, 'severity'],
    ['put on another unit', { unit_id: '302' }, 'unit_id'],
    ['mangled in its letters', { description: 'Leak under the sink in "1/2"' }, 'description'],
  ])('names a field that was %s', (_how, change, name) => {
    const proof = prove(command, undefined, { ...stored, ...change }, capabilities());
    expect(proof).toMatchObject({ proof: 'partial', fields: { [name]: 'not_stored' } });
  });

  it('never calls a field proved that the PMS does not show', () => {
    const proof = prove(command, undefined, stored, capabilities(['entry']));
    expect(proof).toMatchObject({ proof: 'partial', fields: { entry: 'not_readable', title: 'verified' } });
  });

  it('proves nothing of a field that is only kept beside the PMS, unless the PMS has no part in it', () => {
    const known = capabilities();
    const order = known.records.work_order!;
    const beside = { support: 'sidecar', readable: true, evidence: 'seen' } as const;
    const work_order = { ...order, fields: { ...order.fields, entry: beside, title: beside } };
    const records = { work_order };
    const fields = { entry: 'not_readable', title: 'not_readable', severity: 'verified' };
    const held = { ...known, records };
    expect(prove(command, undefined, stored, held)).toMatchObject({ proof: 'partial', fields });
    expect(prove(command, undefined, { ...stored, id: 'ct_1' }, held).proof).toBe('full');
    const ours = { create_work_order: { support: 'sidecar', evidence: 'seen', steps: [] } };
    const alone = { ...held, commands: ours as unknown as Capabilities['commands'] };
    expect(prove(command, undefined, stored, alone).proof).toBe('full');
    const lost = prove(command, undefined, { ...stored, entry: 'no' }, alone);
    expect(lost).toMatchObject({ proof: 'partial', fields: { entry: 'not_stored' } });
  });

  it('sees that an assignment took the former vendor away', () => {
    const assign: Command = {
      kind: 'assign_work_order',
      work_order_id: '1',
      property_id: '11',
      technician_id: '7',
      visit: { start: '2026-11-25T15:00:00.000Z' },
    };
    const after = { ...stored, technician_id: '7', visit: { start: '2026-11-25T15:00:00.000Z' } };
    expect(prove(assign, stored, after, capabilities()).proof).toBe('full');
    expect(prove(assign, stored, { ...after, vendor_id: '501' }, capabilities()).fields).toMatchObject({
      vendor_id: 'not_stored',
    });
  });

  it('sees a note that is missing at the end of the history', () => {
    const note: Command = {
      kind: 'add_work_order_note',
      work_order_id: '1',
      property_id: '11',
      note: { text: 'worse', is_public: false },
    };
    const before = { ...stored, notes: [{ at: '2026-11-24T15:00:00.000Z', text: 'first', is_public: false }] };
    const after = {
      ...before,
      notes: [...before.notes, { at: '2026-11-24T15:01:00.000Z', text: 'worse', is_public: false }],
    };
    expect(prove(note, before, after, capabilities()).proof).toBe('full');
    expect(prove(note, before, before, capabilities()).fields).toEqual({ notes: 'not_stored' });
  });

  it.each([
    ['that others added one meanwhile', ['first'], ['first', 'theirs', 'worse'], 'verified'],
    ['that others took one away meanwhile', ['first'], ['worse'], 'verified'],
    ['that it says what another one says', ['worse'], ['worse', 'worse'], 'verified'],
    ['the loss of one that says what another one says', ['worse'], ['worse'], 'not_stored'],
  ])('minds %s', (_what, had, has, outcome) => {
    const note: Command = {
      kind: 'add_work_order_note',
      work_order_id: '1',
      property_id: '11',
      note: { text: 'worse', is_public: false },
    };
    const notes = (texts: readonly string[]) => ({
      ...stored,
      notes: texts.map((text) => ({ at: '2026-11-24T15:00:00.000Z', text, is_public: false })),
    });
    expect(prove(note, notes(had), notes(has), capabilities()).fields).toEqual({ notes: outcome });
  });
});
