import type { Connector, ListQuery, Page, Step, StepContext, StepRequest } from '../../connectors/connector.ts';
import { ownRecordId } from '../../mirror/sidecar.ts';
import { changedRecordId, type Command, COMMANDS } from '../../model/commands.ts';
import type { RecordKind, RecordOf, Tour } from '../../model/records.ts';
import { changesOf, type Known } from './changes.ts';
import {
  checkCapabilities,
  fieldsOfKind,
  isOnlyBeside,
  isOurs,
  isPartlyOurs,
  isWhollyOurs,
  refuseWhatIsNotOurs,
} from './held.ts';
import { createKeeper, isKept, type KeeperOptions, keepRequest } from './keep.ts';
import { asPmsShows, laidOver } from './overlay.ts';
import { listPlaceOf, OWN_KINDS, ownPage, pageOf, wholeRecord } from './own_records.ts';
import { patchesOf } from './patches.ts';

/** Steps that Caretaker carries out in its own store: for a whole command, and for what the PMS has no place for. */
const KEEP: Step = { name: 'keep', retry: 'natural_key', local: true };
const KEEP_BESIDE: Step = { name: 'keep_beside', retry: 'natural_key', local: true };

/**
 * A vendor's connector together with what its PMS cannot hold: records read whole, and commands carried out whole. What
 * the PMS has no place for is one more step of its own, journaled, sent once and looked for like a request to the PMS.
 * Throws `RangeError` for capabilities that leave to Caretaker what has to be in the PMS.
 */
export function withSidecar(inner: Connector, options: KeeperOptions): Connector {
  const { connection, sidecar, clock } = options;
  const { capabilities } = inner;
  checkCapabilities(capabilities);
  const keeper = createKeeper(options);
  const reads = (kind: RecordKind) => capabilities.records[kind]?.read ?? 'unsupported';

  async function laid<K extends RecordKind>(
    kind: K,
    scope: string,
    records: readonly RecordOf<K>[],
  ): Promise<RecordOf<K>[]> {
    const ids = records.map(({ id }) => id);
    const kept = ids.length === 0 ? new Map() : await sidecar.getMany({ connection, kind, scope }, ids);
    return records.map((record) => {
      const beside = kept.get(record.id);
      return beside === undefined ? record : laidOver(kind, record, beside, fieldsOfKind(capabilities, kind));
    });
  }

  async function get<K extends RecordKind>(kind: K, scope: string, id: string, signal?: AbortSignal) {
    if (isWhollyOurs(capabilities, kind, id)) {
      const kept = await sidecar.get({ connection, kind, scope, record_id: id });
      return kept && wholeRecord(kind, kept);
    }
    const record = await inner.get(kind, scope, id, signal);
    return record && (await laid(kind, scope, [record]))[0];
  }

  async function list<K extends RecordKind>(kind: K, query: ListQuery, signal?: AbortSignal): Promise<Page<K>> {
    const { scope = '', cursor: given, ...narrowed } = query;
    const place = { connection, kind, scope };
    if (reads(kind) !== 'sidecar' && !OWN_KINDS.has(kind)) {
      const page = await inner.list(kind, query, signal);
      return { ...page, records: await laid(kind, scope, page.records) };
    }
    const at = listPlaceOf(given);
    const under_any_id = reads(kind) === 'sidecar';
    if (at.at === 'own' || under_any_id) {
      const after = at.at === 'own' ? at.after : undefined;
      const { records, last } = await ownPage(sidecar, place, query, { after, under_any_id });
      return pageOf<K>(records, last === undefined ? undefined : { at: 'own', after: last });
    }
    const cursor = at.cursor === undefined ? {} : { cursor: at.cursor };
    const page = await inner.list(
      kind,
      { ...narrowed, ...(query.scope !== undefined && { scope }), ...cursor },
      signal,
    );
    const records = await laid(kind, scope, page.records);
    if (page.next_cursor !== undefined) return pageOf<K>(records, { at: 'pms', cursor: page.next_cursor });
    const [more] = await sidecar.own(place, { limit: 1 });
    return pageOf<K>(records, more === undefined ? undefined : { at: 'own' });
  }

  function compile(command: Command): readonly Step[] {
    const { creates } = COMMANDS[command.kind];
    if (isOurs(capabilities, command)) {
      refuseWhatIsNotOurs(capabilities, command);
      return [{ ...KEEP, ...(creates && { makes_record: true }) }];
    }
    if (isOnlyBeside(capabilities, command)) return [KEEP_BESIDE];
    const steps = inner.compile(command);
    if (!isPartlyOurs(capabilities, command)) return steps;
    return [...(creates ? withMaker(steps) : steps), KEEP_BESIDE];
  }

  async function prepareToKeep(command: Command, context: StepContext): Promise<StepRequest> {
    const { write_id, scope, results } = context;
    const { record: kind, creates } = COMMANDS[command.kind];
    const changes = changedRecordId(command);
    const before = context.before as Known['before'];
    const named = results.findLast(({ record }) => record?.kind === kind)?.record?.id;
    const made = !creates ? undefined : isOurs(capabilities, command) ? ownRecordId(write_id) : named;
    const known: Known = {
      ...{ before, made, at: new Date(clock()).toISOString() },
      still_booked: await isStillBooked(command, before as Tour | undefined, scope),
    };
    const beside =
      changes === undefined ? undefined : await sidecar.get({ connection, kind, scope, record_id: changes });
    const posting = results.findLast((result) => result.posting !== undefined)?.posting;
    const values = Object.assign({}, ...results.map((result) => result.values)) as Record<string, string>;
    const answer = { ...(posting !== undefined && { posting }), values };
    return keepRequest({ write_id, scope, patches: patchesOf(capabilities, command, known, beside), answer });
  }

  /** Whether the prospect of a tour that is to be cancelled has another one, where it is for Caretaker to know. */
  async function isStillBooked(command: Command, tour: Tour | undefined, scope: string): Promise<boolean> {
    if (command.kind !== 'cancel_tour' || tour === undefined) return false;
    const [, prospect] = changesOf(command, { before: tour, made: undefined, at: '' });
    const holds = fieldsOfKind(capabilities, 'guest_card')['status']?.support === 'sidecar';
    if (!holds && !isWhollyOurs(capabilities, 'guest_card', prospect?.id)) return false;
    let cursor: string | undefined;
    do {
      const query = { scope, property_id: tour.property_id, ...(cursor !== undefined && { cursor }) };
      const page = await list('tour', query);
      const other = page.records.some(
        ({ id, guest_card_id, status }) =>
          id !== tour.id && guest_card_id === tour.guest_card_id && status === 'scheduled',
      );
      if (other) return true;
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    return false;
  }

  /** What a vendor's connector is told of the record before the command: what its PMS showed. */
  async function toldTo(command: Command, context: StepContext): Promise<StepContext> {
    const { record: kind } = COMMANDS[command.kind];
    const before = context.before as Known['before'];
    const id = changedRecordId(command);
    if (before === undefined || id === undefined) return context;
    const kept = await sidecar.get({ connection, kind, scope: context.scope, record_id: id });
    return { ...context, before: asPmsShows(before, kept, fieldsOfKind(capabilities, kind)) };
  }

  return {
    ...inner,
    capabilities,
    scopes: () => inner.scopes(),
    get,
    list,
    compile,
    async prepare(command, step, context) {
      if (compile(command)[step]?.local === true) return prepareToKeep(command, context);
      return inner.prepare(command, step, await toldTo(command, context));
    },
    send: (request, signal) => (isKept(request) ? keeper.keep(request, signal) : inner.send(request, signal)),
    async locate(command, step, request, context, signal) {
      if (isKept(request)) return keeper.find(request);
      return inner.locate(command, step, request, await toldTo(command, context), signal);
    },
    close: () => inner.close(),
  };
}

/** What is kept is kept beside a record, so that an answer that does not name it has to be followed by a look-up. */
function withMaker(steps: readonly Step[]): readonly Step[] {
  if (steps.some(({ makes_record }) => makes_record === true)) return steps;
  return steps.map((step, index) => (index === 0 ? { ...step, makes_record: true } : step));
}
