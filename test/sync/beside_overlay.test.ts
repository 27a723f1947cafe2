import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capabilities, FieldCapability } from '../../src/connectors/connector.ts';
import { SANDBOX_CAPABILITIES } from '../../src/connectors/sandbox/capabilities.ts';
import { type Kept, NOTHING_KEPT } from '../../src/mirror/sidecar.ts';
import { type Command, COMMANDS } from '../../src/model/commands.ts';
import { changed } from '../../src/model/record_change.ts';
import { type RecordKind, RECORDS, Vendor, WorkOrder } from '../../src/model/records.ts';
import { recordVersion } from '../../src/model/version.ts';
import { changesOf, type Known } from '../../src/sync/beside/changes.ts';
import { isPartlyOurs } from '../../src/sync/beside/held.ts';
import { asPmsShows, laidOver } from '../../src/sync/beside/overlay.ts';
import { patched } from '../../src/sync/beside/patch.ts';
import { patchesOf } from '../../src/sync/beside/patches.ts';
import { withSidecar } from '../../src/sync/beside/with_sidecar.ts';
import { prove } from '../../src/writeback/proof.ts';
import { commandsOn, RECORDS_TO_CHANGE } from './beside_commands.ts';

const beside: FieldCapability = { support: 'sidecar', readable: false, evidence: 'seen' };
const native: FieldCapability = { support: 'native', readable: true, evidence: 'seen' };

const vendor = (over: object = {}) => Vendor.parse({ id: '1', name: 'Able Plumbing', ...over });
const keeping = (fields: Kept['fields'], shown: Kept['shown'] = {}): Kept => ({ fields, shown, writes: [] });

describe('what is laid over a record of the PMS', () => {
  it.each([
    { what: 'fills what is open', own: {}, kept: { hourly_rate: 1 }, laid: { hourly_rate: 1 } },
    { what: 'fills an empty list', own: { trades: [] }, kept: { trades: ['hvac'] }, laid: { trades: ['hvac'] } },
    {
      what: 'fills parts of objects',
      own: { compliance: { w9_on_file: false } },
      kept: { compliance: { w9_on_file: true, workers_comp_exemption: 'folder 9' } },
      laid: { compliance: { licences: [], w9_on_file: false, workers_comp_exemption: 'folder 9' } },
    },
    { what: 'never takes the place of a value', own: { trades: ['pest'] }, kept: { trades: ['hvac'] }, laid: {} },
    { what: 'nor of zero or false', own: { hourly_rate: 0 }, kept: { hourly_rate: 5 }, laid: { hourly_rate: 0 } },
  ])('$what', ({ own, kept, laid }) => {
    const fields = { hourly_rate: native, trades: native };
    expect(laidOver('vendor', vendor(own), keeping(kept), fields)).toEqual(vendor({ ...own, ...laid }));
  });

  it('takes the place of what a PMS gives for a field that it has no place for', () => {
    const kept = keeping({ do_not_use: true, trades: ['hvac'] });
    const fields = { do_not_use: beside, trades: beside };
    expect(laidOver('vendor', vendor({ trades: ['general'] }), kept, fields)).toEqual(
      vendor({ do_not_use: true, trades: ['hvac'] }),
    );
  });

  it('joins the histories of both sides in the order of time', () => {
    const note = (minute: number) => ({ at: `2026-11-24T15:0${minute}:00.000Z`, text: `${minute}`, is_public: false });
    const order = (notes: object[]) => WorkOrder.parse({ ...RECORDS_TO_CHANGE.work_order, notes });
    const laid = laidOver('work_order', order([note(1), note(3)]), keeping({ notes: [note(2)] }), { notes: native });
    expect(laid).toEqual(order([note(1), note(2), note(3)]));
    expect(asPmsShows(laid, keeping({ notes: [note(2)] }), { notes: native })['notes']).toEqual([note(1), note(3)]);
  });

  it('stands for a word of the PMS only while that is how the value is written', () => {
    const order = WorkOrder.parse({ ...RECORDS_TO_CHANGE.work_order, severity: 'urgent' });
    const kept = keeping({}, { severity: { value: 'emergency', as: 'urgent' } });
    const severity = (shown_as: Record<string, string> | undefined, given = order) =>
      laidOver('work_order', given, kept, { severity: { ...native, ...(shown_as && { shown_as }) } }).severity;
    expect(severity({ emergency: 'urgent' })).toBe('emergency');
    expect(severity({ emergency: 'urgent' }, { ...order, severity: 'routine' })).toBe('routine');
    // The mapping file has words of their own for both by now.
    expect(severity(undefined)).toBe('urgent');
  });

  it('stands where a record of the PMS has no place for the field, and for nothing that the PMS says of one that has', () => {
    const order = WorkOrder.parse({ ...RECORDS_TO_CHANGE.work_order, entry: 'unknown' });
    const kept = keeping({}, { entry: { value: 'yes', as: 'yes' } });
    const entry = (missing_as: string | undefined, given = order) =>
      laidOver('work_order', given, kept, { entry: { ...native, ...(missing_as && { missing_as }) } }).entry;
    expect(entry('unknown')).toBe('yes');
    expect(entry(undefined)).toBe('unknown');
    expect(entry('unknown', { ...order, entry: 'no' })).toBe('no');
  });

  it('lets only canonical records out', () => {
    expect(() => laidOver('vendor', vendor(), keeping({ trades: ['magic'] }), { trades: beside })).toThrow('trades');
  });
});

type Holding = 'native' | 'beside' | 'shown_as';

/** Several values of these fields become one word. */
const WORDS: Readonly<Partial<Record<RecordKind, Record<string, Record<string, string>>>>> = {
  work_order: {
    severity: { life_safety: 'urgent', emergency: 'urgent' },
    status: {
      ...{ estimate_requested: 'in_progress', estimated: 'in_progress', assigned: 'in_progress' },
      ...{ scheduled: 'in_progress', ready_to_bill: 'work_done' },
    },
  },
  guest_card: { status: { qualified: 'contacted', toured: 'contacted', no_show: 'contacted' } },
  tour: { status: { toured: 'scheduled', no_show: 'scheduled' } },
};

/** A PMS that holds each field of a kind in one of three ways. */
function pmsThat(kind: RecordKind, holds: Readonly<Record<string, Holding>>, alone: boolean): Capabilities {
  const fields = Object.fromEntries(
    Object.keys(RECORDS[kind].shape).map((field): [string, FieldCapability] => {
      if (holds[field] === 'beside') return [field, beside];
      const shown_as = holds[field] === 'shown_as' ? WORDS[kind]?.[field] : undefined;
      return [field, { ...native, ...(shown_as && { shown_as }) }];
    }),
  );
  const record = { read: 'native', changes: 'none', freshness_seconds: 1, evidence: 'seen', fields } as const;
  const support = alone ? ('sidecar' as const) : ('native' as const);
  const commands = Object.fromEntries(
    Object.entries(SANDBOX_CAPABILITIES.commands).map(([name, one]) => [name, { ...one, support }]),
  ) as unknown as Capabilities['commands'];
  return { ...SANDBOX_CAPABILITIES, records: { [kind]: record }, commands };
}

type Fields = Record<string, unknown>;

/** What such a PMS has of a record. */
function ofPms(kind: RecordKind, record: Fields, { records }: Capabilities): Fields {
  const fields = records[kind]?.fields ?? {};
  const optional = Object.fromEntries(
    Object.entries(record).filter(([field]) => fields[field]?.support !== 'sidecar' || !isOptional(kind, field)),
  );
  const worded = Object.entries(optional).map(([field, value]) => [
    field,
    fields[field]?.shown_as?.[String(value)] ?? value,
  ]);
  return RECORDS[kind].parse(Object.fromEntries(worded)) as Fields;
}

function isOptional(kind: RecordKind, field: string): boolean {
  const shape = RECORDS[kind].shape as unknown as Record<string, { safeParse(value: unknown): { success: boolean } }>;
  return shape[field]?.safeParse(undefined).success === true;
}

/** What such a PMS has once a command was carried out, as far as it has a place for it. */
function carriedOut(kind: RecordKind, own: Fields, command: Command, known: Known, pms: Capabilities): Fields {
  const [change] = changesOf(command, known);
  const fields = pms.records[kind]?.fields ?? {};
  const held = (part: Readonly<Fields>) =>
    Object.fromEntries(
      Object.entries(part)
        .filter(([field]) => fields[field]?.support !== 'sidecar')
        .map(([field, value]) => [field, fields[field]?.shown_as?.[String(value)] ?? value]),
    );
  return changed(own, { set: held(change?.set ?? {}), add: held(change?.add ?? {}) });
}

/** What happened is told in the order of time, in whichever order it was heard of. */
function inOrderOfTime(record: object): Fields {
  const fields: Fields = { ...record };
  for (const history of ['notes', 'touches'])
    if (Array.isArray(fields[history]))
      fields[history] = (fields[history] as { at: string }[]).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return fields;
}

describe.each(['work_order', 'guest_card', 'tour', 'resident'] as const)('commands on a %s', (kind) => {
  const holding = fc.dictionary(
    fc.constantFrom(...Object.keys(RECORDS[kind].shape).filter((field) => !['id', 'property_id'].includes(field))),
    fc.constantFrom<Holding>('native', 'beside', 'shown_as'),
    { minKeys: 3, maxKeys: 40, noNullPrototype: true },
  );
  const commands = fc.array(commandsOn(kind), { minLength: 1, maxLength: 6 });
  const canonical = (record: object) => recordVersion(RECORDS[kind].parse(inOrderOfTime(record)));
  const everything: Capabilities = pmsThat(kind, {}, true);

  /** Carries commands out one after another, and compares what is read with what they say. */
  function carryOut(pms: Capabilities, own: Fields, given: readonly Command[], alone: boolean): void {
    const fields = pms.records[kind]?.fields ?? {};
    let theirs = ofPms(kind, own, pms);
    let kept: Kept = NOTHING_KEPT;
    let whole: Fields = laidOver(kind, theirs as never, kept, fields);
    for (const [index, command] of given.entries()) {
      const at = new Date(Date.parse('2026-11-24T15:00:00.000Z') + index * 60_000).toISOString();
      const known: Known = { before: whole, made: undefined, at };
      const [patch] = patchesOf(pms, command, known, kept);
      if (!alone) theirs = carriedOut(kind, theirs, command, known, pms);
      const next = patched(kept, patch, `w_${index}`) ?? kept;
      // Where nothing of it is kept, there is no step that would keep it.
      if (!alone && !isPartlyOurs(pms, command)) expect(next).toMatchObject({ fields: kept.fields, shown: kept.shown });
      const read: Fields = laidOver(kind, theirs as never, next, fields);
      const [change] = changesOf(command, known);
      expect(canonical(read)).toBe(canonical(changed(whole, change as never)));
      expect(prove(command, whole, read, everything)).toMatchObject({ proof: 'full' });
      const shown = Object.fromEntries(
        Object.entries(RECORDS[kind].parse(theirs)).filter(([field]) => fields[field]?.support !== 'sidecar'),
      );
      expect(recordVersion(asPmsShows(read, next, fields))).toBe(recordVersion(shown));
      kept = next;
      whole = read;
    }
  }

  it('read as they were meant, wherever each field is kept', () => {
    fc.assert(
      fc.property(holding, commands, (holds, given) =>
        carryOut(pmsThat(kind, holds, false), RECORDS_TO_CHANGE[kind], given, false),
      ),
      { numRuns: 300 },
    );
  });

  it('read as they were meant where the PMS is told nothing', () => {
    fc.assert(
      fc.property(holding, commands, (holds, given) =>
        carryOut(pmsThat(kind, holds, true), RECORDS_TO_CHANGE[kind], given, true),
      ),
      { numRuns: 300 },
    );
  });

  it('read as they were meant where Caretaker holds the record alone', () => {
    fc.assert(
      fc.property(commands, (given) => {
        let kept: Kept = { ...NOTHING_KEPT, fields: { ...RECORDS_TO_CHANGE[kind], id: 'ct_1' } };
        for (const command of given.map((one) => ({ ...one, [`${kind}_id`]: 'ct_1' }) as Command)) {
          const known: Known = { before: kept.fields, made: undefined, at: '2026-11-24T15:00:00.000Z' };
          const [patch] = patchesOf(SANDBOX_CAPABILITIES, command, known, undefined);
          const { only_from: _in_order, ...always } = patch;
          const next = patched(kept, always, 'w_1') as Kept;
          const [change] = changesOf(command, known);
          expect(canonical(next.fields)).toBe(canonical(changed(kept.fields, change as never)));
          expect(prove(command, kept.fields, next.fields, SANDBOX_CAPABILITIES)).toMatchObject({ proof: 'full' });
          kept = next;
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('promises to keep nothing that has to be in the PMS', () => {
  const options = {} as Parameters<typeof withSidecar>[1];
  for (const kind of ['post_charge', 'update_lease', 'create_work_order'] as const) {
    const commands = { ...SANDBOX_CAPABILITIES.commands };
    commands[kind] = { ...commands[kind], support: 'sidecar' };
    const inner = { capabilities: { ...SANDBOX_CAPABILITIES, commands } } as Parameters<typeof withSidecar>[0];
    expect(() => withSidecar(inner, options)).toThrow(kind);
  }
  expect(Object.keys(COMMANDS)).toContain('post_charge');
});
