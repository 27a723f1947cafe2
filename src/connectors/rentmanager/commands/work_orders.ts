import type { CommandOf } from '../../../model/commands.ts';
import type { Located, StepContext } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { INSTRUCTIONS } from '../notes.ts';
import { isOver, ISSUE_EMBEDS, workOrderMapping } from '../records/work_orders.ts';
import { residentIds } from '../records/tenants.ts';
import { idOf, type Filter } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { wallClock } from '../words.ts';
import { noteStep } from './history.ts';
import { ABSENT, found, lookStep, OPERATIONS, post, refuseOverride } from './post.ts';
import { setStep } from './set_values.ts';

const ISSUES = 'ServiceManagerIssues';
const KEY = 'ServiceManagerIssueID';
const KIND = 'work_order';

/** The issue that the first step has made. */
function madeIssue({ results }: StepContext): string {
  return results[0]?.record?.id ?? '';
}

export function createWorkOrder(vendor: Vendor): Plan<'create_work_order'> {
  return (command) => [createIssue(vendor, command), linkPlace(vendor, command), ...linkResident(vendor, command)];
}

function createIssue(vendor: Vendor, command: CommandOf<'create_work_order'>): PlannedStep {
  const { client, circumstances, tables } = vendor;
  return {
    ...{ name: 'create_issue', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
    prepare(context) {
      refuseOverride(context);
      const { property_id, title, trade, severity, entry } = command;
      // An issue that cannot be linked would belong to nobody: ids are looked at before there is one.
      for (const { id, what } of placesOf(command)) idOf(id, what);
      const status = tables.work_order_status?.to_pms['new'] === undefined ? {} : { status: 'new' };
      const description = withMarker(command.description, context.marker);
      const fields = { property_id, title, description, trade, severity, entry, ...status };
      return post(ISSUES, [writeFields(workOrderMapping(tables), fields, circumstances)], { kind: KIND, key: KEY });
    },
    async locate(_request, { marker }, signal): Promise<Located> {
      // Whether a list leaves out what is closed is not known: both are asked for.
      const carrying: Filter = ['Description', 'ct', marker];
      for (const filters of [[carrying], [carrying, ['IsClosed', 'eq', 'true'] as const]]) {
        const rows = await client.all<wire.Issue>(ISSUES, { filters }, signal);
        const own = rows.find(({ Description }) => carries(Description, marker));
        if (own !== undefined) return found(KIND, String(own[KEY]));
      }
      return ABSENT;
    },
  };
}

/** What an issue is linked to, in the order of the steps. */
function placesOf({ unit_id, property_id, resident_id }: CommandOf<'create_work_order'>) {
  const place = unit_id === undefined ? { id: property_id, what: 'property' } : { id: unit_id, what: 'unit' };
  const tenant = resident_id === undefined ? [] : [{ id: residentIds(resident_id)?.tenant ?? '', what: 'resident' }];
  return [place, ...tenant];
}

function linkPlace(vendor: Vendor, { unit_id, property_id }: CommandOf<'create_work_order'>): PlannedStep {
  if (unit_id === undefined)
    return linkStep(vendor, 'link_property', 'LinkProperty?propertyID', property_id, ({ LinkedProperties }) =>
      LinkedProperties?.map(({ PropertyID }) => PropertyID),
    );
  return linkStep(vendor, 'link_unit', 'LinkUnit?unitID', unit_id, ({ LinkedUnits }) =>
    LinkedUnits?.map(({ UnitID }) => UnitID),
  );
}

function linkResident(vendor: Vendor, { resident_id }: CommandOf<'create_work_order'>): PlannedStep[] {
  if (resident_id === undefined) return [];
  const tenant = residentIds(resident_id)?.tenant ?? '';
  const linked = ({ LinkedTenants }: wire.Issue) => LinkedTenants?.map(({ TenantID }) => TenantID);
  return [linkStep(vendor, 'link_tenant', 'LinkTenant?tenantID', tenant, linked)];
}

/** A link; linking twice is linking once. */
function linkStep(
  vendor: Vendor,
  name: string,
  action: string,
  id: string,
  linked: (issue: wire.Issue) => readonly number[] | undefined,
): PlannedStep {
  return {
    ...{ name, retry: 'set_value', operation: OPERATIONS.post },
    prepare(context) {
      refuseOverride(context);
      const issue = madeIssue(context);
      const address = `${path`ServiceManagerIssues/${issue}/`}${action}=${idOf(id, name.slice('link_'.length))}`;
      return post(address, undefined, { kind: KIND, id: issue });
    },
    async locate(_request, context, signal): Promise<Located> {
      const issue = await vendor.client.one<wire.Issue>(ISSUES, madeIssue(context), ISSUE_EMBEDS, signal);
      if (issue === undefined) return { outcome: 'differs', detail: 'The service issue is no longer there.' };
      return linked(issue)?.map(String).includes(id) ? found(KIND, String(issue[KEY])) : ABSENT;
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** When somebody comes: the end goes where the vendor keeps until when the work is to be done. */
function visitFields(visit: { start: string; end?: string | undefined } | null | undefined, zone: string): Fields {
  if (visit === undefined) return {};
  if (visit === null) return { ScheduledDate: null, AssignedCloseDate: null };
  const { start, end } = visit;
  return { ScheduledDate: wallClock(start, zone), AssignedCloseDate: end === undefined ? null : wallClock(end, zone) };
}

/** The fields of an issue that an update sets. Throws `unsupported` for a value that has no number. */
function updateFields(vendor: Vendor, command: CommandOf<'update_work_order'>): Fields {
  const { property_id, status, severity, trade, vendor_id, visit } = command;
  const rows = workOrderMapping(vendor.tables);
  return {
    ...writeFields(rows, { property_id, status, severity, trade }, vendor.circumstances),
    ...(status !== undefined && { IsClosed: isOver(status) }),
    ...(vendor_id !== undefined && { VendorID: vendor_id === null ? null : idOf(vendor_id, 'vendor') }),
    ...visitFields(visit, vendor.zone(property_id)),
  };
}

/** A change of an issue. Its title is wanted back with every update (seen). */
function setIssue(vendor: Vendor, name: string, id: string, set: () => Fields): PlannedStep {
  return setStep<wire.Issue>(vendor.client, {
    ...{ name, resource: ISSUES, key: KEY, record: { kind: KIND, id }, sent_back: ['Title'], set },
    row: () => idOf(id, 'work order'),
  });
}

function issueNote(
  vendor: Vendor,
  { work_order_id, property_id }: { work_order_id: string; property_id: string },
  name: string,
  text: string,
): PlannedStep {
  return noteStep(vendor, {
    ...{ name, resource: ISSUES, what: 'work order', text, property_id },
    parent: () => work_order_id,
    record: () => ({ kind: KIND, id: work_order_id }),
  });
}

export function updateWorkOrder(vendor: Vendor): Plan<'update_work_order'> {
  return (command) => {
    const { work_order_id: id, note } = command;
    const sets = (['status', 'severity', 'trade', 'vendor_id', 'visit'] as const).some(
      (one) => command[one] !== undefined,
    );
    const steps = [
      ...(sets ? [setIssue(vendor, 'update_issue', id, () => updateFields(vendor, command))] : []),
      ...(note === undefined ? [] : [issueNote(vendor, command, 'add_note', note.text)]),
    ];
    return steps.length > 0
      ? steps
      : [lookStep(KIND, id, async () => (await vendor.client.one(ISSUES, id)) !== undefined)];
  };
}

export function addWorkOrderNote(vendor: Vendor): Plan<'add_work_order_note'> {
  return (command) => [issueNote(vendor, command, 'add_note', command.note.text)];
}

export function assignWorkOrder(vendor: Vendor): Plan<'assign_work_order'> {
  return (command) => {
    const { work_order_id, property_id, vendor_id, technician_id, visit, instructions } = command;
    const fields = (): Fields => ({
      VendorID: vendor_id === undefined ? null : idOf(vendor_id, 'vendor'),
      AssignedToUserID: technician_id === undefined ? null : idOf(technician_id, 'technician'),
      ...visitFields(visit, vendor.zone(property_id)),
      ...scheduled(vendor),
    });
    return [
      setIssue(vendor, 'assign', work_order_id, fields),
      ...(instructions === undefined
        ? []
        : [issueNote(vendor, command, 'add_instructions', `${INSTRUCTIONS}\n${instructions}`)]),
    ];
  };
}

/** The status of what somebody is coming for, where the company has one for it. */
function scheduled({ tables }: Vendor): Fields {
  const number = tables.work_order_status?.to_pms['scheduled'];
  return number === undefined ? {} : { StatusID: Number(number) };
}
