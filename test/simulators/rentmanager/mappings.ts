import type { World } from '../shared/vendor.ts';
import type { RentManagerTables } from './tables.ts';
import { CATEGORIES, PRIORITIES, REASONS, spoken, STAGES, STATUSES } from './words.ts';

type Numbered = readonly (readonly [number, string])[];

function tableOf(list: Numbered) {
  return {
    to_pms: Object.fromEntries(list.map(([number, word]) => [word, String(number)])),
    from_pms: Object.fromEntries(list.map(([number, word]) => [String(number), word])),
  };
}

/** What a person would write after a look at the company's own lists. */
export function mappingFile({ tables }: World<RentManagerTables>): object {
  const sources = (tables['LeadSources']?.rows() ?? []).map(
    ({ LeadSourceID, Name }) => [Number(LeadSourceID), String(Name)] as const,
  );
  const trades = Object.fromEntries(CATEGORIES.map(([, trade]) => [spoken(trade), trade]));
  return {
    work_order_status: tableOf(STATUSES),
    severity: tableOf(PRIORITIES),
    trade: tableOf(CATEGORIES),
    vendor_trade: { to_pms: {}, from_pms: trades },
    guest_card_status: tableOf(STAGES),
    lost_reason: tableOf(REASONS),
    lead_source: tableOf(sources),
  };
}
