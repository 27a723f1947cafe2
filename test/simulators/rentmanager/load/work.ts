import type { GuestCard, WorkOrder } from '../../../../src/model/records.ts';
import { CATEGORIES, numberOf, PRIORITIES, REASONS, STAGES, STATUSES, TOUR_ENDS, TOUR_SUBJECTS } from '../words.ts';
import { auditDate } from '../moments.ts';
import { midnight, type Loading } from './context.ts';

interface Line {
  at: string;
  text: string;
}

function loadHistory(
  loading: Loading,
  EntityType: string,
  ParentID: number,
  property: string | undefined,
  lines: readonly Line[],
): void {
  for (const { at, text } of lines)
    loading.put(
      'HistoryNotes',
      {
        HistoryID: loading.next('HistoryNotes'),
        ParentID,
        EntityType,
        HistoryDate: loading.wall(at, property),
        Note: text,
      },
      at,
    );
}

export function loadIssues(loading: Loading): void {
  for (const one of loading.portfolio.work_order) {
    const id = loading.id('ServiceManagerIssues', one.id);
    const tenant = loading.portfolio.resident.find((resident) => resident.id === one.resident_id)?.household_id;
    const isClosed = one.status === 'closed' || one.status === 'cancelled';
    loading.put(
      'ServiceManagerIssues',
      {
        ServiceManagerIssueID: id,
        ...fieldsOf(loading, one),
        ...linksOf(loading, one, tenant),
        IsClosed: isClosed,
        CloseDate: isClosed && one.completed_at ? auditDate(Date.parse(one.completed_at), 0) : undefined,
      },
      one.created_at,
    );
    const lines =
      one.instructions === undefined ? [] : [{ at: one.created_at, text: `Instructions:\n${one.instructions}` }];
    loadHistory(loading, 'ServiceManagerIssue', id, one.property_id, [...lines, ...one.notes]);
    for (const bill of one.bill_ids)
      loading.put('ServiceManagerIssueWorkOrders', {
        ServiceManagerIssueWorkOrderID: loading.next('ServiceManagerIssueWorkOrders'),
        ...{ ServiceManagerIssueID: id, VendorBillID: loading.id('Bills', bill), Description: one.title },
      });
  }
}

function fieldsOf(loading: Loading, one: WorkOrder) {
  const wall = (at: string | undefined) => (at === undefined ? undefined : loading.wall(at, one.property_id));
  return {
    ...{ Title: one.title, Description: one.description, IsAllowedToEnter: one.entry === 'yes' },
    ...{ CategoryID: numberOf(CATEGORIES, one.trade), PriorityID: numberOf(PRIORITIES, one.severity) },
    ...{ StatusID: numberOf(STATUSES, one.status), ScheduledDate: wall(one.visit?.start) },
    AssignedCloseDate: wall(one.visit?.end),
    VendorID: one.vendor_id === undefined ? undefined : loading.id('Vendors', one.vendor_id),
    AssignedToUserID: one.technician_id === undefined ? undefined : loading.id('Users', one.technician_id),
  };
}

function linksOf(loading: Loading, one: WorkOrder, tenant: string | undefined) {
  return {
    ...(one.unit_id === undefined
      ? { $Properties: [loading.id('Properties', one.property_id)] }
      : { $Units: [loading.id('Units', one.unit_id)] }),
    ...(tenant !== undefined && { $Tenants: [loading.id('Tenants', tenant)] }),
  };
}

export function loadProspects(loading: Loading): void {
  for (const one of loading.portfolio.guest_card) {
    const id = loading.id('Prospects', one.id);
    loading.put('Prospects', { ProspectID: id, ...prospectOf(loading, one) }, one.created_at);
    const [FirstName, ...rest] = (one.name ?? '').split(' ');
    loading.put('Contacts', {
      ...{ ContactID: loading.next('Contacts'), ParentID: id, ParentType: 'Prospect', IsPrimary: true },
      ...{ FirstName, LastName: rest.join(' '), Email: one.emails[0], PhoneNumbers: loading.phones(one.phones) },
    });
    const said = one.touches.flatMap(({ at, source, message }) =>
      message === undefined ? [] : [{ at, text: `Inquiry (${source}):\n${message}` }],
    );
    loadHistory(loading, 'Prospect', id, one.property_id, [...said, ...one.notes]);
  }
}

function prospectOf(loading: Loading, one: GuestCard) {
  const names = one.name?.split(' ') ?? [];
  return {
    ...{
      PropertyID: loading.id('Properties', one.property_id),
      FirstName: names.slice(0, -1).join(' '),
      LastName: names.at(-1) ?? 'Unknown',
    },
    ...{ LeadSourceID: loading.id('LeadSources', one.source), CurrentProspectStageID: numberOf(STAGES, one.status) },
    ProspectLostReasonID: one.lost_reason === undefined ? undefined : numberOf(REASONS, one.lost_reason),
    LeasingAgentID: one.assigned_to === undefined ? undefined : loading.id('Users', one.assigned_to),
    ...{ MoveInDate: midnight(one.move_in_date), PeopleCount: one.occupants },
    RentMax: one.rent_max === undefined ? undefined : Math.floor(one.rent_max / 100),
    InterestedUnits: one.unit_ids.map((unit) => ({
      ...{ InterestedUnitID: loading.next('InterestedUnit'), UnitID: loading.id('Units', unit) },
    })),
  };
}

export function loadAppointments(loading: Loading): void {
  for (const one of loading.portfolio.tour) {
    const subject = TOUR_SUBJECTS[one.type];
    loading.put('Appointments', {
      ...{ AppointmentID: loading.id('Appointments', one.id), ProspectID: loading.id('Prospects', one.guest_card_id) },
      ...{ StartDate: loading.wall(one.start, one.property_id), EndDate: loading.wall(one.end, one.property_id) },
      Subject: one.status === 'scheduled' ? subject : `${TOUR_ENDS[one.status]}: ${subject}`,
      Description: [one.notes, `Unit ID ${loading.id('Units', one.unit_id)}`].filter(Boolean).join('\n'),
      AppointmentUsers: one.agent_id === undefined ? [] : [{ UserID: loading.id('Users', one.agent_id) }],
    });
  }
}

export function loadConversations(loading: Loading): void {
  for (const one of loading.portfolio.communication) {
    const tenant = loading.portfolio.resident.find(({ id }) => id === one.resident_id)?.household_id;
    if (tenant === undefined) continue;
    const parent = loading.id('Tenants', tenant);
    const about = [
      ...(one.property_id === undefined ? [] : [`property ${loading.id('Properties', one.property_id)}`]),
      `resident ${parent}`,
    ];
    const text = `Communication: ${[`${one.channel}, ${one.direction}`, ...about].join('; ')}\n${one.summary}`;
    loadHistory(loading, 'Tenant', parent, one.property_id, [{ at: one.at, text }]);
  }
}
