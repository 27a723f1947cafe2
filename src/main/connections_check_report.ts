import type { ConnectionSettings } from '../config.ts';
import { type Connector, type Finding, type ValueList, VendorError } from '../connectors/connector.ts';
import { type FieldLoss, fieldLosses } from '../depth/field_loss.ts';
import { isIncomplete, mappingReport, type TableReport } from '../depth/mapping_report.ts';
import { heldOnAGuess, toConfirm } from '../depth/to_confirm.ts';
import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { zoneForProperty } from '../model/zoned_time.ts';
import { type DriftSeen, driftSeen } from '../sync/drift.ts';
import { type WriteProof, writeProofs } from '../writeback/write_tests.ts';
import type { Engine } from './engine.ts';

/** Everything that `connections check` has found out about one connection. Ids and names of settings, nobody's data. */
export interface ConnectionReport {
  connection: string;
  pms: string;
  workflows: ConnectionSettings['workflows'];
  findings: readonly Finding[];
  /** Ids of properties whose time zone nobody knows. */
  without_zone: readonly string[];
  mappings: readonly TableReport[];
  /** Ids of active vendors without an insurance date, of so many active ones. */
  vendors: { active: number; without_compliance: readonly string[] };
  drift: readonly DriftSeen[];
  losses: readonly FieldLoss[];
  /** Kinds of changes that are recorded and not sent until a test has proved them. */
  in_shadow: readonly CommandKind[];
  proofs: readonly WriteProof[];
  /** Inferred or unknown facts about the PMS; `caretaker depth` lists them. */
  to_confirm: number;
  /** What stands in the way of going live, each with what to do. */
  blocking: readonly string[];
}

export interface CheckOptions {
  signal: AbortSignal;
  onProgress(done: number, total: number, what: string): void;
}

/** Drift of these sorts means that something is no longer read; a new word is only read as nothing. */
const BREAKING: ReadonlySet<string> = new Set(['missing_field', 'changed_type', 'new_required_field']);

/** How long drift counts as a thing of today. */
const RECENT_MS = 7 * 86_400_000;

/** Looks a connection over. What cannot be read is a finding, never an error. */
export async function checkConnection(
  engine: Engine,
  settings: ConnectionSettings,
  { signal, onProgress }: CheckOptions,
): Promise<ConnectionReport> {
  const { id, pms, workflows, time_zones } = settings;
  const connector = engine.connectors.get(id) as Connector;
  const { capabilities } = connector;
  const findings: Finding[] = [];
  let done = 0;

  /** One look; where it fails, that is what was found. */
  async function look<T>(area: string, otherwise: T, read: () => Promise<T>): Promise<T> {
    onProgress((done += 1), 5, `${id}: ${area}`);
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      findings.push({ area, ok: false, detail: wordsOf(error) });
      return otherwise;
    }
  }

  findings.push(...(await look('credentials', [], () => credentials(connector, signal))));
  const properties = await look('properties', [], () =>
    engine.records.listThrough(id, 'property', {}, undefined, signal),
  );
  const vendors = await look('vendors', [], () => engine.records.listThrough(id, 'vendor', {}, undefined, signal));
  const lists = await look('lists of the PMS', [], () => valueLists(connector, signal));
  // What was told just now counts as well.
  await engine.drift.flush();
  const [drift, proofs] = await look('the store', [[], []] as [DriftSeen[], WriteProof[]], () =>
    Promise.all([driftSeen(engine.store, id), writeProofs(engine.store.ledger, id)]),
  );
  const active = vendors.filter(({ record }) => record.is_active && !record.do_not_use);
  const proved = new Set(proofs.map(({ kind }) => kind));
  const report: Omit<ConnectionReport, 'blocking'> = {
    connection: id,
    pms,
    workflows,
    findings,
    without_zone: properties
      .filter(
        ({ record }) => record.is_active && zoneForProperty({ property: record, configured: time_zones }) === undefined,
      )
      .map(({ record }) => record.id),
    mappings: mappingReport(lists, connector.tables ?? {}),
    vendors: {
      active: active.length,
      without_compliance: active
        .filter(({ record }) => record.compliance.general_liability_expires === undefined)
        .map(({ record }) => record.id),
    },
    drift,
    losses: fieldLosses(capabilities),
    in_shadow: heldOnAGuess(capabilities).filter((kind) => !proved.has(kind)),
    proofs,
    to_confirm: toConfirm(capabilities).length,
  };
  return { ...report, blocking: blockingOf(report, engine.store.clock()) };
}

/** The vendor's own check; where it has none, whether the PMS answers at all. */
async function credentials(connector: Connector, signal: AbortSignal): Promise<readonly Finding[]> {
  if (connector.check !== undefined) return connector.check(signal);
  const [scope = ''] = await connector.scopes();
  await connector.list('property', { scope, limit: 1 }, signal);
  return [{ area: 'credentials', ok: true, detail: 'the PMS answers' }];
}

async function valueLists(connector: Connector, signal: AbortSignal): Promise<readonly ValueList[]> {
  return (await connector.valueLists?.(signal)) ?? [];
}

function wordsOf(error: unknown): string {
  if (error instanceof VendorError || error instanceof CaretakerError) return error.message;
  return 'it could not be read, for a reason that is in the log';
}

function blockingOf(report: Omit<ConnectionReport, 'blocking'>, now: number): string[] {
  const { connection, findings, without_zone, mappings, vendors, drift, in_shadow } = report;
  const refused = findings.filter(({ ok }) => !ok).map(({ area, detail }) => `${area}: ${detail}`);
  const broken = drift.filter(({ what, last_at }) => BREAKING.has(what) && now - last_at < RECENT_MS);
  return [
    ...refused,
    ...(without_zone.length === 0
      ? []
      : [
          `${counted(without_zone.length, 'property', 'properties')} without a time zone: set time_zones.properties of connection ${connection}; tours and visits are refused there until then`,
        ]),
    ...mappings.filter(isIncomplete).map((one) => `mapping of ${words(one.table)}: ${missing(one)}`),
    ...(vendors.active > 0 && vendors.without_compliance.length === vendors.active
      ? ['no vendor has an insurance date, so none can be dispatched: caretaker vendors import']
      : []),
    ...(broken.length === 0
      ? []
      : [
          `${counted(broken.length, 'place', 'places')} where the PMS answers otherwise than it used to: an update of Caretaker may be needed`,
        ]),
    ...(in_shadow.length === 0
      ? []
      : [
          `not proved on this connection, so recorded and not sent: ${in_shadow.map(words).join(', ')}; caretaker connections check ${connection} --write-test UNIT --commands ${in_shadow.join(',')}`,
        ]),
  ];
}

function missing({ table, no_word, not_read, gone, empty }: TableReport): string {
  // Who is who, no likeness of names tells.
  if (empty && table === 'agent') return 'nobody in "staff" is named as one of the PMS\'s own people';
  if (empty) return 'nothing is mapped; --propose begins it';
  return [
    ...(no_word.length === 0 ? [] : [`${no_word.join(', ')} would be refused`]),
    ...(not_read.length === 0 ? [] : [`${counted(not_read.length, 'word', 'words')} of the PMS not read`]),
    ...(gone.length === 0 ? [] : [`${counted(gone.length, 'word', 'words')} not in the PMS any more`]),
  ].join('; ');
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}
