import type { ValueList, ValueTableName, ValueTables } from '../connectors/connector.ts';
import { GUEST_CARD_STATUSES, LOST_REASONS, TOUR_TYPES } from '../model/records.ts';
import { SEVERITIES, TRADES, WORK_ORDER_STATUSES } from '../model/values.ts';

/** The canonical values of each table; absent where there is no closed list, as of lead sources. */
export const CANONICAL: { readonly [T in ValueTableName]?: readonly string[] } = {
  work_order_status: WORK_ORDER_STATUSES,
  severity: SEVERITIES,
  trade: TRADES,
  vendor_trade: TRADES,
  entry: ['yes', 'no', 'call_first', 'unknown'],
  guest_card_status: GUEST_CARD_STATUSES,
  lost_reason: LOST_REASONS,
  tour_type: TOUR_TYPES,
};

/** Tables that nothing is written by: what vendors do is kept in the PMS by people. */
const READ_ONLY: ReadonlySet<ValueTableName> = new Set(['vendor_trade']);

/** Tables whose words are names of people. */
export const NAMES_PEOPLE: ReadonlySet<ValueTableName> = new Set(['agent']);

/** How the PMS's own words stand to one table of a connection. */
export interface TableReport {
  table: ValueTableName;
  /** Canonical values that would be refused, because nothing is written for them. */
  no_word: string[];
  /** Words of the PMS that stand for nothing here. */
  not_read: { raw: string; name: string }[];
  /** Where its words are names of people: how many stand for nobody here. They are not told by name. */
  people_not_read: number;
  /** What would be written although the PMS does not list it any more; of people, whom it stands for. */
  gone: string[];
  /** Whether the table has no entry at all. */
  empty: boolean;
}

/** Every table that the PMS has words for or that the connection has entries in. */
export function mappingReport(lists: readonly ValueList[], tables: ValueTables): TableReport[] {
  const names = new Set<ValueTableName>([
    ...lists.map(({ table }) => table),
    ...(Object.keys(tables) as ValueTableName[]),
  ]);
  return [...names].map((table) => tableReport(table, lists.find((list) => list.table === table)?.values, tables));
}

function tableReport(table: ValueTableName, listed: ValueList['values'] | undefined, tables: ValueTables): TableReport {
  const { to_pms = {}, from_pms = {}, refused = [] } = tables[table] ?? {};
  const isPeople = NAMES_PEOPLE.has(table);
  const raws = new Set(listed?.map(({ raw }) => raw));
  const not_read = (listed ?? []).filter(({ raw }) => !Object.hasOwn(from_pms, raw));
  const gone = Object.entries(to_pms).filter(([, raw]) => listed !== undefined && !raws.has(raw));
  return {
    table,
    no_word: READ_ONLY.has(table)
      ? []
      : (CANONICAL[table] ?? []).filter((value) => !Object.hasOwn(to_pms, value) && !refused.includes(value)),
    not_read: isPeople ? [] : not_read,
    people_not_read: isPeople ? not_read.length : 0,
    gone: [...new Set(gone.map(([value, raw]) => (isPeople ? value : raw)))],
    empty: Object.keys(to_pms).length === 0 && Object.keys(from_pms).length === 0,
  };
}

/** Whether a table keeps a connection from going live: a value would be refused, or a word read as nothing. */
export function isIncomplete({ table, no_word, not_read, gone, empty }: TableReport): boolean {
  if (CANONICAL[table] === undefined || READ_ONLY.has(table)) return empty || gone.length > 0;
  return no_word.length > 0 || not_read.length > 0 || gone.length > 0;
}
