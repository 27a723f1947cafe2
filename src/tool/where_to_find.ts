import type { RecordKind } from '../model/records.ts';

/** The call that finds a record of a kind whose id turned out to be none. */
const WHERE: Partial<Record<RecordKind, string>> = {
  work_order: 'list_work_orders with the unit, or with words of it as query',
  lease: 'list_leases with the unit or the resident',
  guest_card: 'search_guest_cards with the name, phone or email',
  tour: 'search_guest_cards: a guest card has its tours',
  bill: 'list_postings with kind bill',
  ledger_entry: 'get_resident_ledger with the lease',
  journal_entry: 'list_postings with kind journal_entry',
  gl_account: 'list_gl_accounts with the property',
  charge_code: 'list_gl_accounts with the property and usage resident_charge',
};

export function whereToFind(kind: RecordKind): string {
  return WHERE[kind] ?? 'search_portfolio with the name, unit, phone or number as it was said';
}
