import type { World } from '../shared/vendor.ts';
import { badField, refuse } from './errors.ts';
import { auditDate } from './moments.ts';
import { listIn, numberIn, type RentManagerTables, type Row, textIn } from './tables.ts';

export interface Saving {
  world: World<RentManagerTables>;
  /** The row as it would be. */
  merged: Row;
  given: Row;
  before: Row | undefined;
  /** What the caller insists on. */
  options: readonly string[];
}

/** What else is asked of a record, and what comes with it; gives the row as it is kept. */
export const RULES: Readonly<Record<string, (saving: Saving) => Row>> = {
  ServiceManagerIssues: issue,
  HistoryNotes: (saving) => saving.merged,
  Contacts: ({ merged, given, before, world }) => withPhones(merged, given, before, world),
  Prospects: prospect,
  Appointments: appointment,
  Charges: charge,
  Credits: credit,
  Bills: bill,
  Journals: journal,
};

function issue({ world, merged, before }: Saving): Row {
  const isClosed = merged['IsClosed'] === true;
  const status = merged['StatusID'] ?? world.tables['ServiceManagerStatuses']?.rows()[0]?.['ServiceManagerStatusID'];
  const wasClosed = before?.['IsClosed'] === true;
  return {
    IsAllowedToEnter: false,
    ...merged,
    ...{ IsClosed: isClosed, StatusID: status },
    ...(isClosed && !wasClosed && { CloseDate: auditDate(world.now(), 0) }),
    ...(!isClosed && { CloseDate: null }),
  };
}

/** Numbers that were there keep their rows and their types; the list that is sent is the list. */
function withPhones(merged: Row, given: Row, before: Row | undefined, world: Saving['world']): Row {
  if (given['PhoneNumbers'] === undefined) return merged;
  const known = listIn(before ?? {}, 'PhoneNumbers');
  const numbers = listIn(given, 'PhoneNumbers').map((row) => {
    const old = known.find(({ PhoneNumberID }) => PhoneNumberID === row['PhoneNumberID']);
    if (typeof row['PhoneNumber'] !== 'string') badField('PhoneNumbers', 'A number is text.');
    return { ...old, PhoneNumberID: world.ids.next('PhoneNumber'), ...row };
  });
  return { ...merged, PhoneNumbers: numbers };
}

function saveContact(saving: Saving, parent: { id: number; type: string }, given: Row): void {
  const { world } = saving;
  const table = world.tables['Contacts'] as NonNullable<RentManagerTables[string]>;
  const id = numberIn(given, 'ContactID');
  const before = id === undefined ? undefined : table.get(id);
  if (id !== undefined && before?.['ParentID'] !== parent.id)
    badField('Contacts', 'The contact belongs to another account.');
  const merged = { ...before, ...given, ParentID: parent.id, ParentType: parent.type };
  const whole = withPhones(merged, given, before, world);
  const dates = { UpdateDate: auditDate(world.now(), world.ids.next('change')) };
  if (before === undefined) table.insert({ ...whole, ContactID: world.ids.next('Contacts'), ...dates });
  else table.replace({ ...whole, ...dates });
}

function prospect(saving: Saving): Row {
  const { world, merged, given } = saving;
  const { Contacts: _contacts, ...row } = merged;
  const id = numberIn(merged, 'ProspectID') as number;
  for (const one of listIn(given, 'Contacts')) saveContact(saving, { id, type: 'Prospect' }, one);
  for (const { UnitID } of listIn(given, 'InterestedUnits'))
    if (world.tables['Units']?.get(UnitID as number) === undefined) badField('InterestedUnits', 'No such unit.');
  const units = listIn(merged, 'InterestedUnits').map((unit) => ({
    InterestedUnitID: world.ids.next('InterestedUnit'),
    ...unit,
  }));
  return {
    ...row,
    ...(merged['InterestedUnits'] !== undefined && { InterestedUnits: units }),
    ProspectStatus: 'Prospect',
  };
}

function appointment({ merged, world }: Saving): Row {
  if (String(merged['EndDate']) <= String(merged['StartDate']))
    badField('EndDate', 'An appointment ends after it begins.');
  for (const { UserID } of listIn(merged, 'AppointmentUsers'))
    if (world.tables['Users']?.get(UserID as number) === undefined) badField('AppointmentUsers', 'No such user.');
  return merged;
}

/** A period that is closed for good: the user may, but has to say that it is meant. */
function mustBeOpen({ world, merged, options }: Saving, properties: readonly unknown[]): void {
  if (options.includes('IgnoreHardClose')) return;
  const day = String(textIn(merged, 'TransactionDate')).slice(0, 10);
  const closed = properties.some(
    (id) => day <= String(world.tables['Properties']?.get(id as number)?.['$HardClose'] ?? ''),
  );
  if (closed) refuse(412, 'PreconditionException', 'The period is closed. Use the save option IgnoreHardClose.');
}

const cents = (amount: unknown) => Math.round(Number(amount) * 100);

function charge(saving: Saving): Row {
  const { merged } = saving;
  mustBeOpen(saving, [merged['PropertyID']]);
  if (cents(merged['Amount']) <= 0) badField('Amount', 'A charge is above zero.');
  return { ...merged, AccountType: 'Tenant' };
}

function credit(saving: Saving): Row {
  const { merged, world } = saving;
  mustBeOpen(saving, [merged['PropertyID']]);
  const allocations = listIn(merged, 'Allocations');
  for (const { ChargeID, Amount } of allocations) {
    const owed = world.tables['Charges']?.get(ChargeID as number);
    if (owed === undefined || owed['AccountID'] !== merged['AccountID']) badField('Allocations', 'No such charge.');
    if (cents(Amount) > cents(owed?.['Amount'])) badField('Allocations', 'More than the charge.');
  }
  const sum = allocations.reduce((total, { Amount }) => total + cents(Amount), 0);
  if (sum > cents(merged['Amount'])) badField('Allocations', 'More than the credit.');
  return { ...merged, AccountType: 'Tenant' };
}

function mustName(world: Saving['world'], list: string, rows: readonly Row[]): void {
  for (const { GLAccountID, PropertyID } of rows) {
    if (world.tables['GLAccounts']?.get(GLAccountID as number) === undefined) badField(list, 'No such account.');
    if (world.tables['Properties']?.get(PropertyID as number) === undefined) badField(list, 'No such property.');
  }
}

function bill(saving: Saving): Row {
  const { merged, world } = saving;
  const lines = listIn(merged, 'BillDetails');
  if (merged['AccountType'] !== 'Vendor') badField('AccountType', 'Bills are of vendors here.');
  if (world.tables['Vendors']?.get(merged['AccountID'] as number) === undefined)
    badField('AccountID', 'No such vendor.');
  mustName(world, 'BillDetails', lines);
  mustBeOpen(
    saving,
    lines.map(({ PropertyID }) => PropertyID),
  );
  if (lines.reduce((sum, { Amount }) => sum + cents(Amount), 0) !== cents(merged['Amount']))
    badField('Amount', 'The lines do not add up.');
  return { IsApproved: true, AmountAllocated: 0, ...merged };
}

function journal(saving: Saving): Row {
  const { merged, world } = saving;
  const lines = listIn(merged, 'Details');
  mustName(world, 'Details', lines);
  mustBeOpen(
    saving,
    lines.map(({ PropertyID }) => PropertyID),
  );
  if (lines.reduce((sum, { Amount }) => sum + cents(Amount), 0) !== 0)
    badField('Details', 'Debits and credits differ.');
  return merged;
}
