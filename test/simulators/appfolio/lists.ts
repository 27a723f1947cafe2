import { jsonAnswer, type Answer, type SimRequest } from '../shared/message.ts';
import type { Entry, Table } from '../shared/table.ts';
import type { World } from '../shared/vendor.ts';
import { isUuid } from './bodies.ts';
import { LISTS, type FilterType, type ListFacts, type Resource } from './contract.ts';
import { refuse } from './errors.ts';
import { INDEXED, type AppfolioTables, type Row, type RowTable } from './tables.ts';

/** Where a list comes from, where its address is not the table's name, and what of a row it shows. */
interface Source {
  table?: RowTable;
  /** The field of a row that a filter is about, where it has another name. */
  fields?: Readonly<Record<string, string>>;
  shown?(row: Row): object | undefined;
}

/** What the list of leads was seen to show; the rest of a lead is taken and not shown. */
const LEAD_FIELDS = [
  ...['Id', 'GuestCardId', 'Source', 'Status', 'InactiveReason', 'PropertyId', 'RentalApplicationId'],
  ...['FirstName', 'LastName', 'Email'],
];

const SOURCES: Partial<Record<Resource, Source>> = {
  'leases/renewal_pricings': { table: 'renewal_pricings' },
  'leads/notes': { table: 'notes', fields: { GuestCardId: 'About' } },
  leases: { fields: { LeaseId: 'Id' } },
  leads: { shown: (row) => Object.fromEntries(LEAD_FIELDS.map((field) => [field, row[field] ?? null])) },
  // Charges that are paid are no longer shown.
  charges: { shown: (row) => (row['AmountDue'] === '0.00' ? undefined : row) },
};

export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Filters by name, as they stand in the query: brackets as they are, or escaped. */
function filtersOf(request: SimRequest, facts: ListFacts): Map<string, string> {
  const filters = new Map<string, string>();
  for (const [key, value] of request.query) {
    const name = /^filters\[(\w+)\]$/.exec(key)?.[1];
    if (name === undefined) {
      if (facts.unpaged || !/^page\[(number|size)\]$/.test(key)) refuse(`${key} is not a known parameter`, 400);
    } else if (!Object.hasOwn(facts.filters, name)) refuse(`filters[${name}] is not a known filter`, 400);
    else filters.set(name, value);
  }
  if (facts.needs !== undefined && !facts.needs.some((name) => filters.has(name)))
    refuse(`One of ${facts.needs.map((name) => `filters[${name}]`).join(', ')} is required`, 400);
  for (const [name, value] of filters) checkFilter(name, facts.filters[name] as FilterType, value);
  return filters;
}

function checkFilter(name: string, type: FilterType, value: string): void {
  const words = value.split(',');
  const isRight =
    typeof type === 'object'
      ? words.every((word) => type.includes(word))
      : {
          id: isUuid(value),
          ids: words.every(isUuid),
          moment: !Number.isNaN(Date.parse(value)),
          date: /^\d{4}-\d{2}-\d{2}$/.test(value),
          flag: value === 'true' || value === 'false',
          word: value !== '',
        }[type];
  if (!isRight) refuse(`filters[${name}] is invalid`, 400);
}

/** Rows of the narrowest filter that the table can answer without looking at all of them. */
function candidates(
  name: RowTable,
  table: Table<Row>,
  filters: ReadonlyMap<string, string>,
  fields: Source['fields'] = {},
): readonly Entry<Row>[] {
  for (const [filter, value] of filters) {
    const field = fields[filter] ?? filter;
    if (field === 'Id') return value.split(',').flatMap((id) => table.entry(id) ?? []);
    if (INDEXED[name]?.includes(field)) return value.split(',').flatMap((id) => table.where(field, id));
  }
  return table.entries();
}

function fits({ row, updated, created }: Entry<Row>, name: string, value: string, field: string): boolean {
  switch (name) {
    case 'LastUpdatedAtFrom':
      return updated >= Date.parse(value);
    case 'CreatedAtFrom':
      return created >= Date.parse(value);
    case 'CreatedAtTo':
      return created <= Date.parse(value);
    case 'IncludeHidden':
    case 'IncludeUnassigned':
      return true;
    case 'ApprovalStatus':
      return value === 'All' || row['ApprovalStatus'] === value;
    default:
      return value.split(',').includes(String(row[field]));
  }
}

/** A page of a list: hidden rows are left out unless asked for; a path leads to the next page until there is none. */
export function listed(resource: Resource, request: SimRequest, { tables }: World<AppfolioTables>): Answer {
  const facts: ListFacts = LISTS[resource];
  const filters = filtersOf(request, facts);
  const { table = resource as RowTable, fields = {}, shown = (row: Row) => row }: Source = SOURCES[resource] ?? {};
  const withHidden = filters.get('IncludeHidden') === 'true' || !('IncludeHidden' in facts.filters);
  const rows = candidates(table, tables[table], filters, fields).filter(
    (entry) =>
      (withHidden || entry.row['HiddenAt'] == null) &&
      [...filters].every(([name, value]) => fits(entry, name, value, fields[name] ?? name)),
  );
  const hidden = tables.account.get(1)?.NotAgreed ?? [];
  const show = (found: readonly Entry<Row>[]) =>
    found.flatMap(({ row, created, updated }) => {
      const seen = shown(row);
      if (seen === undefined) return [];
      const agreed = Object.entries(seen).filter(([field]) => !hidden.includes(`${resource}.${field}`));
      return [{ CreatedAt: stamp(created), LastUpdatedAt: stamp(updated), ...Object.fromEntries(agreed) }];
    });
  if (facts.unpaged) return jsonAnswer(200, { data: show(rows), next_page_path: null });
  return paged(request, rows, show, tables.account.get(1)?.PageCap ?? 1_000);
}

function paged(
  request: SimRequest,
  rows: readonly Entry<Row>[],
  show: (rows: readonly Entry<Row>[]) => object[],
  cap: number,
): Answer {
  const wanted = (name: string, otherwise: number) => {
    const given = request.query.find(([key]) => key === `page[${name}]`)?.[1];
    if (given === undefined) return otherwise;
    return /^[1-9]\d{0,6}$/.test(given) ? Number(given) : refuse(`page[${name}] is invalid`, 400);
  };
  const size = Math.min(wanted('size', 1_000), cap);
  const number = wanted('number', 1);
  const isLast = number * size >= rows.length;
  const kept = request.raw_query.split('&').filter((part) => !/^page(\[|%5b)/i.test(part));
  const next = [...kept, `page[number]=${number + 1}`, `page[size]=${size}`].join('&');
  return jsonAnswer(200, {
    data: show(rows.slice((number - 1) * size, number * size)),
    next_page_path: isLast ? null : `${request.path}?${next}`,
  });
}
