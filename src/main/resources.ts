import type { Config } from '../config.ts';
import type { Capabilities } from '../connectors/connector.ts';
import { type Grant, visibleTools } from '../grants/grant.ts';
import type { Scope } from '../grants/scopes.ts';
import type { CallOptions, ListedResource, ListedResourceTemplate } from '../mcp/host.ts';
import { CaretakerError } from '../model/errors.ts';
import type { RecordKind } from '../model/records.ts';
import { createGrantedRecords } from '../tool/granted_records.ts';
import { cleaned } from '../tool/untrusted.ts';
import type { Engine } from './engine.ts';

/** What reading a kind of record takes; the tools that show it ask for the same. */
const SCOPE_OF_KIND: Readonly<Record<RecordKind, Scope>> = {
  property: 'portfolio:read',
  building: 'portfolio:read',
  unit: 'portfolio:read',
  household: 'portfolio:read',
  resident: 'portfolio:read',
  staff: 'portfolio:read',
  communication: 'portfolio:read',
  vendor: 'maintenance:read',
  work_order: 'maintenance:read',
  lease: 'leasing:read',
  guest_card: 'leasing:read',
  tour: 'leasing:read',
  gl_account: 'accounting:read',
  charge_code: 'accounting:read',
  ledger_entry: 'accounting:read',
  bill: 'accounting:read',
  journal_entry: 'accounting:read',
};

const JSON_TYPE = 'application/json';
const CONNECTIONS = 'caretaker://connections/';
const RECORD_URI = /^caretaker:\/\/([a-z0-9_-]{1,32})\/([a-z_]{1,30})\/([^/?#]{1,600})$/;

export const RECORD_TEMPLATES: readonly ListedResourceTemplate[] = [
  {
    uriTemplate: 'caretaker://{connection}/{kind}/{id}',
    name: 'record',
    title: 'Record',
    description: 'One record of the property management system by its id, with its version and how fresh it is.',
    mimeType: JSON_TYPE,
  },
];

/** The kinds of records that a grant may read. Asks the same rule as the list of tools. */
export function visibleKinds(grant: Grant): readonly RecordKind[] {
  const kinds = Object.entries(SCOPE_OF_KIND) as [RecordKind, Scope][];
  return visibleTools(
    kinds.map(([name, scope]) => ({ name, scope, risk: 'read' as const })),
    grant,
  ).map(({ name }) => name);
}

/** The connections of a grant, each as a resource. */
export function connectionResources(config: Config, grant: Grant): readonly ListedResource[] {
  if (!grant.scopes.has('portfolio:read')) return [];
  return config.connections
    .filter(({ id }) => grant.pins.length === 0 || grant.pins.some((pin) => pin.connection === id))
    .map(({ id, pms }) => ({
      uri: `${CONNECTIONS}${id}`,
      name: id,
      title: `Connection ${id}`,
      description: `What can be done in ${pms} through Caretaker, and how fresh the copy of each kind of record is.`,
      mimeType: JSON_TYPE,
    }));
}

export interface ResourceParts {
  config: Config;
  engine(): Promise<Engine>;
  clock: () => number;
}

/** The text of a resource; undefined where there is none under this grant. Reading is audited like a tool's. */
export async function readResource(
  parts: ResourceParts,
  grant: Grant,
  uri: string,
  options: CallOptions,
): Promise<{ mimeType: string; text: string } | undefined> {
  const body = uri.startsWith(CONNECTIONS)
    ? await connectionBody(parts, grant, uri)
    : await recordBody(parts, grant, uri, options);
  if (body === undefined) return undefined;
  const { reads } = await parts.engine();
  reads.record({ at: parts.clock(), actor: grant.principal, action: 'resource.read', subject: uri, outcome: 'ok' });
  return { mimeType: JSON_TYPE, text: JSON.stringify(cleaned(body)) };
}

async function connectionBody({ config, engine }: ResourceParts, grant: Grant, uri: string) {
  if (!connectionResources(config, grant).some((one) => one.uri === uri)) return undefined;
  const { connectors, records, store } = await engine();
  const settings = config.connections.find(({ id }) => uri === `${CONNECTIONS}${id}`);
  const capabilities = settings && connectors.get(settings.id)?.capabilities;
  if (settings === undefined || capabilities === undefined) return undefined;
  await store.ready();
  const freshness = await records.freshness(settings.id);
  return {
    id: settings.id,
    pms: settings.pms,
    workflows: settings.workflows,
    calendar: capabilities.calendar,
    commands: capabilities.commands,
    records: freshness.map(({ loaded_at, oldest_as_of, ...rest }) => ({
      ...rest,
      freshness_seconds: capabilities.records[rest.kind]?.freshness_seconds,
      evidence: capabilities.records[rest.kind]?.evidence,
      ...(loaded_at !== undefined && { loaded_at: new Date(loaded_at).toISOString() }),
      ...(oldest_as_of !== undefined && { as_of: new Date(oldest_as_of).toISOString() }),
      limits: limitsOf(capabilities, rest.kind),
    })),
  };
}

/** Only the fields that a caller has to mind: those the PMS cannot hold, read back, or hold in full. */
function limitsOf(capabilities: Capabilities, kind: RecordKind) {
  const fields = Object.entries(capabilities.records[kind]?.fields ?? {});
  const minded = fields.filter(
    ([, one]) => one.support !== 'native' || !one.readable || one.max_length !== undefined || one.values !== undefined,
  );
  return Object.fromEntries(minded);
}

async function recordBody({ config, engine }: ResourceParts, grant: Grant, uri: string, { signal }: CallOptions) {
  const [, connection = '', kindText = '', idText = ''] = RECORD_URI.exec(uri) ?? [];
  const kind = visibleKinds(grant).find((one) => one === kindText);
  const id = decoded(idText);
  if (kind === undefined || id === undefined) return undefined;
  const { records, writeback } = await engine();
  const all = config.connections.map((one) => one.id);
  const granted = createGrantedRecords(grant, all, records, writeback);
  if (!granted.connections.includes(connection)) return undefined;
  await records.ensureLoaded(connection, signal ? { signal } : {});
  const ref = granted.connections.length === 1 ? id : `${connection}:${id}`;
  try {
    const found = await granted.get(kind, ref);
    const { version, stale, record } = found;
    const as_of = new Date(found.as_of).toISOString();
    return { kind, id: found.ref, connection: found.connection, version, as_of, stale, record };
  } catch (error) {
    if (error instanceof CaretakerError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function decoded(text: string): string | undefined {
  try {
    const id = decodeURIComponent(text);
    return id === '' || id.length > 200 ? undefined : id;
  } catch {
    return undefined;
  }
}
