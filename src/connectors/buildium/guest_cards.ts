import type { VendorParts } from '../kit/vendor.ts';
import { applicantOperations, createApplicant, updateApplicant } from './commands/applicants.ts';
import { contactRequestOperations, createContactRequest, updateContactRequest } from './commands/contact_requests.ts';
import { applicantReader } from './records/applicants.ts';
import { contactRequestReader } from './records/contact_requests.ts';
import type { GuestCardForm, Vendor } from './vendor.ts';

type Parts = Pick<VendorParts, 'readers' | 'plans' | 'operations'>;

const PARTS: Readonly<Record<GuestCardForm, (vendor: Vendor) => Parts>> = {
  sidecar: () => ({ readers: {}, plans: {}, operations: {} }),
  applicant: (vendor) => ({
    readers: { guest_card: applicantReader(vendor) },
    plans: { create_guest_card: createApplicant(vendor), update_guest_card: updateApplicant(vendor) },
    operations: applicantOperations(vendor),
  }),
  contact_request: (vendor) => ({
    readers: { guest_card: contactRequestReader(vendor) },
    plans: { create_guest_card: createContactRequest(vendor), update_guest_card: updateContactRequest(vendor) },
    operations: contactRequestOperations(vendor),
  }),
};

/** What reads and writes guest cards in the form that the settings give them. */
export function guestCardParts(vendor: Vendor): Parts {
  return PARTS[vendor.settings.guest_card_as](vendor);
}
