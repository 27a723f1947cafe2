/**
 * What the connector asks RealPage for, and the names that the operation may have. Contracts differ in which of them
 * they have, so that each connection takes the first that its contract lists; what it does not list, it cannot do.
 */
export const USES = {
  sites: ['getsitelist'],
  buildings: ['getbuildings'],
  /** `unitlist` gives every unit. */
  units: ['unitlist'],
  /** `getunitlist` is the leasing office's view: units that are free. */
  available_units: ['getunitlist'],
  /** Both give everybody: `getresidentlist` takes no parameters. */
  residents: ['getresidentlist', 'getresidentlistinfo'],
  leases: ['getleaseinfo'],
  ledger: ['getresidentledger'],
  lead_sources: ['getmarketingsourcesbyproperty', 'getpicklist'],
  agents: ['getleasingagentsbyproperty', 'getpicklist'],
  picklist: ['getpicklist'],
  service_requests: ['getservicerequest'],
  add_service_request: ['addservicerequest'],
  update_service_request: ['updateservicerequest'],
  search_prospects: ['prospectsearch'],
  insert_prospect: ['insertprospect'],
  update_prospect: ['updateprospect'],
  post_charge: ['postsinglecharge'],
} as const satisfies Record<string, readonly string[]>;

export type Use = keyof typeof USES;

/** The namespace of every contract that was seen, and what goes before an operation in its SOAPAction. */
export const NAMESPACE = 'http://tempuri.org/';
export const ACTION_PREFIX = 'http://tempuri.org/IRPXService/';
