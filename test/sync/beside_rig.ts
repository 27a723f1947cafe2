import type { Capabilities, Connector, FieldCapability, StepRequest } from '../../src/connectors/connector.ts';
import { VendorError } from '../../src/connectors/connector.ts';
import { createSidecar } from '../../src/mirror/sidecar.ts';
import { type Command, type CommandKind, COMMANDS, parseCommand } from '../../src/model/commands.ts';
import { RECORDS, type RecordKind, type RecordOf } from '../../src/model/records.ts';
import type { Store } from '../../src/store/store.ts';
import { withSidecar } from '../../src/sync/beside/with_sidecar.ts';
import { stepsOf } from '../../src/writeback/step_rows.ts';
import { openRig } from '../writeback/ledger_rig.ts';

/** Canonical fields that this PMS has no place for. */
const NO_PLACE: Readonly<Partial<Record<RecordKind, readonly string[]>>> = {
  work_order: [
    ...['location', 'reporter_name', 'callback_phone', 'visit', 'not_to_exceed', 'estimate', 'vendor_reply'],
    ...['reply_due_at', 'hazard_cleared_by', 'instructions', 'file_ids'],
  ],
  resident: ['preferred_channel', 'forwarding_address', 'consents'],
  ledger_entry: ['work_order_id', 'reverses_id', 'reversed_amount'],
};

/** Words that stand for several canonical values. */
const SHOWN_AS: Readonly<Partial<Record<RecordKind, Readonly<Record<string, Record<string, string>>>>>> = {
  work_order: { severity: { life_safety: 'urgent', emergency: 'urgent' }, entry: { call_first: 'no' } },
};

/** Kinds that this PMS does not have at all. */
const NONE: readonly RecordKind[] = ['guest_card', 'tour', 'communication'];

function narrowed(capabilities: Capabilities): Capabilities {
  const records = Object.fromEntries(
    Object.entries(capabilities.records).map(([kind, capability]) => {
      const name = kind as RecordKind;
      const fields: Record<string, FieldCapability> = { ...capability.fields };
      for (const field of NO_PLACE[name] ?? [])
        fields[field] = { support: 'sidecar', readable: false, evidence: 'seen' };
      for (const [field, shown_as] of Object.entries(SHOWN_AS[name] ?? {}))
        fields[field] = { ...fields[field]!, support: 'mapped', shown_as };
      return [kind, NONE.includes(name) ? { ...capability, read: 'sidecar', fields: {} } : { ...capability, fields }];
    }),
  );
  const commands = Object.fromEntries(
    Object.entries(capabilities.commands).map(([kind, capability]) => {
      const isNone = NONE.includes(COMMANDS[kind as CommandKind].record);
      return [kind, isNone ? { ...capability, support: 'sidecar', steps: [] } : capability];
    }),
  );
  return { ...capabilities, records, commands: commands as Capabilities['commands'] };
}

/** The record as this PMS has it: without what it has no place for, in its own few words. */
function asItHas<K extends RecordKind>(kind: K, record: RecordOf<K>): RecordOf<K> {
  const fields: Record<string, unknown> = { ...record };
  for (const field of NO_PLACE[kind] ?? []) delete fields[field];
  for (const [field, words] of Object.entries(SHOWN_AS[kind as RecordKind] ?? {}))
    fields[field] = words[String(fields[field])] ?? fields[field];
  return RECORDS[kind].parse(fields) as RecordOf<K>;
}

/** The command as this PMS takes it. */
function asItTakes(command: Command): Command {
  const { record } = COMMANDS[command.kind];
  const fields: Record<string, unknown> = { ...command };
  // An assignment has no form without a visit.
  for (const field of NO_PLACE[record] ?? []) if (command.kind !== 'assign_work_order') delete fields[field];
  for (const [field, words] of Object.entries(SHOWN_AS[record] ?? {}))
    fields[field] = words[String(fields[field])] ?? fields[field];
  return parseCommand(fields);
}

/** The embedded PMS with no more room than some vendors give. It refuses what it does not have. */
export function narrowPms(inner: Connector): Connector {
  const refuse = (kind: RecordKind) => {
    if (NONE.includes(kind)) throw new VendorError('unsupported', `This PMS has no ${kind}.`);
  };
  return {
    ...inner,
    capabilities: narrowed(inner.capabilities),
    async get(kind, scope, id, signal) {
      refuse(kind);
      const record = await inner.get(kind, scope, id, signal);
      return record && asItHas(kind, record);
    },
    async list(kind, query, signal) {
      refuse(kind);
      const page = await inner.list(kind, query, signal);
      return { ...page, records: page.records.map((record) => asItHas(kind, record)) };
    },
    compile(command) {
      refuse(COMMANDS[command.kind].record);
      return inner.compile(command);
    },
    async prepare(command, step, context): Promise<StepRequest> {
      return { ...(await inner.prepare(command, step, context)), body: { ...asItTakes(command) } };
    },
    locate: (command, ...rest) => inner.locate(asItTakes(command), ...rest),
  };
}

/** The ledger over such a PMS, with what Caretaker keeps beside it. */
export async function openBeside(store: Store, options: { owner?: string; alive?: boolean } = {}) {
  const rig = await openRig(store, options);
  const sidecar = createSidecar(store, rig.keyring);
  const clock = () => rig.time.now;
  /** What is kept beside the PMS of another rig, as another process would have it. */
  const beside = (pms: Connector, its: Store = store) =>
    withSidecar(pms, { connection: 'main', store: its, keyring: rig.keyring, sidecar, clock });
  const pms = narrowPms(rig.runtime.connections.get('main') as Connector);
  const connector = beside(pms);
  rig.runtime.connections = new Map([['main', connector]]);
  return {
    ...rig,
    sidecar,
    /** The PMS by itself, faults included. */
    pms,
    connector,
    beside,
    /** What the sandbox behind it really has. */
    staff: rig.sandbox.asStaff(),
    read: <K extends RecordKind>(kind: K, id: string) => connector.get(kind, '', id) as Promise<RecordOf<K>>,
    stepsOf: async (writeId: string) => (await stepsOf(store.ledger, writeId)).map(({ name, state }) => [name, state]),
    row: async (writeId: string) => (await rig.writeback.byId(writeId))!.row,
    /** The records of a kind in all pages of a list. */
    async listed<K extends RecordKind>(kind: K, query: Parameters<Connector['list']>[1] = {}): Promise<RecordOf<K>[]> {
      const all: RecordOf<K>[] = [];
      let cursor: string | undefined;
      do {
        const page = await connector.list(kind, { scope: '', ...query, ...(cursor !== undefined && { cursor }) });
        all.push(...page.records);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      return all;
    },
  };
}

export type Beside = Awaited<ReturnType<typeof openBeside>>;
