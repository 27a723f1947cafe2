import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import { addressOf, describeOnEveryEngine } from '../store/engines.ts';
import { type ChaosOutcome, runChaos } from './chaos.ts';
import { judge, type Promised } from './checks.ts';
import type { Facts } from './facts.ts';
import type { ChaosOptions } from './options.ts';
import { keyringOf } from './settings.ts';

const SHORT: ChaosOptions = {
  ...{ writes: 120, kills: 4, pauses: 0, fault_rate: 0.25, callers: 12, decisions: 2 },
  ...{ servers: 3, seed: 7, personality: 'marker' },
};

/** It takes about half a minute; on a machine that is busy with other tests, several. */
const LONGEST_MS = 300_000;

function promisedIn({ memory }: ChaosOutcome): Promised {
  return { told: memory.told, asked: [...memory.asked.values()] };
}

describeOnEveryEngine('a short run of chaos', (open) => {
  let outcome: ChaosOutcome;
  let store: Store;
  const stop = new AbortController();
  afterAll(() => stop.abort());
  beforeAll(async () => {
    store = await open();
    // Replicas are more, and all of them wait for one row: fewer callers make as many writes in the same time.
    const size = store.engine === 'sqlite' ? { servers: 3 } : { servers: 4, callers: 6 };
    outcome = await runChaos({ ...SHORT, ...size }, addressOf(store), () => {}, stop.signal);
  }, LONGEST_MS);

  it('loses nothing, doubles nothing and proves everything', () => {
    const { lost, doubled, broken } = outcome.verdict;
    expect({ lost, doubled, broken }).toEqual({ lost: 0, doubled: 0, broken: [] });
    expect(outcome.kills).toBe(SHORT.kills);
    expect(outcome.verdict.writes).toBeGreaterThan(SHORT.writes / 2);
  });

  describe('is judged by checks that', () => {
    const rulesOf = (change: Partial<Facts>, promised = promisedIn(outcome)) => {
      const verdict = judge({ ...outcome.facts, ...change }, promised);
      return { ...verdict, rules: new Set(verdict.broken.map(({ rule }) => rule)) };
    };
    /** A write that is done and made a record, and its effect. */
    const sample = () => {
      const write = outcome.facts.writes.find(
        ({ row, command }) => row.state === 'done' && command.kind === 'create_work_order',
      )!;
      return { write, id: write.row.write_id, effects: outcome.facts.effects };
    };
    const isOf = (id: string) => (effect: { label: string }) => effect.label.startsWith(`${id}/`);

    it('find nothing where nothing is wrong', () => {
      expect(rulesOf({}).broken).toEqual([]);
    });

    it('see an effect that the PMS counts twice', () => {
      const { id, effects } = sample();
      const verdict = rulesOf({ effects: [...effects, effects.find(isOf(id))!] });
      expect(verdict.doubled).toBe(1);
      expect(verdict.rules).toContain('what is done has each effect once');
    });

    it('see an effect that is missing', () => {
      const { id, effects } = sample();
      const verdict = rulesOf({ effects: effects.filter((effect) => !isOf(id)(effect)) });
      expect(verdict.lost).toBe(1);
      expect(verdict.rules).toContain('what is done has each effect once');
    });

    it('miss no effect of a change to what was there already, and every other', () => {
      const { writes, effects } = outcome.facts;
      const write = writes.find(
        ({ row, command }) =>
          row.state === 'done' && command.kind === 'update_work_order' && command.note === undefined,
      )!;
      const without = effects.filter((effect) => !isOf(write.row.write_id)(effect));
      const lostWith = (before: Record<string, unknown>) =>
        rulesOf({ writes: writes.map((one) => (one === write ? { ...one, before } : one)), effects: without }).lost;
      // The run itself may have asked for what was there already, so both cases are made here.
      expect(lostWith({ ...write.before, status: 'new', description: 'Something else' })).toBe(1);
      expect(lostWith({ ...write.before, ...(write.command as object) })).toBe(0);
    });

    it('see an effect of what was said to have failed', () => {
      const { write, id } = sample();
      const writes = outcome.facts.writes.map((one) =>
        one === write ? { ...one, row: { ...one.row, state: 'failed' as const } } : one,
      );
      expect(rulesOf({ writes }).broken).toContainEqual(
        expect.objectContaining({ rule: 'what is not to be done has no effect', write_id: id }),
      );
    });

    it('see a row that was deleted', () => {
      const { write } = sample();
      const verdict = rulesOf({ writes: outcome.facts.writes.filter((one) => one !== write) });
      expect(verdict.lost).toBeGreaterThan(0);
      expect(verdict.rules).toEqual(
        new Set([
          'each effect has its ledger row',
          'every write that was named is in the ledger',
          'an accepted request has one row',
        ]),
      );
    });

    it('see a write that stands still', () => {
      const { write } = sample();
      const writes = outcome.facts.writes.map((one) =>
        one === write ? { ...one, row: { ...one.row, state: 'unknown' as const } } : one,
      );
      const verdict = rulesOf({ writes });
      expect(verdict.lost).toBe(1);
      expect(verdict.rules).toContain('every write comes to an end');
    });

    it('see a record that two writes claim', () => {
      const { write } = sample();
      const other = outcome.facts.writes.find(
        (one) => one !== write && one.row.state === 'done' && one.command.kind === 'create_work_order',
      )!;
      const writes = outcome.facts.writes.map((one) =>
        one === other ? { ...one, row: { ...one.row, record_id: write.row.record_id } } : one,
      );
      expect(rulesOf({ writes }).rules).toContain('two writes never claim one record');
    });

    it('see a proof that the PMS does not bear out', () => {
      const { write } = sample();
      const { state } = outcome.facts;
      const work_order = state.work_order.map((one) =>
        one.id === write.row.record_id ? { ...one, description: 'Something else' } : one,
      );
      expect(rulesOf({ state: { ...state, work_order } }).broken).toEqual([
        expect.objectContaining({ rule: 'a proof is what the PMS shows', write_id: write.row.write_id }),
      ]);
    });

    it('see effects on one record in another order', () => {
      const { effects } = outcome.facts;
      const byRecord = Map.groupBy(effects, ({ kind, record_id }) => `${kind}/${record_id}`);
      const several = [...byRecord.values()].find((all) => all.length > 2)!;
      const turned = [...effects.filter((one) => !several.includes(one)), ...several.toReversed()];
      expect(rulesOf({ effects: turned }).rules).toContain('effects come in the order of recording');
    });

    it('see a simulated PMS that was slower than it says', () => {
      expect(rulesOf({ beyond_limits: 1 }).rules).toContain('the simulated PMS keeps its own limits');
    });

    it('see an audit log that lacks an entry', () => {
      const { id } = sample();
      const entries = new Map(outcome.facts.entries);
      entries.delete(id);
      expect(rulesOf({ entries }).rules).toContain('each effect has its audit entry');
    });

    it('see what was done though the caller was told that nothing was changed', () => {
      const { write } = sample();
      const asked = promisedIn(outcome).asked.map((one) =>
        one.request_id === write.row.request_id ? { ...one, outcome: 'refused' as const } : one,
      );
      expect(rulesOf({}, { ...promisedIn(outcome), asked }).rules).toContain('what was refused was not recorded');
    });
  });

  it('is judged by an audit log in which no entry can be changed', async () => {
    await store.transaction((trx) =>
      trx.updateTable('audit_entries').set({ actor: 'somebody else' }).where('seq', '=', 9).execute(),
    );
    const keyring = KeyRing.fromEnvironment(keyringOf(SHORT.seed), { sandboxOnly: false });
    const audit = await verifyAudit(store, keyring);
    expect(judge({ ...outcome.facts, audit }, promisedIn(outcome)).broken).toEqual([
      expect.objectContaining({ rule: 'the audit chain is intact', evidence: '{"seq":9,"why":"entry_changed"}' }),
    ]);
  });
});
