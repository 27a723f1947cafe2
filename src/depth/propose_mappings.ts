import type { ValueList, ValueTable, ValueTableName, ValueTables } from '../connectors/connector.ts';
import { foldText } from '../model/fold.ts';
import { similarity } from '../model/phonetic.ts';
import { CANONICAL, mappingReport, NAMES_PEOPLE } from './mapping_report.ts';

/** One word of ours or of the PMS that only a person can place. */
export interface ToDecide {
  table: ValueTableName;
  /** A canonical value without a word, a word of the PMS without a value, or people, who are not told by name. */
  of: 'value' | 'word' | 'people';
  /** Of people, how many. */
  value: string;
  /** What the PMS calls it, for a word. */
  name?: string;
}

export interface Proposal {
  /** Entries to be added; nothing that is there already is in it. */
  add: Partial<Record<ValueTableName, ValueTable>>;
  to_decide: ToDecide[];
}

/**
 * From here on two names are taken for the same, from 0 to 1. Where a small difference turns the meaning round ("complete",
 * "incomplete"; "assigned", "unassigned") only equal names are.
 */
const ALIKE: { readonly [T in ValueTableName]?: number } = { trade: 0.8, vendor_trade: 0.8, agent: 0.9 };

/** How far the best has to be ahead of the next, else it is a guess between two. */
const AHEAD = 0.1;

/** What PMSs call some of the canonical values; compared folded and without anything but letters and digits. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  'work_order_status.new': ['open', 'submitted', 'unassigned', 'received'],
  'work_order_status.estimate_requested': ['estimate', 'quote requested', 'bid requested'],
  'work_order_status.estimated': ['quoted', 'bid received', 'estimate received'],
  'work_order_status.in_progress': ['started', 'work in progress', 'working'],
  'work_order_status.on_hold': ['hold', 'deferred', 'waiting', 'waiting for parts', 'parts ordered'],
  'work_order_status.work_done': ['done', 'completed', 'complete', 'work completed'],
  'work_order_status.ready_to_bill': ['to bill', 'ready for billing'],
  'work_order_status.cancelled': ['canceled', 'void', 'voided'],
  'severity.life_safety': ['life safety', 'critical'],
  'severity.emergency': ['emergency', 'priority 1'],
  'severity.urgent': ['high', 'priority 2', 'important'],
  'severity.routine': ['normal', 'standard', 'low', 'medium', 'non-urgent'],
  'trade.plumbing': ['plumber'],
  'trade.hvac': ['heating and cooling', 'heating', 'air conditioning', 'ac', 'heat and air'],
  'trade.electrical': ['electric', 'electrician', 'electricity'],
  'trade.appliance': ['appliances', 'appliance repair'],
  'trade.locksmith': ['locks', 'keys', 'locks and keys', 'lock key'],
  'trade.pest': ['pest control', 'exterminator', 'extermination', 'pests'],
  'trade.roofing': ['roof', 'roofer'],
  'trade.carpentry': ['carpenter', 'doors and windows'],
  'trade.flooring': ['floors', 'carpet', 'floor'],
  'trade.painting': ['paint', 'painter'],
  'trade.cleaning': ['cleaner', 'janitorial', 'housekeeping'],
  'trade.grounds': ['landscaping', 'lawn care', 'groundskeeping', 'lawn', 'snow removal'],
  'trade.fire_safety': ['fire', 'fire protection', 'fire alarm', 'smoke detectors'],
  'trade.elevator': ['elevators', 'lift'],
  'trade.restoration': ['water damage', 'remediation', 'mold'],
  'trade.general': [
    'general maintenance',
    'maintenance request',
    'other',
    'misc',
    'miscellaneous',
    'handyman',
    'general repair',
  ],
  'entry.yes': ['permission granted', 'permission to enter', 'allowed'],
  'entry.no': ['not granted', 'not allowed', 'permission not granted'],
  'entry.call_first': ['call before entering', 'call ahead', 'appointment'],
  'entry.unknown': ['not specified', 'unspecified'],
  'guest_card_status.new': ['prospect', 'open', 'inquiry'],
  'guest_card_status.no_show': ['noshow', 'missed'],
  'guest_card_status.applied': ['applicant', 'application'],
  'guest_card_status.denied': ['declined', 'rejected'],
  'guest_card_status.leased': ['resident', 'converted', 'signed'],
  'guest_card_status.lost': ['closed', 'dead', 'cancelled', 'canceled', 'not interested'],
  'lost_reason.price': ['too expensive', 'rent too high', 'cost'],
  'lost_reason.no_response': ['unresponsive', 'unable to contact'],
  'lost_reason.no_availability': ['no units available', 'unavailable'],
  'tour_type.agent_led': ['guided', 'in person', 'agent', 'showing'],
  'tour_type.self_guided': ['self', 'self tour', 'unaccompanied'],
  'tour_type.virtual': ['video', 'live video', 'online'],
};

function key(text: string): string {
  return foldText(text)
    .replace(/&/g, 'and')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function namesOf(table: ValueTableName, value: string): string[] {
  const trade = table === 'vendor_trade' ? 'trade' : table;
  return [value, ...(ALSO_CALLED[`${trade}.${value}`] ?? [])].map(key);
}

/** The one of several that a name means, where there is no doubt. */
function bestOf<T>(
  table: ValueTableName,
  name: string,
  among: readonly T[],
  names: (one: T) => readonly string[],
): T | undefined {
  const folded = key(name);
  if (folded === '') return undefined;
  const scored = among
    .map((one) => ({ one, score: Math.max(0, ...names(one).map((other) => similarity(folded, other))) }))
    .sort((a, b) => b.score - a.score);
  const [best, next] = scored;
  if (best === undefined || best.score < (ALIKE[table] ?? 1)) return undefined;
  return next !== undefined && best.score - next.score < AHEAD && best.score < 1 ? undefined : best.one;
}

/** A person of the configuration whom a PMS may know as an agent. */
export interface KnownPerson {
  id: string;
  name: string;
}

/**
 * What can be added to a mapping file by the likeness of names, and what only a person can decide. A value or word that
 * the tables have already is left alone, whatever it is mapped to.
 */
export function proposeMappings(
  lists: readonly ValueList[],
  tables: ValueTables,
  staff: readonly KnownPerson[] = [],
): Proposal {
  const proposal: Proposal = { add: {}, to_decide: [] };
  for (const { table, values } of lists) {
    const own = tables[table] ?? { to_pms: {}, from_pms: {} };
    const added =
      CANONICAL[table] === undefined ? openTable(table, values, own, staff) : closedTable(table, values, own);
    if (Object.keys(added.to_pms).length + Object.keys(added.from_pms).length > 0) proposal.add[table] = added;
  }
  const after = Object.fromEntries(
    [...new Set([...Object.keys(tables), ...Object.keys(proposal.add)])].map((name) => {
      const [own, added] = [tables[name as ValueTableName], proposal.add[name as ValueTableName]];
      return [
        name,
        {
          ...own,
          to_pms: { ...added?.to_pms, ...own?.to_pms },
          from_pms: { ...added?.from_pms, ...own?.from_pms },
        },
      ];
    }),
  ) as ValueTables;
  for (const { table, no_word, not_read, people_not_read } of mappingReport(lists, after))
    proposal.to_decide.push(
      ...no_word.map((value): ToDecide => ({ table, of: 'value', value })),
      ...not_read.map(({ raw, name }): ToDecide => ({ table, of: 'word', value: raw, name })),
      ...(people_not_read === 0 ? [] : [{ table, of: 'people', value: String(people_not_read) } satisfies ToDecide]),
    );
  return proposal;
}

function closedTable(table: ValueTableName, values: ValueList['values'], own: ValueTable): ValueTable {
  const canonical = CANONICAL[table] ?? [];
  const from_pms: Record<string, string> = {};
  for (const { raw, name } of values) {
    if (Object.hasOwn(own.from_pms, raw)) continue;
    const meant = bestOf(table, name, canonical, (value) => namesOf(table, value));
    if (meant !== undefined) from_pms[raw] = meant;
  }
  const read = { ...from_pms, ...own.from_pms };
  const to_pms: Record<string, string> = {};
  if (table !== 'vendor_trade')
    for (const value of canonical) {
      if (Object.hasOwn(own.to_pms, value) || own.refused?.includes(value)) continue;
      const words = values.filter(({ raw }) => read[raw] === value);
      const named = words.filter(({ name }) => namesOf(table, value).includes(key(name)));
      const word = [words, named, named.filter(({ name }) => key(name) === key(value))].find(
        ({ length }) => length === 1,
      )?.[0];
      if (word !== undefined) to_pms[value] = word.raw;
    }
  return { to_pms, from_pms };
}

/** Where there is no list of ours, the PMS's own names are the values; agents are the people of the configuration. */
function openTable(
  table: ValueTableName,
  values: ValueList['values'],
  own: ValueTable,
  staff: readonly KnownPerson[],
): ValueTable {
  const to_pms: Record<string, string> = {};
  const from_pms: Record<string, string> = {};
  for (const { raw, name } of values) {
    const value = NAMES_PEOPLE.has(table) ? bestOf(table, name, staff, (one) => [key(one.name)])?.id : name.trim();
    if (value === undefined || value === '') continue;
    const isTwice = values.filter((one) => key(one.name) === key(name)).length > 1;
    if (isTwice) continue;
    if (!Object.hasOwn(own.to_pms, value)) to_pms[value] = raw;
    if (!Object.hasOwn(own.from_pms, raw)) from_pms[raw] = value;
  }
  return { to_pms, from_pms };
}
