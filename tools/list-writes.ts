import * as z from 'zod/v4';
import { CaretakerError } from '../src/model/errors.ts';
import { type Call, defineTool } from '../src/tool.ts';
import { commandWords } from '../src/tool/command_words.ts';
import { cursor, localTime, recordId } from '../src/tool/params.ts';
import { type Place, portfolioClock, readBound } from '../src/tool/portfolio_clock.ts';
import { STATE_GROUPS, type WorkEntry, workEntries, type WorkQuery } from '../src/tool/work_log.ts';
import { openWrite } from '../src/writeback/open_write.ts';
import { WriteViewSchema } from '../src/writeback/view.ts';

/** Lines of a page. */
const SHOWN = 25;

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
    /** Newest first. */
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
    const query: WorkQuery = {
      principal: anyone ? undefined : call.grant.principal,
      write_id: input.write_id,
      request_id: input.request_id,
      record_id: input.record_id,
      groups: input.states,
      since,
      until,
      before: input.cursor === undefined ? undefined : readCursor(input.cursor),
    };
    const { entries, complete_to } = await workEntries(call, query);
    const clock = portfolioClock(call);
    const timed = await Promise.all(
      entries.map(async (entry) => ({ entry, at: await clock.text(entry.at, placeOf(entry)) })),
    );
    const within = timed.filter(
      ({ entry, at }) => (since?.admits(entry.at, at) ?? true) && (until?.admits(entry.at, at) ?? true),
    );
    const page = within.slice(0, SHOWN);
    const next = within.length > SHOWN ? page.at(-1)?.entry.order : complete_to;
    const writes = await Promise.all(page.map(({ entry, at }) => lineOf(call, entry, at)));
    const counts: Record<string, number> = {};
    for (const { group } of writes) counts[group] = (counts[group] ?? 0) + 1;
    return { writes, counts, ...(next !== undefined && { next_cursor: next }) };
  },

  text({ writes, counts, next_cursor }) {
    if (writes.length === 0) return next_cursor === undefined ? 'Nothing.' : 'Nothing on this page; there is more.';
    const groups = Object.entries(counts).map(([group, count]) => `${count} ${group.replaceAll('_', ' ')}`);
    const open = writes.filter(({ group }) => group !== 'done' && group !== 'refused');
    return [
      `${groups.join(', ')}${next_cursor === undefined ? '' : '; there is more'}.`,
      ...open
        .slice(0, 5)
        .map(({ at, tool, state, what, error }) =>
          [`${at} ${tool} ${state}`, what, error?.message].filter((part) => part !== undefined).join(': '),
        ),
    ].join('\n');
  },
});

function readCursor(text: string): string {
  if (/^[0-9a-hjkmnp-tv-z]{22}$/.test(text)) return text;
  throw new CaretakerError('invalid_input', 'cursor is not from an earlier list_writes. Nothing was changed.', {
    field: 'cursor',
    next: 'leave it out to begin with the newest',
  });
}

function placeOf(entry: WorkEntry): Place {
  if (entry.kind === 'write') return entry.row;
  if (entry.kind === 'escalation') return { ...entry.row, scope: '' };
  return { connection: null, scope: '', property_id: null };
}

async function lineOf(call: Call, entry: WorkEntry, at: string): Promise<Line> {
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
  const { record_id, property_id, ...view } = await call.writeback.view(row);
  return {
    ...view,
    ...common,
    request_id: row.request_id,
    what: commandWords(command),
    ...(record_id !== undefined && { record_id: ref(record_id) }),
    ...(property_id !== undefined && { property_id: ref(property_id) }),
  };
}
