import { type Located, VendorError } from '../../../src/connectors/connector.ts';
import { changedRecordId, COMMANDS, type Command } from '../../../src/model/commands.ts';
import type { RecordKind } from '../../../src/model/records.ts';
import type { Client } from './client.ts';
import { fits, hasGained } from './contents.ts';
import { carriesMarker, withoutMarkers } from './markers.ts';
import type { Personality } from './personalities.ts';
import { compareSet } from './set_values.ts';
import { Entered, PageAnswer } from './wire.ts';

/** How far the PMS's clock may be off ours, milliseconds. */
const CLOCK_TOLERANCE_MS = 120_000;

/** What is looked for, and how. */
export interface Search {
  client: Client;
  personality: Personality;
  /** What the request asks for, with its marker where it has one. */
  body: Command;
  retry: string;
  /** The record as it was before the request. */
  before: unknown;
  marker: string;
  /** When the request was first prepared, epoch milliseconds. */
  prepared_at: number;
  label: string;
  signal: AbortSignal | undefined;
}

/** Looks for the effect of one request. */
export async function search(task: Search): Promise<Located> {
  const { body, retry, personality } = task;
  const id = changedRecordId(body);
  if (id !== undefined && retry === 'set_value') return compareSet(body, task.before, await changedRecord(task, id));
  if (personality.found_by === 'nothing') return { outcome: 'absent', covers_all: false };
  if (id !== undefined) return searchAppended(task, id);
  return personality.found_by === 'marker' ? searchMarker(task) : searchContents(task);
}

async function changedRecord(task: Search, id: string): Promise<Entered['record'] | undefined> {
  const kind = COMMANDS[task.body.kind].record;
  const { signal, label } = task;
  const found = await task.client.read(`/records/${kind}/${encodeURIComponent(id)}`, Entered, { signal, label });
  return found === undefined ? undefined : withoutMarkersIf(task.personality, kind, found.record);
}

function withoutMarkersIf(personality: Personality, kind: RecordKind, record: Entered['record']): Entered['record'] {
  return personality.found_by === 'marker' ? withoutMarkers(kind, record) : record;
}

async function searchAppended(task: Search, id: string): Promise<Located> {
  const { body, marker, before, prepared_at, personality, signal, label } = task;
  const kind = COMMANDS[body.kind].record;
  const found = await task.client.read(`/records/${kind}/${encodeURIComponent(id)}`, Entered, { signal, label });
  if (found === undefined) return { outcome: 'differs', detail: 'the record is no longer there' };
  const there =
    personality.found_by === 'marker'
      ? carriesMarker(kind, found.record, marker, false)
      : hasGained(body, before, found.record, momentBefore(prepared_at));
  return there ? { outcome: 'found', result: resultOf(kind, id) } : { outcome: 'absent', covers_all: true };
}

function momentBefore(at: number): string {
  return new Date(at - CLOCK_TOLERANCE_MS).toISOString();
}

function resultOf(kind: RecordKind, id: string) {
  return { record: { kind, scope: '', id } };
}

async function searchMarker(task: Search): Promise<Located> {
  const kind = COMMANDS[task.body.kind].record;
  const marked: string[] = [];
  for await (const { record } of all(task, kind, {}))
    if (carriesMarker(kind, record, task.marker, true)) marked.push(record.id);
  const [id, other] = marked;
  if (id === undefined) return { outcome: 'absent', covers_all: true };
  if (other !== undefined) return { outcome: 'differs', detail: `${marked.length} records carry the marker` };
  return { outcome: 'found', result: resultOf(kind, id) };
}

async function searchContents(task: Search): Promise<Located> {
  const kind = COMMANDS[task.body.kind].record;
  const since = momentBefore(task.prepared_at);
  const fitting: string[] = [];
  for await (const { record, entered_at } of all(task, kind, { since }))
    if (entered_at !== undefined && entered_at >= since && fits(task.body, record)) fitting.push(record.id);
  const [id, ...others] = fitting;
  if (id === undefined) return { outcome: 'absent', covers_all: true };
  const result = resultOf(kind, id);
  return others.length === 0
    ? { outcome: 'found', result }
    : { outcome: 'found', result, others: others.map((one) => resultOf(kind, one)) };
}

/** Every record of a kind, page by page. */
async function* all(task: Search, kind: RecordKind, query: Record<string, string>): AsyncGenerator<Entered> {
  const { client, signal, label } = task;
  let cursor: string | undefined;
  do {
    const params = new URLSearchParams({ ...query, ...(cursor !== undefined && { cursor }) });
    const page = await client.read(`/records/${kind}?${params}`, PageAnswer, { signal, label });
    if (page === undefined) throw new VendorError('unavailable', 'The PMS has lost a list.');
    yield* page.records;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}
