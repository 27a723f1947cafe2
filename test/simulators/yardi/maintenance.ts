import { child, text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { toLocal } from '../../../src/model/zoned_time.ts';
import { filled, inNoNamespace, inOrder, type Asked, type Offered, YardiError } from './service.ts';
import { keyOf, type ServiceRequest } from './tables.ts';
import { CATEGORIES, CLOSED, PRIORITIES, STATUSES } from './words.ts';

/** What is kept of a work order, in the order in which it is read and shown. */
const FIELDS = [
  ...['Origin', 'PropertyCode', 'UnitCode', 'TenantCode', 'VendorCode', 'ServiceRequestBriefDescription'],
  ...['ServiceRequestFullDescription', 'Priority', 'Category', 'SubCategory', 'HasPermissionToEnter', 'AccessNotes'],
  ...['ProblemDescriptionNotes', 'TechnicianNotes', 'TenantCaused', 'RequestorName', 'RequestorPhoneNumber'],
  ...['RequestorEmail', 'ServiceRequestDate', 'CurrentStatus'],
];

/** The longest brief description. */
const BRIEF = 35;

function shown({ id, fields, history, UpdateDate }: ServiceRequest) {
  const values = Object.fromEntries(FIELDS.map((name) => [name, fields[name] ?? '']));
  return element(
    'ServiceRequest',
    {},
    element('ServiceRequestId', {}, String(id)),
    ...filled(values),
    ...filled({ CreatedBy: 'webservice', UpdateDate, UpdatedBy: 'webservice' }),
    element('StatusHistory', {}, ...history.map(({ Type, TimeStamp }) => element('Status', { Type, TimeStamp }))),
  );
}

export const SEARCH: Offered = {
  name: 'GetServiceRequest_Search',
  parameters: [
    ...['YardiPropertyId', 'UnitCode', 'ResidentCode', 'Name', 'Address', 'PhoneNumber', 'Status', 'OpenOrClosed'],
    ...['FromDate', 'ToDate'],
  ],
  handle({ property, of }, { world: { tables } }) {
    const [unit, state, from, to] = [of('UnitCode'), of('OpenOrClosed'), of('FromDate'), of('ToDate')];
    for (const day of [from, to]) if (day !== '' && !isDay(day)) throw new YardiError('Invalid date.');
    const found = tables.requests.where('property', property).filter(({ row: { fields, filed_on: day } }) => {
      const isClosed = CLOSED.includes(fields['CurrentStatus'] ?? '');
      if (state !== '' && isClosed !== (state === 'Closed')) return false;
      return (unit === '' || fields['UnitCode'] === unit) && (from === '' || day >= from) && (to === '' || day <= to);
    });
    if (found.length === 0) throw new YardiError('There are no work orders found for these input values.');
    return [inNoNamespace(element('ServiceRequests', {}, ...found.map(({ row }) => shown(row))))];
  },
};

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

function checkFields(property: string, fields: Readonly<Record<string, string>>, { world: { tables } }: Asked): void {
  const value = (name: string) => fields[name] ?? '';
  const refuse = (message: string): never => {
    throw new YardiError(message);
  };
  if (value('PropertyCode') !== property) refuse('Invalid Property Code.');
  const unit = value('UnitCode');
  if (unit !== '' && tables.units.get(keyOf(property, unit)) === undefined) refuse('Invalid Unit Code.');
  const tenant = value('TenantCode');
  if (tenant !== '' && tables.tenants.get(tenant)?.property !== property) refuse('Invalid Tenant Code.');
  const vendor = value('VendorCode');
  if (vendor !== '' && tables.vendors.get(vendor) === undefined) refuse('Invalid Vendor Code.');
  const brief = value('ServiceRequestBriefDescription');
  if (brief === '' || brief.length > BRIEF) refuse(`Brief Description takes 1 to ${BRIEF} characters.`);
  if (!PRIORITIES.includes(value('Priority'))) refuse('Invalid Priority.');
  if (!Object.values(CATEGORIES).includes(value('Category'))) refuse('Invalid Category.');
  if (!STATUSES.includes(value('CurrentStatus'))) refuse('Invalid Status.');
  if (!['true', 'false'].includes(value('HasPermissionToEnter'))) refuse('Invalid Permission.');
  if (!/^\d{0,15}$/.test(value('RequestorPhoneNumber'))) refuse('Requestor Phone Number must be digits only.');
  if (!isDay(value('ServiceRequestDate'))) refuse('Invalid Service Request Date.');
}

/** A work order as it is sent: what it does not name is empty from then on, in an edit too. */
function sent(request: XmlNode): Record<string, string> {
  inOrder(request, ['ServiceRequestId', ...FIELDS]);
  return Object.fromEntries(FIELDS.map((name) => [name, text(request, name) ?? '']));
}

export const CREATE_OR_EDIT: Offered = {
  name: 'CreateOrEditServiceRequests',
  write: true,
  parameters: ['YardiPropertyId', 'ServiceRequestXml'],
  documents: ['ServiceRequestXml'],
  handle({ property, document }, asked) {
    const { tables, ids, now } = asked.world;
    const root = document('ServiceRequestXml');
    const request = child(root, 'ServiceRequest');
    if (root?.name !== 'ServiceRequests' || root.namespace !== '' || request === undefined)
      throw new YardiError('Object reference not set to an instance of an object.');
    const fields = sent(request);
    checkFields(property, fields, asked);
    const number = Number(text(request, 'ServiceRequestId')?.trim() || '0');
    const zone = tables.properties.get(property)?.zone ?? 'UTC';
    const UpdateDate = `${toLocal(new Date(now()).toISOString(), zone)}:00`;
    const stamp = { Type: fields['CurrentStatus'] ?? '', TimeStamp: UpdateDate };
    const before = tables.requests.get(number);
    if (number !== 0 && before?.property !== property) throw new YardiError('Invalid Service Request Id.');
    const changed = before?.fields['CurrentStatus'] !== stamp.Type;
    const history = [...(before?.history ?? []), ...(changed ? [stamp] : [])];
    const id = before?.id ?? ids.next('request', 100_001);
    const filed_on = before?.filed_on ?? fields['ServiceRequestDate'] ?? '';
    const row: ServiceRequest = { id, property, fields, history, filed_on, UpdateDate };
    if (before === undefined) tables.requests.insert(row);
    else tables.requests.replace(row);
    asked.wrote.push({ record: 'service_request', id: String(id) });
    return [inNoNamespace(element('ServiceRequests', {}, shown(row)))];
  },
};

export const CUSTOM_VALUES: Offered = {
  name: 'GetCustomValues',
  parameters: [],
  handle: () => [
    inNoNamespace(
      element(
        'CustomConfig',
        {},
        element(
          'CustomValues',
          {},
          element('Statuses', {}, ...STATUSES.map((name) => element('Status', { Name: name }))),
          element('Priorities', {}, ...PRIORITIES.map((name) => element('Priority', {}, name))),
          element(
            'Categories',
            {},
            ...Object.values(CATEGORIES).map((Name) =>
              element('Category', { Name }, element('SubCategory', {}, 'Other')),
            ),
          ),
        ),
      ),
    ),
  ],
};
