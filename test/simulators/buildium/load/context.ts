import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Desk } from '../../shared/vendor.ts';
import { FIRST_ID, makeTables, type BuildiumTables, type NumberedKind } from '../tables.ts';
import type { Address, PhoneNumber } from '../wire.ts';
import { PHONE_TYPE, usNumber } from './words.ts';

/** What every part of the loading works with. */
export interface Loading {
  portfolio: SandboxState;
  desk: Desk;
  tables: BuildiumTables;
  /** The account's id of a record of the portfolio. */
  id(kind: NumberedKind, canonicalId: string): number;
  next(kind: NumberedKind): number;
  /** Today by the simulator's clock, in UTC. */
  today: string;
}

/** Numbers every record in the order of the portfolio, before records mention one another. */
export function beginLoading(portfolio: SandboxState, desk: Desk): Loading {
  const { ids } = desk;
  const id: Loading['id'] = (kind, canonicalId) => ids.int(kind, canonicalId, FIRST_ID[kind]);
  for (const [of, kind, prefix = ''] of NUMBERED)
    for (const { id: canonicalId } of portfolio[of]) id(kind, `${prefix}${canonicalId}`);
  return {
    ...{ portfolio, desk, tables: makeTables(desk), id },
    next: (kind) => ids.next(kind, FIRST_ID[kind]),
    today: new Date(desk.now()).toISOString().slice(0, 10),
  };
}

const NUMBERED: readonly (readonly [keyof SandboxState, NumberedKind, string?])[] = [
  ['staff', 'user'],
  ['property', 'rental'],
  ['unit', 'unit'],
  ['vendor', 'vendor'],
  ['lease', 'lease'],
  ['resident', 'tenant'],
  ['work_order', 'task'],
  ['guest_card', 'applicant'],
  ['gl_account', 'glAccount'],
  // All kinds of transactions share their numbers.
  ['ledger_entry', 'transaction', 'entry/'],
  ['bill', 'transaction', 'bill/'],
  ['journal_entry', 'transaction', 'journal/'],
];

interface CanonicalAddress {
  street: string;
  street2?: string | undefined;
  city: string;
  state: string;
  postal_code: string;
}

export function addressOf({ street, street2, city, state, postal_code }: CanonicalAddress): Address {
  return {
    ...{ AddressLine1: street, AddressLine2: street2 ?? null, AddressLine3: null },
    ...{ City: city, State: state, PostalCode: postal_code, Country: 'UnitedStates' },
  };
}

export function phonesOf(phones: readonly { number: string; type: keyof typeof PHONE_TYPE }[]): PhoneNumber[] {
  return phones.map(({ number, type }) => ({ Number: usNumber(number), Type: PHONE_TYPE[type] }));
}

/** First and last name of a person of whom only the whole name is known. */
export function namesOf(name: string): { FirstName: string; LastName: string } {
  const at = name.lastIndexOf(' ');
  return at < 0 ? { FirstName: name, LastName: name } : { FirstName: name.slice(0, at), LastName: name.slice(at + 1) };
}
