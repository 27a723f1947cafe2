import type { Ask } from './ask.ts';
import { refuse } from './errors.ts';
import type { GLAccount, PhoneNumber } from './wire.ts';

/** The last day of a property's locked books, or of the company's. */
export function lockDateOf({ tables }: Ask, propertyId: number | null): string | null {
  const { LockDate = null, LockOverrides = [] } = tables.account.get(1) ?? {};
  return LockOverrides.find((override) => override.PropertyId === propertyId)?.LockDate ?? LockDate;
}

/** Refuses a posting into locked books. That it is a 422 for the date is inferred: the lock is documented, its refusal is not. */
export function mustBeOpen(ask: Ask, propertyId: number | null, date: string, field = 'Date'): void {
  const locked = lockDateOf(ask, propertyId);
  if (locked !== null && date <= locked) refuse(field, `The books are locked through ${locked}.`);
}

/** Refuses an amount that is no sum of money: not above zero, or with fractions of a cent. */
export function mustBeMoney(amount: number, field: string): void {
  if (!(amount > 0)) refuse(field, 'The amount must be above zero.');
  if (Math.abs(Math.round(amount * 100) - amount * 100) > 1e-6) refuse(field, 'The amount has fractions of a cent.');
}

/** Accounts that no line of a bill or of a lease's ledger may name. For bills it is documented, for leases inferred. */
const CONTROL_ACCOUNTS = ['Accounts Payable', 'Accounts Receivable', 'Undeposited Funds'];

/** The account that a field names: there, in use, and not one that only the system posts to. */
export function postableAccount(ask: Ask, id: number, field: string): GLAccount {
  const account = ask.named(ask.tables.glAccounts, field, id, 'general ledger account');
  if (!account.IsActive) refuse(field, 'The general ledger account is inactive.');
  if (account.IsBankAccount || CONTROL_ACCOUNTS.includes(account.DefaultAccountName ?? ''))
    refuse(field, 'This general ledger account is not allowed here.');
  return account;
}

/** Refuses a unit that is not one of the property. */
export function mustBeUnitOf(ask: Ask, propertyId: number | null, unitId: number | null, field: string): void {
  if (unitId === null) return;
  const unit = ask.named(ask.tables.units, field, unitId, 'unit');
  if (unit.PropertyId !== propertyId) refuse(field, 'The unit does not belong to the property.');
}

/** Where money or work belongs, as requests name it. */
interface EntityGiven {
  Id: number;
  AccountingEntityType: string;
  UnitId?: number | null;
}

/** The property or company that a field names. Associations are none of this account's. */
export function accountingEntity(ask: Ask, given: EntityGiven, field: string) {
  const { Id, AccountingEntityType, UnitId = null } = given;
  if (AccountingEntityType === 'Association') refuse(`${field}.AccountingEntityType`, 'There is no such association.');
  const EntityType: 'Rental' | 'Company' = AccountingEntityType === 'Company' ? 'Company' : 'Rental';
  if (EntityType === 'Rental') ask.named(ask.tables.rentals, `${field}.Id`, Id, 'rental property');
  mustBeUnitOf(ask, EntityType === 'Rental' ? Id : null, UnitId, `${field}.UnitId`);
  return { EntityId: Id, EntityType, UnitId };
}

/** Numbers go in by kind and come out as a list. */
export function phoneNumbers(given: unknown): PhoneNumber[] {
  const { Home, Work, Mobile, Fax } = (given ?? {}) as Record<string, string | null | undefined>;
  const kinds = [
    [Home, 'Home'],
    [Work, 'Office'],
    [Mobile, 'Cell'],
    [Fax, 'Fax'],
  ] as const;
  return kinds.flatMap(([Number, Type]) => (Number ? [{ Number, Type }] : []));
}

const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** Refuses what is no e-mail address. */
export function mustBeEmail(email: string | null, field: string): string | null {
  if (email !== null && !EMAIL.test(email)) refuse(field, 'This is not an e-mail address.');
  return email;
}

/** An address as it went in, with what was left out empty. */
export function addressFrom<A>(given: unknown): A {
  const empty = {
    AddressLine1: null,
    AddressLine2: null,
    AddressLine3: null,
    City: null,
    State: null,
    PostalCode: null,
  };
  return { ...empty, ...(given as object) } as A;
}
