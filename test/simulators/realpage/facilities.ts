import { child, text } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { toLocal } from '../../../src/model/zoned_time.ts';
import type { Field } from '../soap/contract.ts';
import { bare, operation, refuse, shown, texts } from './calls.ts';
import { keyOf, type ServiceRequest } from './tables.ts';
import { PRIORITIES, PROBLEMS, STATUS_CODES } from './words.ts';

/*
 * Service requests. Nobody has published what their elements are called: these names are this company's, told by the
 * contract that its service shows, and stand for whatever a customer's own contract says.
 */

const required = (name: string): Field => ({ name, type: 'string' });

const NEW: Field = {
  name: 'servicerequest',
  type: [
    required('unitid'),
    ...texts('residentmemberid'),
    required('problemid'),
    required('priorityid'),
    required('details'),
    ...texts('permissiontoenter', 'accessnotes', 'requestedby', 'contactphone', 'requestdate', 'ExtensionData'),
  ],
};

const CHANGE: Field = {
  name: 'servicerequest',
  type: [required('servicerequestid'), required('status'), ...texts('completionnotes', 'ExtensionData')],
};

const ASKED = [
  ...['searchtype', 'searchid', 'requeststatus', 'requestdatestart', 'requestdateend', 'includeactivity'],
  ...['completedatestart', 'completedateend'],
];

export const FACILITIES_READS = [
  operation('getservicerequest', [{ name: 'getservicerequest', type: texts(...ASKED) }], (call, { tables, site }) => {
    const asked = child(call, 'getservicerequest');
    const statuses = STATUS_CODES[text(asked, 'requeststatus') ?? ''];
    if (text(asked, 'searchtype') !== '7' || statuses === undefined)
      refuse('The search type or the status is not known.');
    const [from = '', to = ''] = ['requestdatestart', 'requestdateend'].map((name) => text(asked, name));
    const found = tables.requests
      .where('site', site)
      .filter(({ row }) => statuses.includes(row.Status) && row.RequestDate >= from && row.RequestDate <= to);
    return [bare('GetServiceRequests', ...found.map(({ row }) => element('GetServiceRequest', {}, ...shown(row))))];
  }),
];

export const FACILITIES_WRITES = [
  operation('addservicerequest', [NEW], (call, { tables, site, world, wrote }) => {
    const asked = child(call, 'servicerequest');
    const value = (name: string) => text(asked, name) ?? '';
    if (tables.units.get(keyOf(site, value('unitid'))) === undefined) refuse('The unit is not of this site.');
    if (!PROBLEMS.some(([, id]) => id === value('problemid'))) refuse('The problem is not of this site.');
    if (!PRIORITIES.some(([, id]) => id === value('priorityid'))) refuse('The priority is not of this site.');
    if (value('details') === '') refuse('Details are required.');
    const row: ServiceRequest = {
      ...{ site, ServiceRequestID: String(world.ids.next('request', 2_001)), UnitID: value('unitid') },
      ...{
        ResidentMemberID: value('residentmemberid'),
        ProblemID: value('problemid'),
        PriorityID: value('priorityid'),
      },
      ...{ Details: value('details'), Status: 'New', PermissionToEnter: value('permissiontoenter') },
      ...{ AccessNotes: value('accessnotes'), RequestedBy: value('requestedby'), ContactPhone: value('contactphone') },
      RequestDate: `${toLocal(new Date(world.now()).toISOString(), tables.sites.get(site)?.zone ?? 'UTC')}:00`,
      ...{ CompletedDate: '', CompletionNotes: '' },
    };
    tables.requests.insert(row);
    wrote.push({ record: 'requests', id: row.ServiceRequestID });
    // The number of the new request is not in the answer.
    return [bare('AddServiceRequest', element('message', {}, 'SUCCESS'))];
  }),
  operation('updateservicerequest', [CHANGE], (call, { tables, site, world, wrote }) => {
    const asked = child(call, 'servicerequest');
    const [id = '', Status = '', notes] = ['servicerequestid', 'status', 'completionnotes'].map((name) =>
      text(asked, name),
    );
    const key = keyOf(site, id);
    const before = tables.requests.get(key);
    if (before === undefined) refuse('There is no such service request.');
    if (!['In Progress', 'On Hold', 'Canceled', 'Complete'].includes(Status)) refuse('The status is not known.');
    const ended = Status === 'Complete' || Status === 'Canceled';
    const zone = tables.sites.get(site)?.zone ?? 'UTC';
    tables.requests.change(key, {
      Status,
      ...(notes !== undefined && { CompletionNotes: notes }),
      CompletedDate: ended ? `${toLocal(new Date(world.now()).toISOString(), zone)}:00` : '',
    });
    wrote.push({ record: 'requests', id });
    return [bare('UpdateServiceRequest', element('message', {}, 'SUCCESS'))];
  }),
];
