import type { World } from '../../shared/vendor.ts';
import { bodyOf } from '../bodies.ts';
import { refuse } from '../errors.ts';
import { centsOf } from '../load/words.ts';
import type { AppfolioTables } from '../tables.ts';
import { enter, named, ofOccupancy, type Operation } from './operation.ts';

interface Line {
  GlAccountId?: string;
  Amount?: string;
  PropertyId?: string;
  UnitId?: string;
  Debit?: string | null;
  Credit?: string | null;
}

interface Body {
  [field: string]: unknown;
  LineItems?: Line[];
}

function checkLines(world: World<AppfolioTables>, lines: readonly Line[]): void {
  for (const line of lines) {
    named(world, 'gl_accounts', line.GlAccountId, 'GlAccountId');
    named(world, 'properties', line.PropertyId, 'PropertyId');
    named(world, 'units', line.UnitId, 'UnitId');
  }
}

const total = (lines: readonly Line[], field: 'Amount' | 'Debit' | 'Credit') =>
  lines.reduce((sum, line) => sum + centsOf(line[field]), 0);

function postBill(world: World<AppfolioTables>, body: Body) {
  const { LineItems = [] } = body;
  named(world, 'properties', body['PropertyId'], 'PropertyId');
  named(world, 'vendors', body['VendorId'], 'VendorId');
  named(world, 'work_orders', body['WorkOrderId'], 'WorkOrderId');
  checkLines(world, LineItems);
  if (body['VendorId'] === undefined && body['ManagementCompanyAsPayee'] !== true) refuse('VendorId is required');
  if (body['WorkOrderId'] !== undefined && body['AccountNumber'] !== undefined)
    refuse('WorkOrderId and AccountNumber exclude each other');
  if (total(LineItems, 'Amount') !== centsOf(body['TotalAmount'])) refuse('TotalAmount is not the sum of LineItems');
  const { Reference, VendorId } = body;
  const isTaken = world.tables.bills
    .rows()
    .some((bill) => Reference !== undefined && bill['Reference'] === Reference && bill['VendorId'] === VendorId);
  if (isTaken) refuse('Reference has already been taken');
  const fresh = { Reference: null, WorkOrderId: null, Remarks: null, ApprovalStatus: null, HiddenAt: null };
  return enter(world, 'bills', { ...fresh, ...body });
}

function postEntry(world: World<AppfolioTables>, body: Body) {
  const { LineItems = [] } = body;
  named(world, 'properties', body['PropertyId'], 'PropertyId');
  checkLines(world, LineItems);
  const isOneSided = ({ Debit, Credit }: Line) => centsOf(Debit) > 0 !== centsOf(Credit) > 0;
  if (!LineItems.every(isOneSided)) refuse('A line is a debit or a credit');
  if (total(LineItems, 'Debit') !== total(LineItems, 'Credit')) refuse('Debits and credits are not equal');
  return enter(world, 'journal_entries', { Remarks: null, HiddenAt: null, ...body });
}

/** Charges, bills and journal entries. None of them can be taken back or deleted. */
export const MONEY: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'charges', resource: 'charges' },
    handle(request, world) {
      const body = bodyOf<Body>(request, 'POST charges');
      const tenant = ofOccupancy(world, body['OccupancyId']);
      named(world, 'gl_accounts', body['GlAccountId'], 'GlAccountId');
      if (centsOf(body['AmountDue']) <= 0) refuse('AmountDue is invalid');
      return enter(world, 'charges', { ...body, PropertyId: tenant?.['PropertyId'] });
    },
  },
  {
    ...{ method: 'POST', path: 'bills', resource: 'bills' },
    handle: (request, world) => postBill(world, bodyOf<Body>(request, 'POST bills')),
  },
  {
    ...{ method: 'POST', path: 'journal_entries', resource: 'journal_entries' },
    handle: (request, world) => postEntry(world, bodyOf<Body>(request, 'POST journal_entries')),
  },
];
