import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Desk } from '../../shared/vendor.ts';
import { DENIED, RESOURCES, type RentManagerTables, type Row, TOKENS } from '../tables.ts';
import { Loading } from './context.ts';
import { loadAccounts, loadBills, loadJournals, loadLedgers } from './money.ts';
import { loadStaff, loadTenants, loadVendors } from './people.ts';
import { loadLists, loadPlaces } from './places.ts';
import { loadAppointments, loadConversations, loadIssues, loadProspects } from './work.ts';

const STEPS = [
  ...[loadLists, loadAccounts, loadPlaces, loadStaff, loadVendors, loadTenants],
  ...[loadBills, loadIssues, loadProspects, loadAppointments, loadConversations, loadLedgers, loadJournals],
];

/** The portfolio in Rent Manager's own tables. */
export function loadPortfolio(portfolio: SandboxState, desk: Desk): RentManagerTables {
  const tables: RentManagerTables = Object.fromEntries([
    ...RESOURCES.map(({ name, key, indexes = [] }) => [
      name,
      desk.table<Row>({
        name,
        id: (row) => row[key] as number,
        indexes: Object.fromEntries(indexes.map((field) => [field, { of: (row: Row) => row[field] as number }.of])),
      }),
    ]),
    [DENIED, desk.table<Row>({ name: DENIED, id: (row) => row['Name'] as string })],
    [TOKENS, desk.table<Row>({ name: TOKENS, id: (row) => row['Token'] as string })],
  ]);
  const loading = new Loading(portfolio, desk, tables);
  for (const step of STEPS) step(loading);
  return tables;
}
