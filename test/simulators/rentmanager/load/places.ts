import { CATEGORIES, PRIORITIES, REASONS, spoken, STAGES, STATUSES } from '../words.ts';
import type { Loading } from './context.ts';

/** The company's own lists. */
export function loadLists(loading: Loading): void {
  const lists = [
    ['ServiceManagerStatuses', 'ServiceManagerStatusID', STATUSES],
    ['ServiceManagerPriorities', 'ServiceManagerPriorityID', PRIORITIES],
    ['ServiceManagerCategories', 'ServiceManagerCategoryID', CATEGORIES],
    ['ProspectStages', 'ProspectStageID', STAGES],
    ['ProspectLostReasons', 'ProspectLostReasonID', REASONS],
  ] as const;
  for (const [table, key, list] of lists)
    for (const [number, word] of list) loading.put(table, { [key]: number, Name: spoken(word), IsActive: true });
  const sources = new Set(loading.portfolio.guest_card.map(({ source }) => source));
  for (const Name of sources)
    loading.put('LeadSources', { LeadSourceID: loading.id('LeadSources', Name), Name, IsActive: true });
  loading.put('Locations', { LocationID: 1, Name: 'Default' });
  loading.put('Locations', { LocationID: 2, Name: 'Simulated' });
}

export function loadPlaces(loading: Loading): void {
  const { portfolio } = loading;
  const rent = portfolio.charge_code.find(({ name }) => name === 'Rent');
  for (const one of portfolio.property) {
    const { street, street2, city, state, postal_code } = one.address;
    loading.put('Properties', {
      ...{ PropertyID: loading.id('Properties', one.id), Name: one.name, IsActive: one.is_active },
      ShortName: one.nicknames[0] ?? one.name.slice(0, 10),
      $Addresses: [
        {
          ...{ AddressID: loading.next('Address'), Street: [street, street2].filter(Boolean).join('\r\n'), City: city },
          ...{ State: state, PostalCode: postal_code, IsPrimary: true },
        },
      ],
      $PhoneNumbers: one.phone === undefined ? undefined : [{ PhoneNumber: one.phone, IsPrimary: true }],
      $RentChargeTypes: rent && [{ ChargeTypeID: loading.id('ChargeTypes', rent.id) }],
      $HardClose: one.books_locked_through,
      $Zone: loading.zone(one.id),
    });
  }
  for (const unit of portfolio.unit)
    loading.put('Units', {
      ...{
        UnitID: loading.id('Units', unit.id),
        PropertyID: loading.id('Properties', unit.property_id),
        Name: unit.name,
      },
      ...{ Bedrooms: unit.bedrooms, Bathrooms: unit.bathrooms, SquareFootage: unit.square_feet },
      $Statuses: unit.occupancy === 'down' ? ['Vacant', 'Down'] : [unit.occupancy === 'vacant' ? 'Vacant' : 'Occupied'],
    });
}
