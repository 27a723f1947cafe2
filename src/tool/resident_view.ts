import * as z from 'zod/v4';
import { contactState, EMERGENCY_CONTACT } from '../leasing/contact_rules.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { knownZone } from './place_view.ts';

/** A resident with contact data in full, for callers who deal with them. Birth dates are never shown. */
export const ResidentView = z.object({
  resident_id: z.string(),
  version: z.string(),
  name: z.string(),
  preferred_name: z.string().optional(),
  role: z.string(),
  status: z.string(),
  property_id: z.string(),
  unit_id: z.string().optional(),
  unit: z.string().optional(),
  household_id: z.string().optional(),
  phones: z.array(z.object({ number: z.string(), type: z.string() })),
  emails: z.array(z.string()),
  preferred_channel: z.string().optional(),
  forwarding_address: z.string().optional(),
});
export type ResidentView = z.infer<typeof ResidentView>;

/** Per channel whether somebody may be contacted, and what they said about it. */
export const ContactView = z.object({
  local_time: z.string().optional(),
  channels: z.array(
    z.object({
      channel: z.string(),
      may_contact_now: z.boolean(),
      why: z.string().optional(),
      consent: z.string(),
      consent_at: z.string().optional(),
    }),
  ),
  calls_and_texts_from: z.string().optional(),
  emergencies: z.string(),
});

export async function residentView(call: Call, found: Found<'resident'>): Promise<ResidentView> {
  const { record, connection, scope } = found;
  const unit = await call.records.linked(found, 'unit', record.unit_id);
  const { name, preferred_name, role, status, phones, emails, preferred_channel, forwarding_address } = record;
  return {
    resident_id: found.ref,
    version: found.version,
    name,
    ...(preferred_name !== undefined && { preferred_name }),
    role,
    status,
    property_id: call.records.ref(connection, scope, record.property_id),
    ...(unit !== undefined && { unit_id: unit.ref, unit: unit.record.name }),
    ...(record.household_id !== undefined && {
      household_id: call.records.ref(connection, scope, record.household_id),
    }),
    phones,
    emails,
    ...(preferred_channel !== undefined && { preferred_channel }),
    ...(forwarding_address !== undefined && { forwarding_address }),
  };
}

/** When and how a resident may be contacted, by the clock of the property they live at. */
export function contactView(
  call: Call,
  { record }: Found<'resident'>,
  property: Found<'property'>,
): z.infer<typeof ContactView> {
  const state = contactState({
    now: new Date(call.now).toISOString(),
    zone: knownZone(call, property),
    consents: record.consents,
    has: { phone: record.phones.length > 0, sms: record.phones.length > 0, email: record.emails.length > 0 },
  });
  return { ...state, emergencies: EMERGENCY_CONTACT };
}
