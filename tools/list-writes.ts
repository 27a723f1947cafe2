import * as z from 'zod/v4';
import { CaretakerError } from '../src/model/errors.ts';
import { type Call, defineTool } from '../src/tool.ts';
import { commandWords } from '../src/tool/command_words.ts';
import { namesIn } from '../src/tool/command_names.ts';
import { cursor, localTime, recordId } from '../src/tool/params.ts';
import { type Place, type PortfolioClock, portfolioClock, readBound } from '../src/tool/portfolio_clock.ts';
import { moreText } from '../src/tool/text_lines.ts';
import {
  SECTIONS,
  type Section,
  STATE_GROUPS,
  type WorkEntry,
  workEntries,
  type WorkQuery,
} from '../src/tool/work_log.ts';
import { openWrite } from '../src/writeback/open_write.ts';
import { WriteViewSchema } from '../src/writeback/view.ts';

/** Lines of a page. */
const SHOWN = 20;

const Line = WriteViewSchema.partial().omit({ tool: true, state: true, at: true }).extend({
  /** Only on cases handed to a person. */
  escalation_id: z.string().optional(),
  /** One of the groups that `states` takes. */
  group: z.string(),
  state: z.string(),
  tool: z.string(),
  what: z.string().optional(),
  by: z.string(),
  request_id: z.string().optional(),
  /** On the clock of its property; with an offset where that is not known. */
  at: z.string(),
});
type Line = z.infer<typeof Line>;

export default defineTool({
  name: 'list_writes',
  title: 'List writes',
  description:
    'Show changes that agents made, tried or have under way, with outcome and proof: follow one write, recover after a restart, or review a night.',
  scope: 'portfolio:read',
  risk: 'read',
  needs_no_pms: true,
  input: z.strictObject({
    write_id: z.string().min(1).max(64).optional(),
    request_id: z.string().min(1).max(64).optional(),
    record_id: recordId().optional(),
    by: z.enum(['me', 'agents']).describe('Default me').optional(),
    states: z.array(z.enum(STATE_GROUPS)).min(1).max(6).optional(),
    since: localTime().describe('Property-local date or time').optional(),
    until: localTime().optional(),
    cursor: cursor().optional(),
  }),
  output: z.object({
    /** Newest first; refused calls after all that was done. */
    writes: z.array(Line),
    /** How many of each group are on this page. */
    counts: z.record(z.string(), z.number()),
    next_cursor: z.string().optional(),
  }),
  untrusted: ['writes.what'],

  async run(call, input) {
    const [since, until] = [
      input.since === undefined ? undefined : readBound(input.since, 'since'),
      input.until === undefined ? undefined : readBound(input.until, 'until'),
    ];
    const anyone = input.by === 'agents' || (input.by === undefined && input.write_id !== undefined);
    const query = {
      principal: anyone ? undefined : call.grant.principal,
      write_id: input.write_id,
      request_id: input.request_id,
      record_id: input.record_id,
      groups: input.states,
      since,
      until,
    };
    const clock = portfolioClock(call);
    const from = input.cursor === undefined ? START : readCursor(input.cursor);
    const page: Timed[] = [];
    let next: string | undefined;
    for (const section of SECTIONS.slice(SECTIONS.indexOf(from.section))) {
      const before = section === from.section ? from.before : undefined;
      const part = await partOf(call, clock, { ...query, section, before }, SHOWN - page.length);
      page.push(...part.shown);
      if (part.next !== undefined) next = writeCursor({ section, before: part.next });
      else if (page.length === SHOWN && section === 'work') next = writeCursor({ section: 'refusals' });
      if (next !== undefined) break;
    }
    const writes = await Promise.all(page.map(({ entry, at }) => lineOf(call, clock, entry, at)));
    const counts: Record<string, number> = {};
    for (const { group } of writes) counts[group] = (counts[group] ?? 0) + 1;
    return { writes, counts, ...(next !== undefined && { next_cursor: next }) };
  },

  text({ writes, counts, next_cursor }) {
    if (writes.length === 0)
      return next_cursor === undefined ? 'Nothing.' : `Nothing on this page; there is more with cursor ${next_cursor}`;
    const groups = Object.entries(counts).map(([group, count]) => `${count} ${group.replaceAll('_', ' ')}`);
    return [`${groups.join(', ')}.`, ...writes.map(writeLine), ...moreText(next_cursor)].join('\n');
  },
});

/** What is done is known by its record, everything else by its write or case. */
function writeLine(line: Line): string {
  const { at, tool, state, group, what, error, record_id, write_id, escalation_id } = line;
  const id = (group === 'done' ? (record_id ?? write_id) : write_id) ?? escalation_id;
  const head = [at.slice(5, 16).replace('T', ' '), tool, state, id].filter((part) => part !== undefined).join(' ');
  const why = error === undefined ? undefined : group === 'refused' ? error.code : error.message;
  return [head, what, why].filter((part) => part !== undefined).join(': ');
}

interface Position {
  section: Section;
  before?: string | undefined;
}
const START: Position = { section: 'work' };

/** The cursor is the order of the last line, after an `r` where that was a refused call. */
function writeCursor({ section, before = '' }: Position): string {
  return section === 'work' ? before : `r${before}`;
}

function readCursor(text: string): Position {
  const [, refused, before] = /^(r?)([0-9a-hjkmnp-tv-z]{22})?$/.exec(text) ?? [];
  if (refused === 'r') return { section: 'refusals', before };
  if (before !== undefined) return { section: 'work', before };
  throw new CaretakerError('invalid_input', 'cursor is not from an earlier list_writes. Nothing was changed.', {
    field: 'cursor',
    next: 'leave it out to begin with the newest',
  });
}

interface Timed {
  entry: WorkEntry;
  at: string;
}

/** As much of a section as there is room for, and where it goes on. */
async function partOf(
  call: Call,
  clock: PortfolioClock,
  query: WorkQuery,
  room: number,
): Promise<{ shown: Timed[]; next?: string | undefined }> {
  const { entries, complete_to } = await workEntries(call, query);
  const timed = await Promise.all(
    entries.map(async (entry) => ({ entry, at: await clock.text(entry.at, placeOf(call, entry)) })),
  );
  const within = timed.filter(
    ({ entry, at }) => (query.since?.admits(entry.at, at) ?? true) && (query.until?.admits(entry.at, at) ?? true),
  );
  const shown = within.slice(0, room);
  return { shown, next: within.length > room ? shown.at(-1)?.entry.order : complete_to };
}

function placeOf(call: Call, entry: WorkEntry): Place {
  if (entry.kind === 'write') return entry.row;
  if (entry.kind === 'escalation') return { ...entry.row, scope: '' };
  // A refused call has its property as the caller named it, which is the bare id only where there is one connection.
  const [connection, ...others] = call.records.connections;
  const known = connection !== undefined && others.length === 0 && entry.row.property_id !== null;
  return known
    ? { connection, scope: '', property_id: entry.row.property_id }
    : { connection: null, scope: '', property_id: null };
}

async function lineOf(call: Call, clock: PortfolioClock, entry: WorkEntry, at: string): Promise<Line> {
  const by = entry.row.principal === call.grant.principal ? 'me' : entry.row.principal;
  const common = { group: entry.group, by, at };
  if (entry.kind === 'refusal') {
    const { tool, request_id, code, message, property_id } = entry.row;
    return {
      ...common,
      tool,
      state: 'refused',
      error: { code, message },
      ...(request_id !== null && { request_id }),
      ...(property_id !== null && { property_id }),
    };
  }
  if (entry.kind === 'escalation') {
    const { escalation_id, state, reason, urgency, request_id, record_id } = entry.row;
    const what = `${reason}, ${urgency}`;
    return {
      ...common,
      tool: 'escalate_to_staff',
      escalation_id,
      state,
      what,
      request_id,
      ...(record_id !== null && { record_id }),
    };
  }
  const { row } = entry;
  const { command } = openWrite(call.keyring, row);
  const ref = (id: string) => call.records.ref(row.connection, row.scope, id);
  const { record_id, property_id, approval, ...view } = await call.writeback.view(row);
  return {
    ...view,
    ...common,
    request_id: row.request_id,
    what: commandWords(command, await namesIn(call, row, command)),
    ...(approval !== undefined && { approval: await localApproval(clock, row, approval) }),
    ...(record_id !== undefined && { record_id: ref(record_id) }),
    ...(property_id !== undefined && { property_id: ref(property_id) }),
  };
}

async function localApproval(
  clock: PortfolioClock,
  place: Place,
  approval: NonNullable<Line['approval']>,
): Promise<NonNullable<Line['approval']>> {
  const { decide_by, decided_at } = approval;
  const local = (instant: string) => clock.text(Date.parse(instant), place);
  return {
    ...approval,
    ...(decide_by !== undefined && { decide_by: await local(decide_by) }),
    ...(decided_at !== undefined && { decided_at: await local(decided_at) }),
  };
}
