import * as z from 'zod/v4';
import type { Notice } from '../src/writeback/open_write.ts';
import { isRelayAddress, normaliseEmail, normalisePhone } from '../src/model/contact.ts';
import { CaretakerError } from '../src/model/errors.ts';
import type { Resident } from '../src/model/records.ts';
import { canonicalJson } from '../src/model/version.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { recordId, requestId, version, words } from '../src/tool/params.ts';
import { propertyOfRecord } from '../src/tool/place_view.ts';
import { ResidentView, residentView } from '../src/tool/resident_view.ts';
import { requireVersion } from '../src/tool/versions.ts';

/** What of a resident can be changed; the tool's argument of each, for errors. */
const ARGUMENT = {
  phones: 'phone',
  emails: 'email',
  preferred_channel: 'preferred_channel',
  forwarding_address: 'forwarding_address',
} as const satisfies Partial<Record<keyof Resident, string>>;
type Field = keyof typeof ARGUMENT;
type Changes = Partial<Pick<Resident, Field>>;

export default defineTool({
  name: 'update_resident',
  title: 'Update resident',
  description:
    'Change contact details of a resident whose identity was checked; says whether the old contact has been told.',
  scope: 'residents:write',
  risk: 'write',
  input: z.strictObject({
    request_id: requestId(),
    resident_id: recordId(),
    version: version(),
    phone: z.string().min(1).max(60).optional(),
    email: z.string().min(1).max(254).optional(),
    preferred_channel: z.enum(['phone', 'sms', 'email']).optional(),
    forwarding_address: words(255).optional(),
    verified_by: z.enum(['known_phone', 'one_time_code', 'portal', 'in_person']),
  }),
  output: z.object({
    resident: ResidentView.optional(),
    changed: z.array(z.string()),
    verified_by: z.string(),
    /** `by_notify` once the change is made; `no` where it has to be done by hand. Absent where no contact changed. */
    old_contact_told: z.string().optional(),
    /** What was replaced, where it has to be told by hand: the record no longer has it. */
    old_contact: z.array(z.string()).optional(),
    /** Channels whose consent was given for the contact that is replaced. */
    ask_consent_again: z.array(z.string()),
  }),
  untrusted: ['resident.name', 'resident.preferred_name', 'resident.forwarding_address'],

  async propose(call, input) {
    const resident = await call.records.fresh('resident', input.resident_id, 'resident_id');
    const property = await propertyOfRecord(call, resident);
    const asked = changesAsked(resident.record, input);
    await requireVersion(call, resident, input.version, Object.keys(asked));
    const changes = realChanges(resident.record, asked);
    if (input.verified_by === 'known_phone' && resident.record.phones.length === 0)
      throw new CaretakerError('not_permitted', 'No phone of this resident is known. Nothing was changed.', {
        field: 'verified_by',
        next: 'check who it is by a one-time code, in the portal or in person, else escalate_to_staff with identity_unclear',
      });
    const fields = Object.keys(changes) as Field[];
    const replaced = resident.record;
    const told =
      ('phones' in changes && replaced.phones.length > 0) || ('emails' in changes && replaced.emails.length > 0);
    return {
      at: at(resident),
      property,
      before: resident.record,
      command: {
        kind: 'update_resident',
        resident_id: resident.record.id,
        property_id: resident.record.property_id,
        ...changes,
      },
      ...(told && { notices: [contactChanged(call, resident, fields, input.verified_by)] }),
      answer: {
        changed: fields.map((field) => ARGUMENT[field]),
        verified_by: input.verified_by,
        ...(told && { old_contact_told: call.config.policy.notify === undefined ? 'no' : 'by_notify' }),
        ...(told && call.config.policy.notify === undefined && { old_contact: replacedContact(replaced, changes) }),
        ask_consent_again: consentToAsk(replaced, changes),
      },
    };
  },

  async judgeAgain(call, { row, command, before }) {
    if (command.kind !== 'update_resident') return;
    const resident = await call.records.fresh(
      'resident',
      call.records.ref(row.connection, row.scope, command.resident_id),
    );
    const [now, then] = [resident.record as Record<string, unknown>, before ?? {}];
    const moved = Object.keys(ARGUMENT).filter(
      (field) => field in command && canonicalJson(now[field] ?? null) !== canonicalJson(then[field] ?? null),
    );
    if (moved.length === 0) return;
    throw new CaretakerError('conflict', `Somebody changed ${moved.join(', ')} meanwhile. Nothing was changed.`);
  },

  async present(call, { row }) {
    const ref = call.records.ref(row.connection, row.scope, row.record_id ?? '');
    return { resident: await residentView(call, await call.records.get('resident', ref)) };
  },

  text({ resident, changed, old_contact_told: told, old_contact }) {
    return [
      resident === undefined
        ? `Not changed yet: ${changed.join(', ')}.`
        : `Resident ${resident.resident_id} (version ${resident.version}): changed ${changed.join(', ')}.`,
      ...(told === 'no'
        ? [`The old contact has not been told: call or write to ${(old_contact ?? []).join(' and ')}.`]
        : []),
      ...(told === 'by_notify' ? ['The old contact is told once the change is made.'] : []),
    ].join(' ');
  },
});

/** The fields as they would be; throws `invalid_input` on a phone or an address that cannot be one. */
function changesAsked(
  { phones, emails }: Resident,
  input: { phone?: string; email?: string } & Pick<Changes, 'preferred_channel' | 'forwarding_address'>,
): Changes {
  const phone = input.phone === undefined ? undefined : phoneOf(input.phone);
  const email = input.email === undefined ? undefined : emailOf(input.email);
  const asked: Changes = {
    // The first one is replaced: it is the one that was used. A second number or address stays.
    ...(phone !== undefined && {
      phones: [
        phones.find(({ number }) => number === phone) ?? { number: phone, type: phones[0]?.type ?? 'mobile' },
        ...phones.slice(1).filter(({ number }) => number !== phone),
      ],
    }),
    ...(email !== undefined && { emails: [email, ...emails.slice(1).filter((other) => other !== email)] }),
    ...(input.preferred_channel !== undefined && { preferred_channel: input.preferred_channel }),
    ...(input.forwarding_address !== undefined && { forwarding_address: input.forwarding_address }),
  };
  if (Object.keys(asked).length > 0) return asked;
  throw new CaretakerError('invalid_input', 'There is nothing to change in this call. Nothing was changed.', {
    next: `give at least one of ${Object.values(ARGUMENT).join(', ')}`,
  });
}

/** Without what the record says already. */
function realChanges(resident: Resident, asked: Changes): Changes {
  const changed = (Object.keys(asked) as Field[]).filter(
    (field) => canonicalJson(asked[field]) !== canonicalJson(resident[field] ?? null),
  );
  if (changed.length > 0) return Object.fromEntries(changed.map((field) => [field, asked[field]]));
  throw new CaretakerError('invalid_input', 'The resident has exactly these details already. Nothing was changed.', {
    field: ARGUMENT[(Object.keys(asked) as Field[])[0] ?? 'phones'],
  });
}

function phoneOf(given: string): string {
  const phone = normalisePhone(given);
  if (phone !== undefined && phone.extension === undefined) return phone.number;
  const why = phone === undefined ? 'is not a telephone number' : 'has an extension, which cannot be kept';
  throw new CaretakerError('invalid_input', `phone ${why}. Nothing was changed.`, { field: 'phone' });
}

function emailOf(given: string): string {
  const email = normaliseEmail(given);
  if (email !== undefined && !isRelayAddress(email)) return email;
  const why = email === undefined ? 'is not an e-mail address' : "is a listing site's relay and nobody's own address";
  throw new CaretakerError('invalid_input', `email ${why}. Nothing was changed.`, { field: 'email' });
}

/** Tells whoever looks after it that the former contact is to hear of it. Ids only: the contact is in the write. */
function contactChanged(
  call: Call,
  resident: Found<'resident'>,
  fields: readonly Field[],
  verified_by: string,
): Notice {
  const { connection, record } = resident;
  const changed = fields.filter((field) => field === 'phones' || field === 'emails').map((field) => ARGUMENT[field]);
  const body = { connection, property_id: record.property_id, changed, verified_by, by: call.grant.principal };
  return { kind: 'resident.contact_changed', body };
}

/** The number and address that the change takes out. */
function replacedContact({ phones, emails }: Resident, changes: Changes): string[] {
  const kept = [...(changes.phones ?? phones).map(({ number }) => number), ...(changes.emails ?? emails)];
  return [...phones.map(({ number }) => number), ...emails].filter((contact) => !kept.includes(contact));
}

/** A consent was given for the number or address of its time; for a new one it has to be asked for again. */
function consentToAsk({ consents }: Resident, changes: Changes): string[] {
  return consents
    .filter(({ state, channel }) => state === 'granted' && (channel === 'email' ? 'emails' : 'phones') in changes)
    .map(({ channel }) => channel);
}
