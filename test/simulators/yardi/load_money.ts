import { dollars, type Loading } from './load.ts';

/** A charge code has eight characters at most. */
const shortName = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .slice(0, 8);

export function loadLedgers({ portfolio, tables, ids, codeOf, tenantOf, unitOf }: Loading): void {
  const accounts = new Map(portfolio.gl_account.map(({ id, number }) => [id, number]));
  const codes = new Map(portfolio.charge_code.map(({ id, name }) => [id, shortName(name)]));
  for (const { id, gl_account_id, is_active } of portfolio.charge_code)
    if (is_active)
      tables.charge_types.insert({ code: codes.get(id) ?? '', account: accounts.get(gl_account_id) ?? '' });
  for (const entry of portfolio.ledger_entry) {
    const kind = entry.kind === 'charge' ? 'Charge' : 'Payment';
    tables.transactions.insert({
      ...{ id: ids.int(kind, entry.id, kind === 'Charge' ? 700_000_001 : 600_000_001), kind },
      ...{ property: codeOf(entry.property_id), tenant: tenantOf(entry.household_id), unit: unitOf(entry.unit_id) },
      ...{ date: entry.date, amount: dollars(Math.abs(entry.amount)), description: entry.memo ?? '', comment: '' },
      code: kind === 'Charge' ? (codes.get(entry.charge_code_id ?? '') ?? '') : '',
      account: kind === 'Charge' ? (accounts.get(entry.gl_account_id ?? '') ?? '') : '',
      closed: false,
    });
  }
}

export function loadOffers({ portfolio, tables, ids, codeOf, tenantOf }: Loading): void {
  for (const lease of portfolio.lease)
    for (const offer of lease.renewal_offers)
      if (offer.status === 'offered')
        tables.offers.insert({
          ...{ id: ids.int('offer', offer.id, 9_001), property: codeOf(lease.property_id) },
          ...{ tenant: tenantOf(lease.household_id), start: offer.start_date, end: offer.end_date },
          ...{ term: String(offer.term_months), rent: dollars(offer.rent), expires: offer.expires_on ?? '' },
          selected: false,
        });
}
