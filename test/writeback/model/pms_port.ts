import type {
  Capabilities,
  CommandCapability,
  Connector,
  Step,
  StepContext,
} from '../../../src/connectors/connector.ts';
import {
  changedRecordId,
  type Command,
  COMMAND_KINDS,
  type CommandKind,
  COMMANDS,
} from '../../../src/model/commands.ts';
import { KEY_LIFE_MS, LATE_COMMIT_MS, type Personality, type PmsRequest, READ_LAG_MS } from './pms.ts';

/*
 * The simulated PMS in the words of the port: what it can do, the steps of a command, the request of a step.
 */

export function capabilitiesOf(personality: Personality): Capabilities {
  const command = (kind: CommandKind): CommandCapability => ({
    support: 'native',
    evidence: 'seen',
    reversible: true,
    steps: stepsOf(personality, kind),
  });
  return {
    pms: `simulated: ${personality.name}`,
    records: {},
    commands: Object.fromEntries(COMMAND_KINDS.map((kind) => [kind, command(kind)])) as Capabilities['commands'],
    calendar: 'own_bookings_only',
    settling: { late_commit_ms: LATE_COMMIT_MS, read_lag_ms: READ_LAG_MS },
    request_deadline_ms: 5_000,
    idempotency_key_life_ms: KEY_LIFE_MS,
  };
}

/** The steps of a command, in order. */
export function stepsOf({ retry, steps }: Personality, kind: CommandKind): readonly Step[] {
  if (kind === 'update_work_order') return [{ name: 'set', retry: 'set_value' }];
  if (kind !== 'create_work_order' || steps === 1) return [{ name: kind, retry }];
  return [
    { name: 'open', retry, makes_record: true },
    { name: 'describe', retry: 'set_value' },
    { name: 'note', retry },
  ];
}

/** The request of one step, as it is journaled. */
export function requestOf(personality: Personality, command: Command, step: number, context: StepContext): PmsRequest {
  const { write_id, marker } = context;
  const made = context.results.find(({ record }) => record !== undefined)?.record?.id;
  const id = changedRecordId(command) ?? made;
  const common = {
    kind: COMMANDS[command.kind].record,
    marker: `${marker}:${step}`,
    ...(personality.retry === 'idempotency_key' && { key: `${write_id}:${step}` }),
    write_id,
    step,
  };
  const on = (action: 'set' | 'note', fields: Record<string, unknown>): PmsRequest => {
    if (id === undefined) throw new RangeError('a later step is prepared, and the record of the first is not known');
    return { ...common, action, id, fields };
  };
  if (command.kind === 'add_work_order_note') return on('note', { text: command.note.text });
  if (command.kind === 'update_work_order') return on('set', { status: command.status });
  const { kind: _kind, ...fields } = command as Command & { description?: string };
  if (command.kind === 'post_charge') return { ...common, action: 'create', fields: { ...fields, kind: 'charge' } };
  if (personality.steps === 1) return { ...common, action: 'create', fields };
  const { description, ...opened } = fields;
  if (step === 0) return { ...common, action: 'create', fields: opened };
  return step === 1 ? on('set', { description }) : on('note', { text: 'opened' });
}

/** What every process knows of the PMS without asking it. */
export function portOf(personality: Personality): Pick<
  Connector,
  'capabilities' | 'compile' | 'scopes' | 'list' | 'close'
> & {
  prepareNow(command: Command, step: number, context: StepContext): PmsRequest;
} {
  return {
    capabilities: capabilitiesOf(personality),
    compile: ({ kind }) => stepsOf(personality, kind),
    scopes: async () => [''],
    list: () => Promise.reject(new RangeError('the ledger lists nothing')),
    close: async () => {},
    prepareNow: (command, step, context) => requestOf(personality, command, step, context),
  };
}
