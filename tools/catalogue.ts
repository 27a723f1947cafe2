import type { Tool } from '../src/tool.ts';
import assessMaintenanceRequest from './assess-maintenance-request.ts';
import createWorkOrder from './create-work-order.ts';
import dispatchVendor from './dispatch-vendor.ts';
import findVendors from './find-vendors.ts';
import getResident from './get-resident.ts';
import getUnit from './get-unit.ts';
import listWorkOrders from './list-work-orders.ts';
import recordCommunication from './record-communication.ts';
import searchPortfolio from './search-portfolio.ts';
import updateResident from './update-resident.ts';
import updateWorkOrder from './update-work-order.ts';

/** Every tool, in the order in which clients see them: finding first, then by trade, reading before changing. */
export const catalogue: readonly Tool[] = [
  searchPortfolio,
  getUnit,
  getResident,
  updateResident,
  recordCommunication,
  assessMaintenanceRequest,
  listWorkOrders,
  findVendors,
  createWorkOrder,
  updateWorkOrder,
  dispatchVendor,
];
