import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VendorError, type Capabilities, type StepContext } from '../../src/connectors/connector.ts';
import { COMMAND_KINDS, COMMANDS, type CommandKind } from '../../src/model/commands.ts';
import { RECORD_KINDS, type RecordKind } from '../../src/model/records.ts';
import { withoutMarker } from '../../src/connectors/kit/markers.ts';
import { prove } from '../../src/writeback/proof.ts';
import { naughtyStrings, rowsOf } from '../fixtures/rows.ts';
import { openLedger } from './ledger.ts';
import { carryOut, contextFor, openVendor, type VendorRig } from './rig.ts';
import { type Maker, type Sample, sampleOf, type State } from './samples.ts';

type Fields = Record<string, unknown>;

const LISTED_BY_VENDOR = new Set(['native', 'mapped']);

/** What a vendor is known to do differently, with the reason; everything else is the same for all. */
export interface Conformance {
  pms: string;
  /** Opens the connector and the PMS behind it; by default the vendor's simulator. */
  open?(): Promise<VendorRig>;
  /** Settings of the connection besides those that the simulator offers. */
  settings?: object;
  /** Whether this connection reads what the PMS holds as a record of that kind, where others read it as none. */
  reads?(kind: RecordKind, record: { id: string }): boolean;
  /** Scope of a record, for vendors whose properties have ids of their own. */
  scopeOf?(record: { property_id?: string; id?: string }): string;
  /** Fields that lists leave out, by kind: reading them takes a request per record. */
  not_in_lists?: Partial<Record<RecordKind, readonly string[]>>;
  /** Fields that come of others and that the simulator does not work out. */
  derived?: Partial<Record<RecordKind, readonly string[]>>;
  /** Kinds that are read out of records of another kind. */
  derived_kinds?: readonly RecordKind[];
  /** The connector's id of a record, where it is not the one that the PMS shows. */
  idOf?(kind: RecordKind, record: { id: string; [field: string]: unknown }): string;
  /** Commands in the form that this vendor takes, where it is another one than that of all others. */
  samples?: Readonly<Partial<Record<CommandKind, Maker>>>;
  /** Units of the portfolio; more where every command has to find something to be carried out on. */
  units?: number;
}

/** What makes the record that a command changes. */
const NEEDS: Readonly<Partial<Record<CommandKind, CommandKind>>> = {
  ...{ update_work_order: 'create_work_order', add_work_order_note: 'create_work_order' },
  ...{ assign_work_order: 'create_work_order', update_guest_card: 'create_guest_card', cancel_tour: 'schedule_tour' },
  ...{ reschedule_tour: 'schedule_tour', record_tour_outcome: 'schedule_tour', reverse_charge: 'post_charge' },
  ...{ reverse_bill: 'post_bill', reverse_journal_entry: 'post_journal_entry' },
};

const HOSTILE_IDS = [
  '../1',
  '..',
  '.',
  '1/../2',
  '1%2f2',
  "1'; drop table",
  '1;2',
  '"1"',
  '<1/>',
  ' ',
  '1?x=1',
  '1#2',
  '１',
];

/** What people write: lines that break things, of each kind one, and places as they are told. The codecs are tried with all. */
const HOSTILE_TEXTS = [
  ...naughtyStrings(12),
  ...rowsOf('unit-designators.csv').map(([designator, identifier]) => `Leak in ${designator} ${identifier}`.trim()),
  'Leak in unit “½”, 12 1/2 Main St.',
];

const NAMES = [
  ...['Anne-Marie O’Neill-Núñez', "D'Angelo van der Berg Jr.", '李小龍', 'Zoë Łukasiewicz', 'Cher'],
  ...rowsOf('person-names.csv').flatMap(([name = ''], index) => (index % 3 === 0 ? [name] : [])),
];

/** Fields of a kind that the PMS itself holds and shows. */
function shownFields(capabilities: Capabilities, kind: RecordKind): string[] {
  return Object.entries(capabilities.records[kind]?.fields ?? {})
    .filter(([, { support, readable }]) => readable && LISTED_BY_VENDOR.has(support))
    .map(([name]) => name);
}

const isHeld = (capabilities: Capabilities, kind: RecordKind) =>
  LISTED_BY_VENDOR.has(capabilities.records[kind]?.read ?? 'unsupported');

/** The fields of a record as its writer meant them: without markers, and of notes the text alone. */
function only(record: object | undefined, fields: readonly string[]): Fields {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = asMeant(field, (record as Fields | undefined)?.[field]);
      return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[field, value]];
    }),
  );
}

function asMeant(field: string, value: unknown): unknown {
  if (typeof value === 'string') return withoutMarker(value) || undefined;
  if (field !== 'notes' || !Array.isArray(value)) return value;
  return value.map(({ text }: { text: string }) => withoutMarker(text));
}

/** Everything that a vendor's connector has to do, whatever the vendor. */
export function describeConformance({
  pms,
  settings = {},
  open = () => openVendor(pms, { units }, settings),
  reads = () => true,
  scopeOf = () => '',
  not_in_lists = {},
  derived = {},
  derived_kinds = [],
  idOf = (_kind, { id }) => id,
  samples = {},
  units = 24,
}: Conformance): void {
  describe(`the connector to ${pms}`, () => {
    let rig: VendorRig;
    let state: State;
    let scopes: readonly string[];
    beforeAll(async () => {
      rig = await open();
      scopes = await rig.connector.scopes();
      state = await stateNow();
    });
    afterAll(() => rig.close());

    /** What the PMS holds, with the ids by which the connector knows it. */
    async function stateNow(): Promise<State> {
      const told = Object.entries(await rig.simulator.state()).map(([kind, records]) => [
        kind,
        (records as { id: string }[])
          .filter((record) => reads(kind as RecordKind, record))
          .map((record) => ({ ...record, id: idOf(kind as RecordKind, record) })),
      ]);
      const more = await Promise.all(derived_kinds.map(async (kind) => [kind, await listAll(kind)]));
      return Object.fromEntries([...told, ...more]) as State;
    }

    /** A command of a kind; where the portfolio has nothing left to carry it out on, that is made first. */
    async function sampleFor(kind: CommandKind): Promise<Sample | undefined> {
      const { capabilities } = rig.connector;
      const found = sampleOf(kind, await stateNow(), capabilities, {}, samples);
      const needs = NEEDS[kind];
      if (found !== undefined || needs === undefined) return found;
      const first = sampleOf(needs, await stateNow(), capabilities, {}, samples);
      if (first === undefined) return undefined;
      await carryOut(rig, first.command, scopeOf(first.command as { property_id?: string }), first.before);
      return sampleOf(kind, await stateNow(), capabilities, {}, samples);
    }

    const compared = (kind: RecordKind) =>
      shownFields(rig.connector.capabilities, kind).filter((field) => !derived[kind]?.includes(field));

    const capability = (kind: CommandKind) => rig.connector.capabilities.commands[kind];

    async function listAll(kind: RecordKind, limit?: number): Promise<Fields[]> {
      const found: Fields[] = [];
      for (const scope of scopes) {
        let cursor: string | undefined;
        do {
          const page = await rig.connector.list(kind, { scope, ...(cursor && { cursor }), ...(limit && { limit }) });
          found.push(...(page.records as unknown as Fields[]));
          cursor = page.next_cursor;
        } while (cursor !== undefined);
      }
      return found;
    }

    describe.each(RECORD_KINDS)('reading %s', (kind) => {
      it('pages to the end and agrees with what the PMS holds', async () => {
        const { capabilities } = rig.connector;
        if (!isHeld(capabilities, kind)) {
          await expect(rig.connector.list(kind, { scope: scopes[0] ?? '' })).rejects.toBeInstanceOf(VendorError);
          return;
        }
        const fields = compared(kind).filter((field) => !not_in_lists[kind]?.includes(field));
        const byId = (records: readonly object[]) =>
          new Map(records.map((record) => [(record as { id: string }).id, only(record, fields)]));
        const held = byId((state[kind] ?? []) as object[]);
        expect(byId(await listAll(kind))).toEqual(held);
        expect(new Set((await listAll(kind, 7)).map(({ id }) => id))).toEqual(new Set(held.keys()));
      });

      it('gives one record as the PMS holds it, and nothing for an id that is none', async () => {
        const { capabilities } = rig.connector;
        if (!isHeld(capabilities, kind)) return;
        const fields = compared(kind);
        for (const record of ((state[kind] ?? []) as { id: string; property_id?: string }[]).slice(0, 3)) {
          const scope = scopeOf(kind === 'property' ? { property_id: record.id } : record);
          expect(only(await rig.connector.get(kind, scope, record.id), fields)).toEqual(only(record, fields));
        }
      });

      it('lets no id leave its place', async () => {
        if (!isHeld(rig.connector.capabilities, kind)) return;
        for (const id of HOSTILE_IDS) {
          const found = await rig.connector.get(kind, scopes[0] ?? '', id).catch((error: unknown) => {
            expect(error).toBeInstanceOf(VendorError);
          });
          expect(found).toBeUndefined();
        }
      });
    });

    describe.each(COMMAND_KINDS)('%s', (kind) => {
      const { record } = COMMANDS[kind];

      it('is carried out, read back equal and seen by the PMS, or refused by name', async () => {
        const { capabilities } = rig.connector;
        const sample = LISTED_BY_VENDOR.has(capability(kind).support) ? await sampleFor(kind) : undefined;
        if (!LISTED_BY_VENDOR.has(capability(kind).support)) {
          expect(capability(kind).reason, `why ${pms} does not ${kind}`).toMatch(/\S/);
          return;
        }
        if (sample === undefined) throw new Error(`the portfolio of ${pms} has nothing to ${kind} on`);
        const { command, before } = sample;
        const scope = scopeOf(command as { property_id?: string });
        const { id } = await carryOut(rig, command, scope, before);
        const after = (await rig.connector.get(record, scope, id)) as Fields | undefined;
        expect(after, 'the record is read back').toBeDefined();
        const { fields } = prove(command, before, after as Fields, capabilities);
        const known = capabilities.records[record]?.fields ?? {};
        const lost = Object.entries(fields).filter(
          ([field, outcome]) =>
            outcome === 'not_stored' && known[field]?.shown_as === undefined && known[field]?.support !== 'unsupported',
        );
        expect(lost).toEqual([]);
        const inside = ((await stateNow())[record] as unknown as Fields[]).find((one) => one['id'] === id);
        const shown = compared(record);
        expect(only(after, shown)).toEqual(only(inside, shown));
      });

      it('has exactly one effect when the answer is lost, and none when the request is', async () => {
        const { connector, simulator } = rig;
        if (!LISTED_BY_VENDOR.has(capability(kind).support)) return;
        const sample = await sampleFor(kind);
        if (sample === undefined) throw new Error(`the portfolio of ${pms} has nothing to ${kind} on`);
        const { command, before } = sample;
        const scope = scopeOf(command as { property_id?: string });
        const context: StepContext = contextFor(scope, before);
        const [step] = connector.compile(command);
        if (step === undefined) return;
        const signal = new AbortController().signal;
        const request = await connector.prepare(command, 0, context);
        const locate = () => connector.locate(command, 0, request, context, signal);
        const count = async () => (await simulator.effects()).length;

        const start = await count();
        await simulator.fault({ how: 'drop_before_commit', on: 'write' });
        await expect(connector.send(request, signal)).rejects.toMatchObject({ code: 'outcome_unknown' });
        expect(await count()).toBe(start);
        if (step.retry !== 'none') expect(await locate()).toMatchObject({ outcome: 'absent' });

        await simulator.fault({ how: 'commit_then_drop', on: 'write' });
        await expect(connector.send(request, signal)).rejects.toMatchObject({ code: 'outcome_unknown' });
        expect(await count()).toBe(start + 1);
        if (step.retry === 'none') return;
        const located = await locate();
        // What the PMS does not show is told by its key alone: the same request again has no second effect.
        if (step.retry === 'idempotency_key' && located.outcome === 'absent' && !located.covers_all) {
          await connector.send(request, signal);
          expect(await count()).toBe(start + 1);
        } else expect(located).toMatchObject({ outcome: 'found' });
        // However late it is looked for: a PMS may be away for days.
        rig.time.now += 10 * 86_400_000;
        const late = await locate();
        rig.time.now -= 10 * 86_400_000;
        if (late.outcome === 'absent') expect(late.covers_all, 'what it says after ten days').toBe(false);
      });
    });

    describe('through the ledger', () => {
      const FAULTS = [
        ...(['commit_then_drop', 'drop_before_commit', 'error_before_commit', 'error_after_commit'] as const).map(
          (how) => ({ how }),
        ),
        ...(['seconds', 'date', 'none'] as const).map((retry_after) => ({ how: 'throttle' as const, retry_after })),
        ...[{ how: 'late_commit' as const, ms: 20_000 }, { how: 'truncated_body' as const }],
        ...[
          { how: 'nonsense' as const, shape: 'html' as const },
          { how: 'stale_reads' as const, ms: 5_000 },
        ],
      ];
      let ledger: Awaited<ReturnType<typeof openLedger>>;
      beforeAll(async () => {
        ledger = await openLedger(rig);
      });
      afterAll(() => ledger.close());

      it.each(FAULTS)('a change has one effect, or a person is told: $how $retry_after', async (fault) => {
        for (const kind of COMMAND_KINDS) {
          if (!LISTED_BY_VENDOR.has(capability(kind).support)) continue;
          const sample = await sampleFor(kind);
          if (sample === undefined) continue;
          const scope = scopeOf(sample.command as { property_id?: string });
          const steps = ledger.connector.compile(sample.command).filter(({ local }) => local !== true).length;
          const before = sample.before && (await ledger.connector.get(COMMANDS[kind].record, scope, sample.before.id));
          const start = (await rig.simulator.effects()).length;
          await rig.simulator.fault({ ...fault, on: 'write' });
          const { state: end } = await ledger.carryThrough(sample.command, scope, before);
          const effects = (await rig.simulator.effects()).length - start;
          if (end === 'done') expect([kind, effects]).toEqual([kind, steps]);
          else {
            expect([kind, end]).toEqual([kind, 'needs_attention']);
            expect(effects, kind).toBeLessThanOrEqual(steps);
          }
          await rig.simulator.order({ clear: true });
        }
      });
    });

    it('keeps every limit that it tells of', async () => {
      const { capabilities } = rig.connector;
      for (const kind of COMMAND_KINDS) {
        const { record, creates } = COMMANDS[kind];
        if (!creates || !LISTED_BY_VENDOR.has(capability(kind).support)) continue;
        const sample = await sampleFor(kind);
        if (sample === undefined) continue;
        const texts = Object.entries(sample.command).filter(([, value]) => typeof value === 'string');
        for (const [field] of texts) {
          const most = capabilities.records[record]?.fields[field]?.max_length;
          if (most === undefined) continue;
          const long = await sampleFor(kind);
          const command = { ...long!.command, [field]: 'x'.repeat(most + 1) } as typeof sample.command;
          const scope = scopeOf(command as { property_id?: string });
          const outcome = await carryOut(rig, command, scope, long!.before).then(
            async ({ id }) => {
              const after = (await rig.connector.get(record, scope, id)) as Fields;
              return prove(command, long!.before, after, capabilities).fields[field];
            },
            (error: unknown) => (error as VendorError).code,
          );
          expect([kind, field, outcome]).toEqual([
            kind,
            field,
            expect.stringMatching(/^(not_stored|refused|unsupported)$/),
          ]);
        }
      }
    });

    it('keeps hostile text as it is, or says that it did not', async () => {
      const { capabilities } = rig.connector;
      const kind = 'create_work_order';
      if (!LISTED_BY_VENDOR.has(capability(kind).support)) return;
      for (const text of HOSTILE_TEXTS) {
        const sample = sampleOf(kind, state, capabilities, { description: text });
        if (sample === undefined) throw new Error('nothing to report on');
        const scope = scopeOf(sample.command as { property_id?: string });
        const { id } = await carryOut(rig, sample.command, scope);
        const after = (await rig.connector.get('work_order', scope, id)) as Fields;
        const { fields } = prove(sample.command, undefined, after, capabilities);
        expect([after['description'], fields['description']]).toEqual([text, 'verified']);
      }
    });

    it('keeps names of people as they are, or says that it did not', async () => {
      const { capabilities } = rig.connector;
      const kind = 'create_guest_card';
      if (!LISTED_BY_VENDOR.has(capability(kind).support)) return;
      for (const name of [...NAMES, ...naughtyStrings(40)]) {
        const { command, before } = sampleOf(kind, state, capabilities, { name }, samples)!;
        const scope = scopeOf(command as { property_id?: string });
        const outcome = await carryOut(rig, command, scope, before).then(
          async ({ id }) => {
            const after = (await rig.connector.get('guest_card', scope, id)) as Fields;
            const { fields } = prove(command, before, after, capabilities);
            return after['name'] === name ? 'kept' : fields['name'];
          },
          (error: unknown) => (error as VendorError).code,
        );
        expect([name, outcome]).toEqual([
          name,
          expect.stringMatching(/^(kept|not_stored|not_readable|refused|unsupported)$/),
        ]);
      }
    });

    it('tells nothing of its credentials when it fails', async () => {
      const { connector, simulator, secrets } = rig;
      expect(secrets.length).toBeGreaterThan(0);
      for (const fault of ['error_on_read', 'nonsense', 'truncated_body'] as const) {
        await simulator.fault({ how: fault, on: 'read' });
        const error = await connector.list('unit', { scope: scopes[0] ?? '' }).then(
          () => undefined,
          (failure: unknown) => failure,
        );
        expect(error).toBeInstanceOf(VendorError);
        const told = JSON.stringify([(error as VendorError).message, (error as VendorError).field, String(error)]);
        for (const secret of secrets) expect(told).not.toContain(secret);
      }
    });

    it('says of every field that a command sets what becomes of it', () => {
      const { commands, records } = rig.connector.capabilities;
      for (const kind of COMMAND_KINDS) {
        if (!LISTED_BY_VENDOR.has(commands[kind].support)) continue;
        const sample = sampleOf(kind, state, rig.connector.capabilities, {}, samples);
        const fields = records[COMMANDS[kind].record]?.fields ?? {};
        const named = Object.keys(sample?.command ?? {}).filter((name) => name in fields);
        expect(named.filter((name) => fields[name]?.support === undefined)).toEqual([]);
      }
    });

    it('costs no more requests than it says', async () => {
      const { connector, simulator } = rig;
      for (const kind of ['create_work_order', 'assign_work_order'] as const) {
        const said = capability(kind).requests;
        if (!LISTED_BY_VENDOR.has(capability(kind).support)) continue;
        const sample = sampleOf(kind, await stateNow(), connector.capabilities, {}, samples);
        if (sample === undefined) continue;
        const scope = scopeOf(sample.command as { property_id?: string });
        const start = (await simulator.requests()).total;
        const { id } = await carryOut(rig, sample.command, scope, sample.before);
        await connector.get('work_order', scope, id);
        const cost = (await simulator.requests()).total - start;
        expect(said, `${kind} says what it costs`).toBeDefined();
        expect(cost, kind).toBeLessThanOrEqual(said as number);
        expect(cost, kind).toBeLessThanOrEqual(6);
      }
    });
  });
}
