import type { Entry } from '../../shared/table.ts';
import { moment } from '../moments.ts';
import type { BuildiumTables } from '../tables.ts';
import type { Applicant, Note, PhoneLog, User, Vendor } from '../wire.ts';

export function vendorMessage({ vendorCategories }: BuildiumTables, { CategoryId, ...vendor }: Vendor): object {
  const category = vendorCategories.get(CategoryId);
  return {
    ...vendor,
    Category: category === undefined ? null : { Id: category.Id, Name: category.Name },
    // Written as a day, read as a moment.
    VendorInsurance: vendor.VendorInsurance && {
      ...vendor.VendorInsurance,
      ExpirationDate: vendor.VendorInsurance.ExpirationDate && `${vendor.VendorInsurance.ExpirationDate}T00:00:00Z`,
    },
  };
}

export function preferredVendorMessage(vendor: Vendor): object {
  const { Id, FirstName, LastName, CompanyName, PrimaryEmail, AlternateEmail, PhoneNumbers, Website, IsCompany } =
    vendor;
  return { Id, FirstName, LastName, CompanyName, PrimaryEmail, AlternateEmail, PhoneNumbers, Website, IsCompany };
}

export function userMessage(user: User): object {
  return { ...user, LastLogin: null, CompanyName: null, AlternateEmail: null, IsCompany: false };
}

export function applicantMessage({ row, updated }: Entry<Applicant>): object {
  return {
    ...row,
    ApplicantGroupId: null,
    TenantId: null,
    Applications: row.Applications.map((application) => ({
      ...application,
      ApplicationNumber: String(application.Id),
    })),
    UnsubmittedApplications: [],
    LastUpdatedDateTime: moment(updated),
  };
}

export function noteMessage({ users }: BuildiumTables, { row, updated }: Entry<Note>): object {
  const [by] = users.rows();
  const user = by && { Id: by.Id, FirstName: by.FirstName, LastName: by.LastName, Href: `/v1/users/${by.Id}` };
  return {
    Id: row.Id,
    Note: row.Note,
    LastUpdatedByUser: user === undefined ? null : { ...user, UpdatedDateTime: moment(updated) },
  };
}

const PARTICIPANT_PATHS = {
  Vendor: '/v1/vendors',
  RentalTenant: '/v1/leases/tenants',
  RentalOwner: '/v1/rentals/owners',
  AssociationOwner: '/v1/associations/owners',
};

export function phoneLogMessage({ users }: BuildiumTables, row: PhoneLog): object {
  const [by] = users.rows();
  const { Id, EntityType, EntityId, LeaseId, Subject, Description, CallDateTime } = row;
  return {
    ...{ Id, Subject, Description, CallDateTime },
    Participant: {
      EntityId,
      EntityResources: [{ Type: EntityType, Href: `${PARTICIPANT_PATHS[EntityType]}/${EntityId}` }],
      UnitAgreement: LeaseId === null ? null : { Id: LeaseId, Type: 'Lease', Href: `/v1/leases/${LeaseId}` },
    },
    LoggedByStaffUser:
      by === undefined
        ? null
        : { Id: by.Id, FirstName: by.FirstName, LastName: by.LastName, Href: `/v1/users/${by.Id}` },
  };
}
