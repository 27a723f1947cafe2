import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type StepContext } from '../../connector.ts';
import { path } from '../../kit/rest.ts';
import type { Operation, Plan, PlannedStep } from '../../kit/vendor.ts';
import { numbersWritten, placesOf } from '../contact.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

/*
 * Changes to who lives where: a resident's contact, and move-outs, which Buildium takes tenant by tenant.
 */

interface WireTenant extends wire.Tenant {
  Email?: string | null;
  AlternateEmail?: string | null;
  PhoneNumbers?: { Number?: string | null; Type?: string }[] | null;
  TaxId?: string | null;
  Address?: Record<string, unknown> | null;
  AlternateAddress?: Record<string, unknown> | null;
  [field: string]: unknown;
}

/** What a PUT takes as the GET shows it. A tax number is put in only where it is sent: it is not to be kept here. */
const KEPT = ['FirstName', 'LastName', 'DateOfBirth', 'Comment', 'EmergencyContact', 'MailingPreference'] as const;

export function updateResident(vendor: Vendor): Plan<'update_resident'> {
  return (command) => {
    if (command.phones === undefined && command.emails === undefined) return [];
    placesOf(command.phones ?? []);
    if ((command.emails?.length ?? 0) > 2)
      throw new VendorError('unsupported', 'Buildium keeps two e-mail addresses of a resident.', { field: 'emails' });
    const { resident_id: id } = command;
    return [
      {
        name: 'update_tenant',
        retry: 'set_value',
        operation: 'update_tenant',
        prepare: async () => ({ id, body: tenantBody(await tenantOf(vendor, id), command) }),
        locate: (request, _context, signal) => locateTenant(vendor, id, request, signal),
      },
    ];
  };
}

async function tenantOf({ client }: Vendor, id: string, signal?: AbortSignal): Promise<WireTenant> {
  const tenant = await client.one<WireTenant>((one) => path`v1/leases/tenants/${one}`, id, signal);
  if (tenant !== undefined) return tenant;
  throw new VendorError('not_found', 'Buildium has no such resident. Nothing was changed.');
}

function tenantBody(tenant: WireTenant, { phones, emails }: CommandOf<'update_resident'>): Record<string, unknown> {
  const kept = Object.fromEntries(KEPT.flatMap((field) => (tenant[field] == null ? [] : [[field, tenant[field]]])));
  const numbers = numbersWritten(tenant.PhoneNumbers ?? [], phones === undefined);
  const [Email, AlternateEmail] = emails ?? [tenant.Email, tenant.AlternateEmail];
  return {
    ...kept,
    Address: tenant.Address,
    ...(tenant.AlternateAddress != null && { AlternateAddress: tenant.AlternateAddress }),
    ...(Email && { Email }),
    ...(AlternateEmail && { AlternateEmail }),
    PhoneNumbers:
      phones === undefined ? numbers : { ...placesOf(phones), ...(numbers['Fax'] && { Fax: numbers['Fax'] }) },
  };
}

/** The forms of a tax number that a PUT takes. */
const TAX_ID = /^(\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|\d{9})$/;

/** The tax number that a PUT would erase by not saying it. Throws `unsupported` for one that is not shown in full. */
function taxIdOf({ TaxId }: WireTenant): { TaxId?: string } {
  if (!TaxId) return {};
  if (TAX_ID.test(TaxId)) return { TaxId };
  throw new VendorError(
    'unsupported',
    'Buildium does not show the tax number of this resident in a form that can be written back, and would lose it: a person makes the change there. Nothing was changed.',
  );
}

async function locateTenant(
  vendor: Vendor,
  id: string,
  request: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<Located> {
  const asked = request['body'] as { Email?: string; AlternateEmail?: string; PhoneNumbers?: Record<string, string> };
  const now = tenantBody(await tenantOf(vendor, id, signal), {
    kind: 'update_resident',
    resident_id: id,
    property_id: '',
  });
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const sorted = (numbers: unknown) => Object.entries((numbers ?? {}) as Record<string, string>).sort();
  const isAsAsked =
    same(asked.Email, now['Email']) &&
    same(asked.AlternateEmail, now['AlternateEmail']) &&
    same(sorted(asked.PhoneNumbers), sorted(now['PhoneNumbers']));
  return isAsAsked
    ? { outcome: 'found', result: { record: { kind: 'resident', scope: '', id } } }
    : { outcome: 'absent', covers_all: true };
}

export function updateLease(vendor: Vendor): Plan<'update_lease'> {
  return ({ lease_id, change }) => {
    if (change.action === 'accept_renewal')
      throw new VendorError(
        'unsupported',
        'Buildium does not show what a renewal offer holds: a person renews the lease there.',
        { field: 'change' },
      );
    return change.resident_ids.flatMap((resident, index): PlannedStep[] => {
      const place = { lease: lease_id, resident, index };
      if (change.action === 'withdraw_notice') return [removeMoveOut(vendor, place)];
      const notice = change.action === 'give_notice' ? change.notice_date : undefined;
      const put = putMoveOut(vendor, place, change.move_out_date, notice);
      // There is no changing of a move-out: the old one goes, the new one comes with the notice that it had.
      return change.action === 'change_move_out' ? [removeMoveOut(vendor, place), put] : [put];
    });
  };
}

interface Place {
  lease: string;
  resident: string;
  index: number;
}

interface MoveOut {
  TenantId: number;
  MoveOutDate?: string;
  NoticeGivenDate?: string | null;
}

function moveOutOf({ client }: Vendor, { lease, resident }: Place, signal?: AbortSignal): Promise<MoveOut | undefined> {
  idOf(lease, 'lease');
  return client.one<MoveOut>((one) => path`v1/leases/${lease}/moveouts/${one}`, resident, signal);
}

const leaseResult = (lease: string) => ({ record: { kind: 'lease' as const, scope: '', id: lease } });

function putMoveOut(vendor: Vendor, place: Place, date: string, notice: string | undefined): PlannedStep {
  return {
    name: `move_out_${place.index + 1}`,
    retry: 'set_value',
    operation: 'post_move_out',
    prepare: ({ before }: StepContext) => {
      const held = noticeBefore(before, place.resident) ?? notice;
      return {
        lease: String(idOf(place.lease, 'lease')),
        body: {
          TenantId: idOf(place.resident, 'resident'),
          MoveOutDate: date,
          ...((notice ?? held) !== undefined && { NoticeGivenDate: notice ?? held }),
        },
      };
    },
    async locate(_request, _context, signal) {
      const now = await moveOutOf(vendor, place, signal);
      if (now === undefined) return { outcome: 'absent', covers_all: true };
      return now.MoveOutDate?.slice(0, 10) === date
        ? { outcome: 'found', result: leaseResult(place.lease) }
        : { outcome: 'differs', detail: 'another move-out was recorded meanwhile' };
    },
  };
}

function removeMoveOut(vendor: Vendor, place: Place): PlannedStep {
  return {
    name: `withdraw_${place.index + 1}`,
    retry: 'set_value',
    operation: 'delete_move_out',
    prepare: () => ({ lease: String(idOf(place.lease, 'lease')), tenant: String(idOf(place.resident, 'resident')) }),
    async locate(_request, _context, signal) {
      const now = await moveOutOf(vendor, place, signal);
      return now === undefined
        ? { outcome: 'found', result: leaseResult(place.lease) }
        : { outcome: 'absent', covers_all: true };
    },
  };
}

/** The day on which somebody had given notice, as the lease showed it before. */
function noticeBefore(before: unknown, resident: string): string | undefined {
  const parties = (before as { parties?: { resident_id: string; notice_date?: string }[] } | undefined)?.parties;
  return parties?.find(({ resident_id }) => resident_id === resident)?.notice_date;
}

export function peopleOperations(vendor: Vendor): Record<string, Operation> {
  const { client } = vendor;
  return {
    async update_tenant({ id, body }, signal) {
      const whole = { ...(body as object), ...taxIdOf(await tenantOf(vendor, String(id), signal)) };
      await client.send('PUT', path`v1/leases/tenants/${String(id)}`, whole, { signal });
      return { record: { kind: 'resident', scope: '', id: String(id) } };
    },
    async post_move_out({ lease, body }, signal) {
      await client.send('POST', path`v1/leases/${String(lease)}/moveouts`, body, { signal });
      return leaseResult(String(lease));
    },
    async delete_move_out({ lease, tenant }, signal) {
      if (!isId(String(tenant))) throw new VendorError('not_found', 'Buildium has no such resident.');
      await client.send('DELETE', path`v1/leases/${String(lease)}/moveouts/${String(tenant)}`, undefined, { signal });
      return leaseResult(String(lease));
    },
  };
}
