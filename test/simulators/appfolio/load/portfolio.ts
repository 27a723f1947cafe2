import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Desk } from '../../shared/vendor.ts';
import { makeTables, type AppfolioTables } from '../tables.ts';
import { loadMoney } from './money.ts';
import { loadPeople } from './people.ts';
import { loadPlaces } from './places.ts';
import { loadWork } from './work.ts';

/** What every part of the loading works with. */
export interface Loading {
  portfolio: SandboxState;
  desk: Desk;
  tables: AppfolioTables;
  /** The account's id of a record of the portfolio. */
  id(kind: keyof SandboxState | 'guest_card_itself', canonicalId: string): string;
}

/** The canonical portfolio as a database of AppFolio has it; what that has no place for is left out. */
export function loadPortfolio(portfolio: SandboxState, desk: Desk): AppfolioTables {
  const tables = makeTables(desk);
  const loading: Loading = { portfolio, desk, tables, id: (kind, canonicalId) => desk.ids.uuid(kind, canonicalId) };
  tables.account.insert({ Id: 1, Maintenance: false, Denied: [], PageCap: 1_000, NotAgreed: [], BeingChanged: [] });
  loadPlaces(loading);
  loadPeople(loading);
  loadMoney(loading);
  loadWork(loading);
  return tables;
}
