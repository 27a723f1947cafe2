import { transactionCode, codeOf, HIGHEST, PRIORITIES, PROBLEMS, STATUSES } from './words.ts';
import type { Loading } from './load.ts';

/** A ledger has three years of charges, payments and credits; deposits that are held are not in it. */
export function loadLedgers({ portfolio, tables, siteOf, number }: Loading): void {
  const codes = new Map(portfolio.charge_code.map(({ id, name }) => [id, transactionCode(name)]));
  for (const entry of portfolio.ledger_entry) {
    if (entry.kind === 'deposit_held') continue;
    const site = siteOf(entry.property_id);
    tables.lines.insert({
      ...{ site, line: tables.lines.size + 1, reshid: number('household', site, entry.household_id) },
      TransDate: `${entry.date}T00:00:00`,
      TrancName: codes.get(entry.charge_code_id ?? '') ?? (entry.kind === 'payment' ? 'PAYMENT' : 'CREDIT'),
      TrancDesc: entry.memo ?? '',
      Amt: (entry.amount / 100).toFixed(2),
    });
  }
}

const PHONE_TYPES: Readonly<Record<string, string>> = { mobile: 'Mobile', work: 'Work' };

export function loadGuestCards(
  { portfolio, tables, siteOf, number, localTime }: Loading,
  next: (kind: string) => string,
): void {
  for (const card of portfolio.guest_card) {
    const site = siteOf(card.property_id);
    const words = (card.name ?? 'Unknown').split(' ');
    const agent = number('agent', site, card.assigned_to);
    const known = tables.choices.get(`${site}/LIST_LEASINGAGENT/${agent}`) !== undefined;
    tables.cards.insert({
      ...{ site, GuestCardID: next('card'), CustomerID: next('customer') },
      ...{ CreateDate: localTime(site, card.created_at), ModifiedDate: localTime(site, card.created_at) },
      ...{ PrimaryLeadSource: number('source', site, card.source), LeasingAgentID: known ? agent : '' },
      ...{
        FirstName: words.slice(0, -1).join(' ') || (words[0] as string),
        LastName: words.length > 1 ? (words.at(-1) as string) : 'Unknown',
      },
      Email: card.emails[0] ?? '',
      phones: card.phones.map(({ number: digits, type }) => ({ Type: PHONE_TYPES[type] ?? 'Home', Number: digits })),
      DateNeeded: card.move_in_date === undefined ? '' : `${card.move_in_date}T00:00:00`,
      Occupants: String(card.occupants ?? ''),
      ...{ LeaseTermMonths: '12', PriceRangeID: '', FloorplanID: '' },
      ...{ prospectcomment: card.touches[0]?.message ?? '', desiredrent: '' },
    });
  }
}

export function loadServiceRequests({ portfolio, tables, siteOf, number, localTime }: Loading): void {
  for (const order of portfolio.work_order) {
    const site = siteOf(order.property_id);
    tables.requests.insert({
      ...{ site, ServiceRequestID: number('request', site, order.id), UnitID: number('unit', site, order.unit_id) },
      ResidentMemberID: number('resident', site, order.resident_id),
      ProblemID: codeOf(PROBLEMS, order.trade, '316'),
      PriorityID: codeOf(PRIORITIES, order.severity, HIGHEST),
      Details: order.description,
      Status: STATUSES[order.status],
      PermissionToEnter: order.entry === 'yes' ? 'true' : 'false',
      ...{
        AccessNotes: order.entry_notes ?? '',
        RequestedBy: order.reporter_name ?? '',
        ContactPhone: order.callback_phone ?? '',
      },
      ...{ RequestDate: localTime(site, order.created_at), CompletedDate: localTime(site, order.completed_at) },
      CompletionNotes: '',
    });
  }
}
