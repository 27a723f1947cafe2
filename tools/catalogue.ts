import type { Tool } from '../src/tool.ts';
import assessMaintenanceRequest from './assess-maintenance-request.ts';
import changeTour from './change-tour.ts';
import createGuestCard from './create-guest-card.ts';
import createWorkOrder from './create-work-order.ts';
import dispatchVendor from './dispatch-vendor.ts';
import escalateToStaff from './escalate-to-staff.ts';
import findAvailableUnits from './find-available-units.ts';
import findTourSlots from './find-tour-slots.ts';
import findVendors from './find-vendors.ts';
import getResident from './get-resident.ts';
import getResidentLedger from './get-resident-ledger.ts';
import getUnit from './get-unit.ts';
import listChanges from './list-changes.ts';
import listGlAccounts from './list-gl-accounts.ts';
import listLeases from './list-leases.ts';
import listPostings from './list-postings.ts';
import listWorkOrders from './list-work-orders.ts';
import listWrites from './list-writes.ts';
import postGlCharge from './post-gl-charge.ts';
import postJournalEntry from './post-journal-entry.ts';
import postVendorBill from './post-vendor-bill.ts';
import recordCommunication from './record-communication.ts';
import reversePosting from './reverse-posting.ts';
import scheduleTour from './schedule-tour.ts';
import searchGuestCards from './search-guest-cards.ts';
import searchPortfolio from './search-portfolio.ts';
import updateGuestCard from './update-guest-card.ts';
import updateLease from './update-lease.ts';
import updateResident from './update-resident.ts';
import updateWorkOrder from './update-work-order.ts';

/** Every tool, in the order in which clients see them: finding first, then by trade, reading before changing. */
export const catalogue: readonly Tool[] = [
  searchPortfolio,
  getUnit,
  getResident,
  listChanges,
  listWrites,
  updateResident,
  escalateToStaff,
  recordCommunication,
  assessMaintenanceRequest,
  listWorkOrders,
  findVendors,
  createWorkOrder,
  updateWorkOrder,
  dispatchVendor,
  listLeases,
  findAvailableUnits,
  searchGuestCards,
  findTourSlots,
  createGuestCard,
  updateGuestCard,
  scheduleTour,
  changeTour,
  updateLease,
  listGlAccounts,
  getResidentLedger,
  listPostings,
  postGlCharge,
  postVendorBill,
  postJournalEntry,
  reversePosting,
];
