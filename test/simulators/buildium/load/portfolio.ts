import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Desk } from '../../shared/vendor.ts';
import type { BuildiumTables } from '../tables.ts';
import { loadContactRequests } from './contact_requests.ts';
import { beginLoading } from './context.ts';
import { loadMoney } from './money.ts';
import { loadApplicants, loadResidents, loadVendors } from './people.ts';
import { loadPlaces, loadStaff } from './places.ts';
import { loadWork } from './work.ts';

/**
 * The canonical portfolio as an account of Buildium has it. Prospects are applicants or contact requests; what it has no
 * place for is left out: tours, occupants who have signed nothing, renewal offers, charge codes.
 */
export function loadPortfolio(portfolio: SandboxState, desk: Desk): BuildiumTables {
  const loading = beginLoading(portfolio, desk);
  loadStaff(loading);
  loadPlaces(loading);
  loadVendors(loading);
  loadResidents(loading);
  loadWork(loading);
  loadApplicants(loading);
  loadContactRequests(loading);
  loadMoney(loading);
  return loading.tables;
}
