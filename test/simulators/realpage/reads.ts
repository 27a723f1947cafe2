import { path, text } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import { bare, DATE, operation, refuse, shown, texts } from './calls.ts';
import { keyOf, type Unit } from './tables.ts';

const DIFFGRAM = 'urn:schemas-microsoft-com:xml-diffgram-v1';

/** A unit as the leasing office sees it: whether somebody still lives there is not said. */
function unitObject(unit: Unit): XmlElement {
  const { UnitID, UnitNumber, BuildingID, Bedrooms, Bathrooms } = unit;
  const group = (name: string, fields: object) => element(name, {}, ...shown(fields));
  return element(
    'UnitObject',
    {},
    group('Address', { BuildingID, UnitID, UnitNumber }),
    group('UnitDetails', { Bedrooms, Bathrooms, FloorNumber: unit.Floor, GrossSqFtCount: unit.RentableSqft }),
    group('Availability', { AvailableBit: 'true', MadeReadyDate: unit.AvailableDate }),
    element('FloorPlanMarketRent', {}, unit.MarketRent),
  );
}

/** What shows places and people. `getsitelist` has more elements than these; others were not seen. */
export const READS = [
  operation('getsitelist', [], (_call, { tables, site }) => {
    const own = tables.sites.get(site);
    return [bare('GetSiteList', element('Site', {}, ...shown(own ?? {}, 'zone')))];
  }),
  operation('getbuildings', [], (_call, { tables, site }) => [
    bare(
      'BuildingList',
      ...tables.buildings.where('site', site).map(({ row }) => element('Building', {}, ...shown(row))),
    ),
  ]),
  operation('unitlist', [], (_call, { tables, site }) => [
    bare('UnitList', ...tables.units.where('site', site).map(({ row }) => element('Unit', {}, ...shown(row)))),
  ]),
  operation('getunitlist', [], (_call, { tables, site }) => {
    const free = tables.units.where('site', site).filter(({ row }) => row.Available === 'T');
    return [bare('GetUnitList', element('UnitObjects', {}, ...free.map(({ row }) => unitObject(row))))];
  }),
  operation('getresidentlist', [], (_call, { tables, site }) => [
    bare(
      'residentlist',
      ...tables.residents.where('site', site).map(({ row }) => element('resident', {}, ...shown(row))),
    ),
  ]),
  operation(
    'getleaseinfo',
    [
      {
        name: 'getleaseinfo',
        type: texts('residentstatus', 'propertynumber', 'residentheldthestatus', 'residentwillhavethestatus'),
      },
    ],
    (call, { tables, site }) => {
      const status = text(call, 'getleaseinfo/residentstatus');
      if (status === undefined || !['C', 'P', 'F', 'ALL'].includes(status)) refuse('residentstatus is required.');
      const leases = tables.leases.where('site', site).map(({ row }) => element('Lease', {}, ...shown(row)));
      return [bare('GetLeaseInfo', element('Leases', {}, ...leases))];
    },
  ),
  operation('getpicklist', texts('lType'), (call, { tables, site }) => {
    const list = text(call, 'lType') ?? '';
    if (!list.startsWith('LIST_')) refuse('The list type is not known.');
    const items = tables.choices.where('site', site).filter(({ row }) => row.list === list);
    return [
      bare(
        'GetPickList',
        element('Contents', {}, ...items.map(({ row }) => element('PicklistItem', {}, ...shown(row, 'list')))),
      ),
    ];
  }),
  operation(
    'getresidentledger',
    [{ name: 'getresidentledger', type: texts('reshid', 'startdate', 'enddate', 'allopen') }],
    (call, { tables, site }) => {
      const [household = '', from = '', to = ''] = ['reshid', 'startdate', 'enddate'].map((name) =>
        text(path(call, 'getresidentledger'), name),
      );
      if (!DATE.test(from) || !DATE.test(to)) refuse('startdate and enddate are required.');
      if (tables.residents.where('household', keyOf(site, household)).length === 0) return [];
      const lines = tables.lines
        .where('household', keyOf(site, household))
        .filter(({ row }) => row.TransDate.slice(0, 10) >= from && row.TransDate.slice(0, 10) <= to);
      const set = bare(
        'ResidentDataSet',
        ...lines.map(({ row }, at) => {
          const line = element('ResidentLedgerDetails', {}, ...shown(row, 'reshid'));
          return { ...line, attributes: { 'diffgr:id': `ResidentLedgerDetails${at + 1}` } };
        }),
      );
      const diffgram = element('diffgr:diffgram', { 'xmlns:diffgr': DIFFGRAM }, set);
      return [bare('GetResidentLedger', element('GetResidentLedgerResult', {}, diffgram))];
    },
  ),
];
