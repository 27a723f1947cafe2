import * as z from 'zod/v4';
import {
  VendorError,
  type Connector,
  type ConnectorEnvironment,
  type ListQuery,
  type Page,
  type StepContext,
  type StepRequest,
  type StepResult,
} from '../../../src/connectors/connector.ts';
import { COMMANDS, parseCommand, type Command, type CommandKind } from '../../../src/model/commands.ts';
import { RECORDS, type RecordKind, type RecordOf } from '../../../src/model/records.ts';
import { capabilitiesOf } from './capabilities.ts';
import { createClient, type Client } from './client.ts';
import { search } from './locate.ts';
import { withMarker, withoutMarkers } from './markers.ts';
import { Settings } from './options.ts';
import { personalityOf, type Personality } from './personalities.ts';
import { planOf, type PlannedStep } from './steps.ts';
import { Entered, PageAnswer } from './wire.ts';

/** A prepared request, as the ledger keeps it. */
const Prepared = z.object({
  operation: z.string(),
  /** For the simulator's counts. */
  label: z.string(),
  idempotency_key: z.string().optional(),
  prepared_at: z.number(),
  body: z.looseObject({}),
});

/** The connector to a faulty simulator. All HTTP goes through `environment.fetch`. Throws `ZodError` on other settings. */
export function createFaulty(settings: unknown, environment: ConnectorEnvironment): Connector {
  const checked = Settings.parse(settings);
  const personality = personalityOf(checked.personality, checked);
  const client = createClient(environment);
  const stepOf = (command: Command, step: number): PlannedStep => {
    const planned = planOf(personality, command)[step];
    if (planned === undefined) throw new RangeError(`${command.kind} has no step ${step}`);
    return planned;
  };

  return {
    capabilities: capabilitiesOf(personality, checked),

    scopes: () => Promise.resolve(['']),

    get: (kind, scope, id, signal) => getRecord(client, personality, { kind, scope, id }, signal),

    list: (kind, query, signal) => listRecords(client, personality, kind, query, signal),

    compile: (command) => planOf(personality, command).map(({ name, retry }) => ({ name, retry })),

    async prepare(command, step, context) {
      return requestFor(personality, stepOf(command, step), context, environment.clock());
    },

    async send(request, signal): Promise<StepResult> {
      const { record, posting, values } = await client.write(request, signal);
      const expected = COMMANDS[request['operation'] as CommandKind].record;
      if (record?.kind !== (personality.answers_with_ids ? expected : undefined))
        throw new VendorError('outcome_unknown', 'The PMS answered about something else.');
      return {
        ...(record !== undefined && { record: { ...record, scope: '' } }),
        ...(posting !== undefined && { posting }),
        ...(values !== undefined && { values }),
      };
    },

    locate(command, step, request, context, signal) {
      const { retry, before } = stepOf(command, step);
      const { body, prepared_at, label } = Prepared.parse(request);
      const { marker } = context;
      return search({
        ...{ client, personality, retry, marker, prepared_at, label, signal },
        body: parseCommand(body),
        before: before ?? context.before,
      });
    },

    close: () => Promise.resolve(),
  };
}

function requestFor(personality: Personality, step: PlannedStep, context: StepContext, now: number): StepRequest {
  const { write_id, marker } = context;
  const body = step.body(context);
  return {
    operation: body.kind,
    label: `${write_id}/${step.name}`,
    ...(step.retry === 'idempotency_key' && { idempotency_key: `${marker}-${step.name}` }),
    prepared_at: now,
    body: step.retry === 'marker' ? withMarker(body, marker, personality.marker_length) : body,
  };
}

/** The record in canonical form, without our markers. */
function canonical<K extends RecordKind>(personality: Personality, kind: K, { record }: Entered): RecordOf<K> {
  const parsed = RECORDS[kind].safeParse(record);
  if (!parsed.success) throw new VendorError('unavailable', 'The PMS gave an answer that cannot be understood.');
  const clean = personality.found_by === 'marker' ? withoutMarkers(kind, parsed.data) : parsed.data;
  return clean as RecordOf<K>;
}

async function getRecord<K extends RecordKind>(
  client: Client,
  personality: Personality,
  { kind, scope, id }: { kind: K; scope: string; id: string },
  signal?: AbortSignal,
): Promise<RecordOf<K> | undefined> {
  if (scope !== '') return undefined;
  const found = await client.read(`/records/${kind}/${encodeURIComponent(id)}`, Entered, { signal });
  if (found === undefined) return undefined;
  const record = canonical(personality, kind, found);
  if (record.id !== id) throw new VendorError('unavailable', 'The PMS answered about something else.');
  return record;
}

async function listRecords<K extends RecordKind>(
  client: Client,
  personality: Personality,
  kind: K,
  { scope = '', ...query }: ListQuery,
  signal?: AbortSignal,
): Promise<Page<K>> {
  if (scope !== '') throw new VendorError('refused', 'This PMS has no scopes.', { field: 'scope' });
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  const page = await client.read(`/records/${kind}?${params}`, PageAnswer, { signal });
  if (page === undefined) throw new VendorError('unavailable', 'The PMS has lost a list.');
  const { records, next_cursor, total } = page;
  return {
    records: records.map((one) => canonical(personality, kind, one)),
    ...(next_cursor !== undefined && { next_cursor }),
    ...(total !== undefined && { total }),
  };
}
