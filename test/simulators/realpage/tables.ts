import type { Table } from '../shared/table.ts';

/*
 * OneSite's own records, as far as the gateway shows them. Ids are a site's own, so that every row says of which it is;
 * empty texts are what it does not know.
 */

export interface Site {
  SiteID: string;
  SiteName: string;
  Adr1: string;
  City: string;
  State: string;
  Zip: string;
  Phone: string;
  /** Not on the wire: OneSite tells nobody. */
  zone: string;
}

export interface Building {
  site: string;
  BuildingID: string;
  BuildingName: string;
}

export interface Unit {
  site: string;
  UnitID: string;
  UnitNumber: string;
  BuildingID: string;
  BuildingName: string;
  Floor: string;
  Bedrooms: string;
  Bathrooms: string;
  RentableSqft: string;
  MarketRent: string;
  Vacant: 'T' | 'F';
  Available: 'T' | 'F';
  AvailableDate: string;
  OnNoticeForDate: string;
}

export interface Resident {
  site: string;
  residentmemberid: string;
  residenthouseholdid: string;
  leaseid: string;
  unitid: string;
  unitnumber: string;
  firstname: string;
  lastname: string;
  email: string;
  cellphone: string;
  homephone: string;
  workphone: string;
  leasestatus: string;
  moveindate: string;
  moveoutdate: string;
  noticegivendate: string;
  noticefordate: string;
  inevict: 'Y' | 'N';
  hohbit: 'TRUE' | 'FALSE';
  signerbit: 'TRUE' | 'FALSE';
  guarantorbit: 'TRUE' | 'FALSE';
  occupantbit: 'TRUE' | 'FALSE';
}

export interface Lease {
  site: string;
  LeaseID: string;
  ReshID: string;
  UnitID: string;
  LeaseBeginDate: string;
  LeaseEndDate: string;
  Rent: string;
  LeaseStatusText: string;
  NextLeaseID: string;
}

/** One entry of a list to choose from. */
export interface Choice {
  site: string;
  list: 'LIST_LEADSOURCE' | 'LIST_LEASINGAGENT';
  Value: string;
  Text: string;
}

export interface Line {
  site: string;
  /** Not on the wire. */
  line: number;
  reshid: string;
  TransDate: string;
  TrancName: string;
  TrancDesc: string;
  Amt: string;
}

export interface GuestCard {
  site: string;
  GuestCardID: string;
  CustomerID: string;
  CreateDate: string;
  ModifiedDate: string;
  PrimaryLeadSource: string;
  LeasingAgentID: string;
  FirstName: string;
  LastName: string;
  Email: string;
  phones: readonly { Type: string; Number: string }[];
  DateNeeded: string;
  Occupants: string;
  LeaseTermMonths: string;
  PriceRangeID: string;
  FloorplanID: string;
  /** Not on the wire, nor is the rent. */
  prospectcomment: string;
  desiredrent: string;
}

export interface ServiceRequest {
  site: string;
  ServiceRequestID: string;
  UnitID: string;
  ResidentMemberID: string;
  ProblemID: string;
  PriorityID: string;
  Details: string;
  Status: string;
  PermissionToEnter: string;
  AccessNotes: string;
  RequestedBy: string;
  ContactPhone: string;
  RequestDate: string;
  CompletedDate: string;
  CompletionNotes: string;
}

export type RealpageTables = {
  sites: Table<Site>;
  buildings: Table<Building>;
  units: Table<Unit>;
  residents: Table<Resident>;
  leases: Table<Lease>;
  choices: Table<Choice>;
  lines: Table<Line>;
  cards: Table<GuestCard>;
  requests: Table<ServiceRequest>;
};

/** What a row of a site is known by. */
export const keyOf = (site: string, id: string) => `${site}/${id}`;
