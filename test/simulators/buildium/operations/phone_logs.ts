import { changed, created, has, isOneOf, shown, type Ask, type Handler } from '../ask.ts';
import { phoneLogMessage } from '../compose/people.ts';
import type { OperationName } from '../contract/operations.ts';
import { refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import type { PhoneLog } from '../wire.ts';

interface Participant {
  EntityType: PhoneLog['EntityType'];
  EntityId: number;
  UnitAgreement?: { Id: number; Type: string } | null;
}

function participantFrom(ask: Ask): Pick<PhoneLog, 'EntityType' | 'EntityId' | 'LeaseId'> {
  const { EntityType, EntityId, UnitAgreement } = ask.body['Participant'] as Participant;
  const table = { Vendor: ask.tables.vendors, RentalTenant: ask.tables.tenants }[EntityType as string];
  if (table?.get(EntityId) === undefined) refuse('Participant.EntityId', 'There is no such participant.');
  if (UnitAgreement == null) return { EntityType, EntityId, LeaseId: null };
  const lease = ask.named(ask.tables.leases, 'Participant.UnitAgreement.Id', UnitAgreement.Id, 'lease');
  return { EntityType, EntityId, LeaseId: lease.Id };
}

function callFrom(ask: Ask): Pick<PhoneLog, 'Subject' | 'Description' | 'CallDateTime'> {
  const CallDateTime = ask.text('CallDateTime') as string;
  return { Subject: ask.text('Subject') as string, Description: ask.text('Description') as string, CallDateTime };
}

const day = ({ CallDateTime }: PhoneLog) => CallDateTime.slice(0, 10);

/** Calls that somebody has written down. */
export const PHONE_LOGS = {
  'GET /v1/communications/phonelogs': (ask) =>
    listed<PhoneLog>(
      ask,
      ask.tables.phoneLogs.entries(),
      {
        fromdate:
          ([value = '']) =>
          ({ row }) =>
            day(row) >= value,
        todate:
          ([value = '']) =>
          ({ row }) =>
            day(row) <= value,
        loggedbystaffuserids: isOneOf(() => ask.tables.users.rows()[0]?.Id ?? null),
        subject: has(({ Subject }) => Subject),
        participantentityid: isOneOf(({ EntityId }) => EntityId),
        participantentitytype: isOneOf(({ EntityType }) => EntityType),
        unitagreementid: isOneOf(({ LeaseId }) => LeaseId),
        unitagreementtype:
          ([type]) =>
          ({ row }) =>
            row.LeaseId !== null && type === 'Lease',
      },
      ({ row }) => phoneLogMessage(ask.tables, row),
    ),
  'POST /v1/communications/phonelogs': (ask) => {
    const row = { Id: ask.nextId('phoneLog'), ...participantFrom(ask), ...callFrom(ask) };
    return created(ask, 'phonelogs', row.Id, phoneLogMessage(ask.tables, ask.tables.phoneLogs.insert(row)));
  },
  'GET /v1/communications/phonelogs/{phoneLogId}': (ask) =>
    shown(phoneLogMessage(ask.tables, ask.one(ask.tables.phoneLogs, 'phoneLogId', 'phone log'))),
  'PUT /v1/communications/phonelogs/{phoneLogId}': (ask) => {
    const { Id } = ask.one(ask.tables.phoneLogs, 'phoneLogId', 'phone log');
    return changed('phonelogs', Id, phoneLogMessage(ask.tables, ask.tables.phoneLogs.change(Id, callFrom(ask))));
  },
} satisfies Partial<Record<OperationName, Handler>>;
