import * as z from 'zod/v4';
import { LeaseStatus } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { maskEmail, maskPhone } from './masked_contact.ts';

/** Leases under which somebody lives in a unit now. */
export const ACTIVE_LEASE_STATUSES = ['current', 'notice', 'eviction'] as const satisfies z.infer<typeof LeaseStatus>[];

/** A lease without its money: who lives where, and until when. */
export const LeaseLine = z.object({
  lease_id: z.string(),
  version: z.string(),
  status: z.string(),
  term: z.string(),
  start_date: z.string(),
  end_date: z.string().optional(),
  move_out_date: z.string().optional(),
  unit_id: z.string(),
});
export type LeaseLine = z.infer<typeof LeaseLine>;

export function leaseLine(call: Call, { record, version, connection, scope }: Found<'lease'>): LeaseLine {
  return {
    lease_id: call.records.ref(connection, scope, record.id),
    version,
    status: record.status,
    term: record.term,
    start_date: record.start_date,
    ...(record.end_date !== undefined && { end_date: record.end_date }),
    ...(record.move_out_date !== undefined && { move_out_date: record.move_out_date }),
    unit_id: call.records.ref(connection, scope, record.unit_id),
  };
}

/** Somebody on a lease, with contact data to recognise them by and none to call them with. */
export const PartyLine = z.object({
  resident_id: z.string(),
  name: z.string(),
  role: z.string(),
  status: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  preferred_channel: z.string().optional(),
  move_out: z.string().optional(),
});

/** The people on a lease, in the lease's order. */
export async function partiesOf(call: Call, lease: Found<'lease'>): Promise<z.infer<typeof PartyLine>[]> {
  const residents = await Promise.all(
    lease.record.parties.map(({ resident_id }) => call.records.linked(lease, 'resident', resident_id)),
  );
  return residents.flatMap((resident, index) => {
    if (resident === undefined) return [];
    const { record } = resident;
    const [phone, email, move_out] = [record.phones[0], record.emails[0], lease.record.parties[index]?.move_out];
    return {
      resident_id: resident.ref,
      name: record.preferred_name === undefined ? record.name : `${record.name} (${record.preferred_name})`,
      role: record.role,
      status: record.status,
      ...(phone !== undefined && { phone: maskPhone(phone.number) }),
      ...(email !== undefined && { email: maskEmail(email) }),
      ...(record.preferred_channel !== undefined && { preferred_channel: record.preferred_channel }),
      ...(move_out !== undefined && { move_out }),
    };
  });
}
