import { type AuditVerdict, verifyAudit } from '../../src/audit/verify.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import type { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import { parseState } from '../../src/writeback/states.ts';
import { openWrite, type OpenWrite } from '../../src/writeback/open_write.ts';
import type { StepRow } from '../../src/writeback/step_rows.ts';
import type { AcceptedWrite } from '../simulators/faulty/books.ts';
import type { FaultySimulator } from '../simulators/faulty/start.ts';
import { withoutMarkers } from '../simulators/faulty/markers.ts';

/** One audit entry about a write. */
export interface Entry {
  seq: number;
  action: string;
}

/** What there is to be judged: the ledger, the audit log, and the PMS's own count and books. */
export interface Facts {
  writes: readonly OpenWrite[];
  steps: ReadonlyMap<string, readonly StepRow[]>;
  entries: ReadonlyMap<string, readonly Entry[]>;
  audit: AuditVerdict;
  effects: readonly AcceptedWrite[];
  state: SandboxState;
  /** Effects that the simulated PMS had later than it says that it may: then nothing is proved by a run. */
  beyond_limits: number;
  /** What a command's steps are, and what the PMS shows. */
  connector: Pick<Connector, 'compile' | 'capabilities'>;
}

/** Reads it all. Nothing may be under way any more. */
export async function gatherFacts(
  store: Store,
  keyring: KeyRing,
  simulator: Pick<FaultySimulator, 'effects' | 'state' | 'requests'>,
  connector: Facts['connector'],
): Promise<Facts> {
  const rows = await store.ledger.selectFrom('writes').selectAll().orderBy('write_id').execute();
  const steps = await store.ledger.selectFrom('write_steps').selectAll().orderBy('step_index').execute();
  const entries = await store.ledger
    .selectFrom('audit_entries')
    .select(['seq', 'action', 'subject'])
    .orderBy('seq')
    .execute();
  return {
    writes: rows.map((row) => openWrite(keyring, { ...row, state: parseState(row.state) })),
    steps: Map.groupBy(steps, ({ write_id }) => write_id),
    entries: Map.groupBy(entries, ({ subject }) => subject),
    audit: await verifyAudit(store, keyring),
    effects: await simulator.effects(),
    beyond_limits: (await simulator.requests()).beyond_limits,
    state: withoutAnyMarkers(await simulator.state()),
    connector,
  };
}

/** The books as a connector would show them: a marker at the end of a text is nobody's words. */
function withoutAnyMarkers(state: SandboxState): SandboxState {
  return {
    ...state,
    work_order: state.work_order.map((one) => withoutMarkers('work_order', one)),
    ledger_entry: state.ledger_entry.map((one) => withoutMarkers('ledger_entry', one)),
  };
}
