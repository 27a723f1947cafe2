import * as z from 'zod/v4';
import { CaretakerError } from '../src/model/errors.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { ACTIVE_LEASE_STATUSES } from '../src/tool/lease_line.ts';
import { maskEmail, maskPhone } from '../src/tool/masked_contact.ts';
import { recordId, words } from '../src/tool/params.ts';

const KINDS = ['property', 'unit', 'resident', 'vendor', 'staff'] as const;
type Kind = (typeof KINDS)[number];

const CandidateView = z.object({
  kind: z.enum(KINDS),
  label: z.string(),
  property_id: z.string().optional(),
  unit_id: z.string().optional(),
  resident_id: z.string().optional(),
  vendor_id: z.string().optional(),
  staff_id: z.string().optional(),
  /** Of the household or the unit, where they are active now. */
  lease_ids: z.array(z.string()).optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  matched: z.array(z.string()),
});

export default defineTool({
  name: 'search_portfolio',
  title: 'Search portfolio',
  description:
    'Find properties, units, residents, vendors or staff from whatever a caller says; returns ranked candidates and the question that tells them apart.',
  scope: 'portfolio:read',
  risk: 'read',
  input: z.strictObject({
    query: words(2_000).describe('Name, unit, address, nickname, phone, email or id, as said'),
    caller_phone: z.string().max(60).describe('Caller ID, if known').optional(),
    kinds: z.array(z.enum(KINDS)).min(1).max(5).optional(),
    property_id: recordId().optional(),
  }),
  output: z.object({
    /** `one` where nothing has to be asked before it is used; else `several` or `none`. */
    found: z.string(),
    question: z.string().optional(),
    candidates: z.array(CandidateView),
    ...FRESHNESS,
  }),
  untrusted: ['candidates.label'],

  async run(call, input) {
    const within =
      input.property_id === undefined
        ? undefined
        : await call.records.get('property', input.property_id, 'property_id');
    const { query, caller_phone, kinds } = input;
    const answer = await call.records.search(
      { query, ...(caller_phone !== undefined && { caller_phone }), ...(kinds !== undefined && { kinds }) },
      within,
    );
    const read = await Promise.all(
      answer.candidates.map(async (candidate) => {
        const found = await current(call, candidate.kind as Kind, candidate);
        return found && { found, view: await show(call, found, candidate) };
      }),
    );
    const shown = read.filter((one) => one !== undefined);
    return {
      found: shown.length === 0 ? 'none' : answer.question === undefined ? 'one' : 'several',
      ...(answer.question !== undefined && { question: answer.question }),
      candidates: shown.map(({ view }) => view),
      ...freshnessOf(
        call,
        shown.map(({ found }) => found),
      ),
    };
  },

  text({ found, question, candidates }) {
    const lines = candidates.map((one, index) => {
      const ids = (['property_id', 'unit_id', 'resident_id', 'vendor_id', 'staff_id'] as const)
        .filter((name) => one[name] !== undefined)
        .map((name) => `${name} ${one[name]}`);
      const leases = one.lease_ids === undefined ? '' : `; leases ${one.lease_ids.join(', ')}`;
      return `${index + 1}. ${one.label} (${ids.join(', ')}${leases}; by ${one.matched.join(', ')})`;
    });
    if (found === 'none') lines.push('Nobody and nothing fits.');
    if (question !== undefined) lines.push(`Ask before doing anything: ${question}`);
    return lines.join('\n');
  },
});

type Candidate = Awaited<ReturnType<Call['records']['search']>>['candidates'][number];

/** The candidate's record; undefined where it has gone since it was found. */
async function current(call: Call, kind: Kind, { connection, scope, id }: Candidate): Promise<Found<Kind> | undefined> {
  try {
    return await call.records.get(kind, call.records.ref(connection, scope, id));
  } catch (error) {
    if (error instanceof CaretakerError && error.code === 'not_found') return undefined;
    throw error;
  }
}

async function show(call: Call, found: Found<Kind>, candidate: Candidate): Promise<z.infer<typeof CandidateView>> {
  const { connection, scope, property_id, unit_id, label, matched } = candidate;
  const ref = (id: string | undefined) => (id === undefined ? undefined : call.records.ref(connection, scope, id));
  const leases = await activeLeases(call, found, unit_id);
  return {
    kind: found.kind,
    label,
    property_id: ref(property_id),
    unit_id: ref(unit_id),
    ...(found.kind === 'resident' || found.kind === 'vendor' || found.kind === 'staff'
      ? { [`${found.kind}_id`]: found.ref, ...contactOf(found) }
      : {}),
    ...(leases.length > 0 && { lease_ids: leases }),
    matched,
  };
}

function contactOf(found: Found<Kind>): { phone?: string; email?: string } {
  const { phone, email, phones, emails } = found.record as {
    phone?: string;
    email?: string;
    phones?: readonly { number: string }[];
    emails?: readonly string[];
  };
  const [number, address] = [phone ?? phones?.[0]?.number, email ?? emails?.[0]];
  return {
    ...(number !== undefined && { phone: maskPhone(number) }),
    ...(address !== undefined && { email: maskEmail(address) }),
  };
}

/** The leases that somebody holds now in the unit; for a unit, all of them. */
async function activeLeases(call: Call, found: Found<Kind>, unit_id: string | undefined): Promise<string[]> {
  if (unit_id === undefined || (found.kind !== 'resident' && found.kind !== 'unit')) return [];
  const leases = await call.records.all('lease', {
    connection: found.connection,
    scope: found.scope,
    unit_id,
    status: ACTIVE_LEASE_STATUSES,
  });
  return leases
    .filter(({ record }) => found.kind === 'unit' || record.parties.some((one) => one.resident_id === found.record.id))
    .map(({ ref }) => ref);
}
