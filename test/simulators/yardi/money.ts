import { child, path, text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { filled, inNoNamespace, inOrder, messages, told, type Offered, YardiError } from './service.ts';
import type { Transaction, YardiTables } from './tables.ts';
import { LICENCES } from './words.ts';

const NAMESPACE = 'http://yardi.com/ResidentTransactions20';

function transactionElement(one: Transaction) {
  const detail = element(
    'Detail',
    {},
    ...filled({
      Description: one.description,
      TransactionDate: one.date,
      TransactionID: String(one.id),
      ChargeCode: one.code,
      GLAccountNumber: one.account,
      CustomerID: one.tenant,
      UnitID: one.unit,
      AmountPaid: one.closed ? one.amount : '0',
      BalanceDue: one.closed ? '0.00' : one.amount,
      Amount: one.amount,
      Comment: one.comment,
    }),
  );
  return element('Transactions', {}, element(one.kind, {}, detail));
}

function ledger(rows: readonly Transaction[]) {
  if (rows.length === 0) return messages('No transactions found.');
  const customers = [...Map.groupBy(rows, ({ tenant }) => tenant)].map(([tenant, lines]) =>
    element(
      'RT_Customer',
      {},
      element('CustomerID', {}, tenant),
      element('RTServiceTransactions', {}, ...lines.map(transactionElement)),
    ),
  );
  const root = element('ResidentTransactions', { xmlns: NAMESPACE }, element('Property', {}, ...customers));
  return [root];
}

const ofProperty = (tables: YardiTables, property: string) =>
  tables.transactions.where('property', property).map(({ row }) => row);

export const MONEY: readonly Offered[] = [
  {
    name: 'GetResidentTransactions_Login',
    parameters: ['YardiPropertyId'],
    handle: ({ property }, { world: { tables } }) => ledger(ofProperty(tables, property)),
  },
  {
    name: 'GetResidentTransaction_Login',
    parameters: ['YardiPropertyId'],
    before_entity: ['TenantId'],
    handle: ({ property, of }, { world: { tables } }) =>
      ledger(
        tables.transactions
          .where('tenant', of('TenantId'))
          .map(({ row }) => row)
          .filter((row) => row.property === property),
      ),
  },
  {
    name: 'GetResidentTransactions_ByChargeDate_Login',
    parameters: ['YardiPropertyId', 'FromDate', 'ToDate'],
    // What is paid in full is not among them.
    handle: ({ property, of }, { world: { tables } }) =>
      ledger(
        ofProperty(tables, property).filter(
          ({ kind, date, closed }) => kind === 'Charge' && !closed && date >= of('FromDate') && date <= of('ToDate'),
        ),
      ),
  },
  {
    name: 'GetClosedCharges',
    parameters: ['YardiPropertyId', 'FromDate', 'ToDate', 'TenantId'],
    handle: ({ property, of }, { world: { tables } }) =>
      ledger(
        ofProperty(tables, property).filter(
          ({ kind, date, closed, tenant }) =>
            kind === 'Charge' && closed && date >= of('FromDate') && date <= of('ToDate') && tenant === of('TenantId'),
        ),
      ),
  },
  {
    name: 'GetChargeTypes_Login',
    parameters: [],
    handle(_parameters, { world: { tables } }) {
      const charges = (rows: readonly { code: string; account: string }[]) =>
        rows.map(({ code, account }) => element('Charge', {}, ...filled({ ChargeCode: code, GLCode: account })));
      const own = charges(tables.charge_types.rows());
      return [
        inNoNamespace(
          element(
            'ChargeTypes',
            {},
            element('Charges', { Entity: 'Somebody Else' }, ...charges([{ code: 'gym', account: '4990' }])),
            element('Charges', { Entity: LICENCES.billing_and_payments.entity }, ...own),
          ),
        ),
      ];
    },
  },
  {
    name: 'GetVendors_Login',
    parameters: ['YardiPropertyId'],
    handle: (_parameters, { world: { tables } }) => [
      inNoNamespace(
        element(
          'Vendors',
          {},
          ...tables.vendors.rows().map((vendor) => element('Vendor', {}, ...filled({ ...vendor }))),
        ),
      ),
    ],
  },
  {
    name: 'ImportResidentTransactions_Login',
    write: true,
    parameters: ['TransactionXml'],
    documents: ['TransactionXml'],
    handle({ document }, asked) {
      const { tables, ids } = asked.world;
      const root = document('TransactionXml');
      const detail = path(root, 'Property/RT_Customer/RTServiceTransactions/Transactions/Charge/Detail');
      if (root?.name !== 'ResidentTransactions' || root.namespace !== NAMESPACE || detail === undefined)
        throw new YardiError('Object reference not set to an instance of an object.');
      const row = chargeOf(detail, tables);
      const id = ids.next('Charge', 700_000_001);
      tables.transactions.insert({ ...row, id });
      asked.wrote.push({ record: 'charge', id: String(id) });
      return told('1 charges were successfully imported.');
    },
  },
];

const DETAIL = [
  ...['Description', 'TransactionDate', 'ServiceFromDate', 'ServiceToDate', 'ChargeCode', 'GLAccountNumber'],
  ...['CustomerID', 'Amount', 'Comment', 'PropertyPrimaryID'],
];

function chargeOf(detail: XmlNode, tables: YardiTables): Omit<Transaction, 'id'> {
  inOrder(detail, DETAIL);
  const of = (name: string) => text(child(detail, name))?.trim() ?? '';
  const tenant = tables.tenants.get(of('CustomerID'));
  const property = tables.properties.get(of('PropertyPrimaryID'));
  if (property === undefined) throw new YardiError('Invalid Property Code.');
  if (tenant?.property !== property.Code) throw new YardiError('Invalid Tenant Code.');
  const type = tables.charge_types.get(of('ChargeCode'));
  if (type === undefined) throw new YardiError('Invalid Charge Code.');
  const account = of('GLAccountNumber') || type.account;
  if (account !== type.account) throw new YardiError('Invalid GL Account.');
  if (!/^\d+\.\d\d$/.test(of('Amount')) || Number(of('Amount')) <= 0) throw new YardiError('Invalid Amount.');
  const date = of('TransactionDate');
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new YardiError('Invalid Transaction Date.');
  const [month, year] = property.AccountsReceivable.split('/');
  if (year !== undefined && date.slice(0, 7) < `${year}-${month}`)
    throw new YardiError('The post month is closed for this property.');
  return {
    ...{ kind: 'Charge', property: property.Code, tenant: tenant.code, unit: tenant.unit, date, amount: of('Amount') },
    ...{ code: type.code, account, description: of('Description'), comment: of('Comment'), closed: false },
  };
}

export const RENEWALS: readonly Offered[] = [
  {
    name: 'GetLeaseOffersByProperty',
    parameters: ['YardiPropertyId'],
    handle({ property }, { world: { tables } }) {
      const offers = tables.offers.where('property', property).map(({ row }) =>
        element(
          'LeaseOffer',
          {},
          ...filled({
            ...{ RenewalId: String(row.id), ResidentCode: row.tenant, LeaseFromDate: row.start, LeaseToDate: row.end },
            ...{ Term: row.term, Rent: row.rent, ExpirationDate: row.expires, Selected: String(row.selected) },
          }),
        ),
      );
      return offers.length === 0
        ? messages('No lease offers found.')
        : [inNoNamespace(element('LeaseOffers', {}, ...offers))];
    },
  },
  {
    name: 'ImportLeaseRenewalSelection',
    write: true,
    parameters: ['ResidentCode', 'PriorSelectedRenewalID', 'RenewalId', 'Term'],
    handle({ of }, asked) {
      const { tables } = asked.world;
      const offer = tables.offers.get(of('RenewalId'));
      if (offer?.tenant !== of('ResidentCode') || offer.term !== of('Term')) throw new YardiError('Invalid Renewal.');
      if (of('PriorSelectedRenewalID') !== '0') tables.offers.change(of('PriorSelectedRenewalID'), { selected: false });
      tables.offers.change(offer.id, { selected: true });
      asked.wrote.push({ record: 'offer', id: String(offer.id) });
      return told('The renewal was selected.');
    },
  },
  {
    name: 'ImportRenewSelectedLease',
    write: true,
    parameters: ['ResidentCode', 'RenewalId'],
    handle({ of }, asked) {
      const { tables } = asked.world;
      const offer = tables.offers.get(of('RenewalId'));
      if (offer?.tenant !== of('ResidentCode') || !offer.selected) throw new YardiError('Invalid Renewal.');
      tables.tenants.change(offer.tenant, { to: offer.end, rent: offer.rent });
      asked.wrote.push({ record: 'lease', id: offer.tenant });
      return told('The lease was renewed.');
    },
  },
];
