import type { Purpose } from '../kit/rest.ts';

/**
 * Yardi's Standard Interfaces, each a service of its own that a customer licenses by itself. `path` is the service's file
 * where a source names it; the last three were never seen under a name, so that a connection has to give it.
 */
export const INTERFACES = {
  service_requests: { title: 'Service Requests', path: 'ItfServiceRequests.asmx' },
  ils_guest_card: { title: 'ILS / Guest Card', path: 'ItfILSGuestCard.asmx' },
  billing_and_payments: { title: 'Billing and Payments', path: 'ItfResidentTransactions20.asmx' },
  common_data: { title: 'Common Data', path: 'ItfResidentData.asmx' },
  vendor_invoicing: { title: 'Vendor Invoicing', path: undefined },
  lease_renewals: { title: 'Lease Renewals', path: undefined },
  revenue_management: { title: 'Revenue Management', path: undefined },
} as const;

export type InterfaceName = keyof typeof INTERFACES;
export const INTERFACE_NAMES = Object.keys(INTERFACES) as InterfaceName[];

/** What goes in front of every namespace and SOAP action, where a connection does not read its own contract. */
export const NAMESPACE = 'http://tempuri.org/YSI.Interfaces.WebServices/';

/** Parameters that are credentials or say where they count. They are added when a request is sent. */
export const CREDENTIALS = [
  'UserName',
  'Password',
  'ServerName',
  'Database',
  'Platform',
  'InterfaceEntity',
  'InterfaceLicense',
] as const;
export type Credential = (typeof CREDENTIALS)[number];

const WHO = ['UserName', 'Password', 'ServerName', 'Database', 'Platform'] as const;
const AS = ['InterfaceEntity', 'InterfaceLicense'] as const;
const AT_PROPERTY = [...WHO, 'YardiPropertyId', ...AS] as const;

interface OperationFacts {
  purpose: Purpose;
  /** In the order in which the service reads them; what stands elsewhere it drops without a word. */
  parameters: readonly string[];
}

/**
 * The operations that are used, with the spelling and the order of their parameters as in the customers' contracts that
 * were seen. Where a connection reads its own contract, the order there counts.
 */
export const OPERATIONS = {
  GetPropertyConfigurations: { purpose: 'read', parameters: [...WHO, ...AS] },
  GetVersionNumber: { purpose: 'read', parameters: [] },
  GetResident_Search: {
    purpose: 'read',
    parameters: [...AT_PROPERTY, 'UnitCode', 'ResidentCode', 'Name', 'PhoneNumber', 'Address'],
  },
  GetServiceRequest_Search: {
    purpose: 'read',
    parameters: [
      ...AT_PROPERTY,
      ...['UnitCode', 'ResidentCode', 'Name', 'Address', 'PhoneNumber', 'Status', 'OpenOrClosed', 'FromDate', 'ToDate'],
    ],
  },
  CreateOrEditServiceRequests: { purpose: 'write', parameters: [...AT_PROPERTY, 'ServiceRequestXml'] },
  GetCustomValues: { purpose: 'read', parameters: [...WHO, ...AS] },
  UnitAvailability_Login: { purpose: 'read', parameters: AT_PROPERTY },
  GetYardiAgentsSourcesResults_Login: { purpose: 'read', parameters: AT_PROPERTY },
  GetYardiGuestActivity_Login: { purpose: 'read', parameters: AT_PROPERTY },
  GetYardiGuestActivity_Search: {
    purpose: 'read',
    parameters: [
      ...AT_PROPERTY,
      ...['FirstName', 'LastName', 'EmailAddress', 'PhoneNumber', 'ThirdPartyId', 'DateOfBirth', 'FederalId'],
    ],
  },
  ImportYardiGuest_Login: { purpose: 'write', parameters: [...WHO, ...AS, 'XmlDoc'] },
  GetResidentTransactions_Login: { purpose: 'read', parameters: AT_PROPERTY },
  GetResidentTransaction_Login: { purpose: 'read', parameters: [...WHO, 'YardiPropertyId', 'TenantId', ...AS] },
  GetResidentTransactions_ByChargeDate_Login: { purpose: 'read', parameters: [...AT_PROPERTY, 'FromDate', 'ToDate'] },
  GetClosedCharges: { purpose: 'read', parameters: [...AT_PROPERTY, 'FromDate', 'ToDate', 'TenantId'] },
  GetChargeTypes_Login: { purpose: 'read', parameters: [...WHO, ...AS] },
  ImportResidentTransactions_Login: { purpose: 'write', parameters: [...WHO, ...AS, 'TransactionXml'] },
  GetVendors_Login: { purpose: 'read', parameters: AT_PROPERTY },
  GetLeaseOffersByProperty: { purpose: 'read', parameters: AT_PROPERTY },
  ImportLeaseRenewalSelection: {
    purpose: 'write',
    parameters: [...WHO, ...AS, 'ResidentCode', 'PriorSelectedRenewalID', 'RenewalId', 'Term'],
  },
  ImportRenewSelectedLease: { purpose: 'write', parameters: [...WHO, ...AS, 'ResidentCode', 'RenewalId'] },
} as const satisfies Record<string, OperationFacts>;

export type OperationName = keyof typeof OPERATIONS;
