import * as z from 'zod/v4';
import { checkLeaseChange, type LeaseChange, notesOnLeaseChange } from '../src/leasing/lease_rules.ts';
import { LeaseView } from '../src/leasing/lease_view.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { formatAmount } from '../src/model/money.ts';
import type { Lease } from '../src/model/records.ts';
import { canonicalJson } from '../src/model/version.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { day, recordId, requestId, version, words } from '../src/tool/params.ts';
import { viewLease } from '../src/tool/show_lease.ts';
import { refuse, requireVersion } from '../src/tool/versions.ts';

const inputSchema = z.strictObject({
  request_id: requestId(),
  lease_id: recordId(),
  version: version(),
  action: z.enum(['accept_renewal', 'give_notice', 'withdraw_notice', 'change_move_out']),
  renewal_offer_id: recordId().describe('From list_leases').optional(),
  notice_date: day().describe('Day notice was received').optional(),
  move_out_date: day().optional(),
  resident_ids: z.array(recordId()).min(1).max(50).describe('Who leaves; default all').optional(),
  reason: words(240).optional(),
});
type Input = z.output<typeof inputSchema>;

/** Fields of the lease that each change rests on. */
const TOUCHED: Readonly<Record<LeaseChange['action'], readonly (keyof Lease)[]>> = {
  accept_renewal: ['status', 'parties', 'end_date', 'rent', 'renewal_offers'],
  give_notice: ['status', 'parties', 'notice_date', 'move_out_date', 'end_date'],
  withdraw_notice: ['status', 'parties', 'notice_date', 'move_out_date'],
  change_move_out: ['status', 'parties', 'notice_date', 'move_out_date', 'end_date'],
};

export default defineTool({
  name: 'update_lease',
  title: 'Update lease',
  description:
    'Accept an offered renewal, record or withdraw notice to vacate, or change a move-out date; a person decides.',
  scope: 'leases:write',
  risk: 'legal',
  input: inputSchema,
  output: z.object({
    lease: LeaseView.optional(),
    /** The change in words, for the person who decides. */
    change: z.string(),
    resident_ids: z.array(z.string()).optional(),
    /** What that person should know: short notice, a lease that runs on, residents who stay. */
    notes: z.array(z.string()),
  }),

  async propose(call, input) {
    const lease = await call.records.fresh('lease', input.lease_id, 'lease_id');
    const property = await call.records.get(
      'property',
      call.records.ref(lease.connection, lease.scope, lease.record.property_id),
    );
    const change = await changeOf(call, lease, input);
    await requireVersion(call, lease, input.version, TOUCHED[change.action]);
    const refusal = checkLeaseChange(lease.record, change, call.today(property));
    if (refusal !== undefined) refuse(refusal);
    await refuseSecond(call, lease, change);
    return {
      at: at(lease),
      property,
      before: lease.record,
      command: {
        kind: 'update_lease',
        lease_id: lease.record.id,
        property_id: lease.record.property_id,
        change,
        ...(input.reason !== undefined && { reason: input.reason }),
      },
      answer: {
        change: await inWords(call, lease, change),
        notes: notesOnLeaseChange(await withoutGuarantors(call, lease), change),
        ...('resident_ids' in change && {
          resident_ids: change.resident_ids.map((id) => call.records.ref(lease.connection, lease.scope, id)),
        }),
      },
    };
  },

  /** The person decided on the lease as it was then: whatever has moved since is theirs to see first. */
  async judgeAgain(call, { row, command, before }) {
    if (command.kind !== 'update_lease') return;
    const lease = await call.records.fresh('lease', call.records.ref(row.connection, row.scope, command.lease_id));
    const property = await call.records.get(
      'property',
      call.records.ref(row.connection, row.scope, command.property_id),
    );
    const moved = TOUCHED[command.change.action].filter(
      (field) => canonicalJson(before?.[field] ?? null) !== canonicalJson(lease.record[field] ?? null),
    );
    if (moved.length > 0)
      throw new CaretakerError(
        'conflict',
        `Somebody changed ${moved.join(', ')} of this lease after the change was asked for. Nothing was changed.`,
      );
    const refusal = checkLeaseChange(lease.record, command.change, call.today(property));
    if (refusal !== undefined) refuse(refusal);
  },

  async present(call, { row }) {
    if (row.state !== 'done' || row.record_id === null) return {};
    const lease = await call.records.get('lease', call.records.ref(row.connection, row.scope, row.record_id));
    return { lease: await viewLease(call, lease) };
  },

  text({ lease, change, notes }) {
    const state =
      lease === undefined
        ? 'Nothing has changed yet; a person decides.'
        : `Done: lease ${lease.lease_id} (version ${lease.version}) is ${lease.status}.`;
    return [`${change} ${state}`, ...notes].join(' ');
  },
});

/** The change that the arguments ask for. Throws `invalid_input` where one that it needs is missing, or too many. */
async function changeOf(call: Call, lease: Found<'lease'>, input: Input): Promise<LeaseChange> {
  const { action, renewal_offer_id, notice_date, move_out_date } = input;
  switch (action) {
    case 'accept_renewal':
      unused(input, ['notice_date', 'move_out_date', 'resident_ids']);
      return { action, renewal_offer_id: required('renewal_offer_id', renewal_offer_id) };
    case 'give_notice':
      unused(input, ['renewal_offer_id']);
      return {
        action,
        notice_date: required('notice_date', notice_date),
        move_out_date: required('move_out_date', move_out_date),
        resident_ids: await whoLeaves(call, lease, input),
      };
    case 'withdraw_notice':
      unused(input, ['renewal_offer_id', 'notice_date', 'move_out_date']);
      return { action, resident_ids: await whoLeaves(call, lease, input) };
    case 'change_move_out':
      unused(input, ['renewal_offer_id', 'notice_date']);
      return {
        action,
        move_out_date: required('move_out_date', move_out_date),
        resident_ids: await whoLeaves(call, lease, input),
      };
  }
}

/** Those named, else all whom the action can be about: who has not given notice yet, or who has. */
async function whoLeaves(call: Call, found: Found<'lease'>, { action, resident_ids }: Input): Promise<string[]> {
  if (resident_ids !== undefined) {
    const residents = await Promise.all(resident_ids.map((ref) => call.records.get('resident', ref, 'resident_ids')));
    return residents.map(({ record }) => record.id);
  }
  const lease = await withoutGuarantors(call, found);
  const leaving = (party: Lease['parties'][number]) =>
    (party.notice_date ?? party.move_out ?? lease.notice_date) !== undefined;
  const meant = lease.parties.filter((party) => leaving(party) === (action !== 'give_notice'));
  return (meant.length > 0 ? meant : lease.parties).map(({ resident_id }) => resident_id);
}

/** The lease with those who live there: a guarantor signs it, does not move out, and does not stay. */
async function withoutGuarantors(call: Call, lease: Found<'lease'>): Promise<Lease> {
  const { parties } = lease.record;
  const people = await Promise.all(parties.map((party) => call.records.linked(lease, 'resident', party.resident_id)));
  const living = parties.filter((_, index) => people[index]?.record.role !== 'guarantor');
  return { ...lease.record, parties: living.length > 0 ? living : parties };
}

function required(field: keyof Input, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new CaretakerError('invalid_input', `${field} is required for this action. The lease was not changed.`, {
    field,
  });
}

function unused(input: Input, fields: readonly (keyof Input)[]): void {
  const field = fields.find((name) => input[name] !== undefined);
  if (field === undefined) return;
  throw new CaretakerError('invalid_input', `${field} has no part in ${input.action}. The lease was not changed.`, {
    field,
  });
}

/** The same change that waits for a person already is not asked for a second time. */
async function refuseSecond(call: Call, lease: Found<'lease'>, change: LeaseChange): Promise<void> {
  const waiting = await call.writeback.list({
    organisation: call.grant.organisation,
    record_id: lease.record.id,
    states: ['awaiting_approval'],
    limit: 50,
  });
  for (const { write_id, connection, scope } of waiting) {
    const write = await call.writeback.byId(write_id);
    const same =
      connection === lease.connection &&
      scope === lease.scope &&
      write?.command.kind === 'update_lease' &&
      canonicalJson(write.command.change) === canonicalJson(change);
    if (same)
      throw new CaretakerError('duplicate', 'The same change waits for a decision already. Nothing was changed now.', {
        next: 'list_writes with this write_id shows the decision',
        details: { write_id },
      });
  }
}

async function inWords(call: Call, lease: Found<'lease'>, change: LeaseChange): Promise<string> {
  const { record } = lease;
  if (change.action === 'accept_renewal') {
    const offer = record.renewal_offers.find(({ id }) => id === change.renewal_offer_id);
    return offer === undefined
      ? ''
      : `Renewal to ${offer.end_date} at ${formatAmount(offer.rent)} (now ${formatAmount(record.rent)}).`;
  }
  const residents = await Promise.all(
    change.resident_ids.map((resident_id) => call.records.linked(lease, 'resident', resident_id)),
  );
  const names = residents.flatMap((resident) => resident?.record.name ?? []).join(', ');
  switch (change.action) {
    case 'give_notice':
      return `Notice of ${change.notice_date} by ${names}, moving out on ${change.move_out_date}.`;
    case 'withdraw_notice':
      return `Notice withdrawn by ${names}.`;
    case 'change_move_out':
      return `Move-out of ${names} changed to ${change.move_out_date}.`;
  }
}
