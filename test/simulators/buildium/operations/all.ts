import type { Handler } from '../ask.ts';
import type { OperationName } from '../contract/operations.ts';
import { ACCOUNT } from './account.ts';
import { APPLICANTS } from './applicants.ts';
import { BILLS } from './bills.ts';
import { GENERAL_LEDGER } from './general_ledger.ts';
import { LEASE_LEDGER } from './lease_ledger.ts';
import { LEASES } from './leases.ts';
import { PHONE_LOGS } from './phone_logs.ts';
import { RENTALS } from './rentals.ts';
import { TASKS } from './tasks.ts';
import { TENANTS } from './tenants.ts';
import { VENDORS } from './vendors.ts';
import { WORK_ORDERS } from './work_orders.ts';

/** Every operation of the contract, and what answers it. */
export const HANDLERS: Readonly<Record<OperationName, Handler>> = {
  ...ACCOUNT,
  ...RENTALS,
  ...LEASES,
  ...TENANTS,
  ...LEASE_LEDGER,
  ...TASKS,
  ...WORK_ORDERS,
  ...VENDORS,
  ...APPLICANTS,
  ...GENERAL_LEDGER,
  ...BILLS,
  ...PHONE_LOGS,
};
