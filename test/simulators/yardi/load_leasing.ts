import type { Loading } from './load.ts';
import { dollars } from './load.ts';

const TYPES: Readonly<Record<string, string>> = {
  ...{ applied: 'applicant', approved: 'approved_applicant', denied: 'denied_applicant', leased: 'future_resident' },
  lost: 'canceled',
};

const PHONES: Readonly<Record<string, string>> = { mobile: 'cell', home: 'home', work: 'office' };

/** Agents and marketing sources of each property; one agent of each has left. */
export function loadAgents({ portfolio, tables, codeOf }: Loading): void {
  const sources = [...new Set(portfolio.guest_card.map(({ source }) => source).concat('Zillow', 'Other', 'Phone'))];
  for (const { id } of portfolio.property) {
    const property = codeOf(id);
    for (const name of sources) tables.sources.insert({ property, name });
    const agents = portfolio.staff.filter(({ roles }) => roles.includes('leasing_agent'));
    for (const { name, is_active } of agents) tables.agents.insert({ property, name, is_active });
    tables.agents.insert({ property, name: 'Former Agent', is_active: false });
  }
}

export function loadGuests({ portfolio, tables, ids, codeOf, unitOf, localTime }: Loading): void {
  const staff = new Map(portfolio.staff.map(({ id, name }) => [id, name]));
  const tours = Map.groupBy(portfolio.tour, ({ guest_card_id }) => guest_card_id);
  for (const card of portfolio.guest_card) {
    const { property_id, name = '' } = card;
    const at = name.lastIndexOf(' ');
    const code = ids.code('prospect', card.id, 'p', 7);
    tables.prospects.insert({
      ...{ property: codeOf(property_id), code, third_party: '', type: TYPES[card.status] ?? 'prospect' },
      ...{ first: at < 0 ? '' : name.slice(0, at), last: name.slice(at + 1), email: card.emails[0] ?? '' },
      phones: card.phones.map(({ number, type }) => ({ type: PHONES[type] ?? 'home', number: dialled(number) })),
      ...{ middle: '', address: {}, floorplan: '', lease_terms: '' },
      ...{ move_in: card.move_in_date ?? '0001-01-01', rent: dollars(card.rent_max) },
      units: card.unit_ids.slice(0, 1).map(unitOf),
      bedrooms: String(card.bedrooms ?? ''),
      bathrooms: card.bathrooms === undefined ? '' : String(card.bathrooms),
    });
    const agent = staff.get(card.assigned_to ?? '') ?? 'Front Desk';
    const add = (event: { type: string; at: string; unit?: string; comments?: string; source?: string; by?: string }) =>
      tables.events.insert({
        ...{ id: ids.next('event', 500_001), prospect: code, type: event.type, date: localTime(property_id, event.at) },
        ...{ unit: event.unit ?? '', agent: event.by ?? agent, reasons: '', comments: event.comments ?? '' },
        ...{ source: event.source ?? '', first_contact: event.type === 'First' },
      });
    const [first, ...later] = card.touches;
    const contact = { at: first?.at ?? card.created_at, source: card.source, comments: first?.message ?? '' };
    tables.events.change(add({ type: 'First', ...contact }).id, { type: 'Other' });
    for (const touch of later)
      add({ type: 'Webservice', at: touch.at, source: touch.source, comments: touch.message ?? '' });
    for (const note of card.notes) add({ type: 'Other', at: note.at, comments: note.text });
    for (const tour of tours.get(card.id) ?? []) {
      const visit = {
        at: tour.start,
        unit: unitOf(tour.unit_id),
        by: staff.get(tour.agent_id ?? '') ?? agent,
        comments: tour.notes ?? '',
      };
      add({ type: 'Appointment', ...visit });
      if (tour.status === 'toured') add({ type: 'Show', ...visit });
    }
  }
}

/** As the office types numbers in. */
function dialled(number: string): string {
  const [, area, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number) ?? [];
  return area === undefined ? number : `(${area}) ${exchange}-${line}`;
}
