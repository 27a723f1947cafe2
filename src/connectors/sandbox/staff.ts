import { COMMANDS, type Command } from '../../model/commands.ts';
import { RECORDS, type Bill, type RecordKind, type RecordOf, type Tour } from '../../model/records.ts';
import { VendorError, type RecordRef } from '../connector.ts';
import { execute } from './commands.ts';
import type { Journal } from './journal.ts';
import { resultFor, type Pms } from './pms.ts';
import { RAW_STATUS } from './work-orders.ts';

type Fields<K extends RecordKind> = Partial<Omit<RecordOf<K>, 'id'>>;

/** Another user at the PMS's own screens. What they do is in the journal as `staff`, without a key. */
export interface SandboxStaff {
  /** Sets fields of any record past the rules of the commands; a field set to undefined is cleared. */
  change<K extends RecordKind>(kind: K, id: string, fields: Fields<K>): Promise<RecordOf<K>>;
  /** Enters a new record; the PMS assigns the id. */
  add<K extends RecordKind>(kind: K, fields: Omit<RecordOf<K>, 'id'>): Promise<RecordOf<K>>;
  remove(kind: RecordKind, id: string): Promise<void>;
  /** Does what a command says, under the same rules as the API. */
  submit(command: Command): Promise<RecordRef>;
  updateVendor(id: string, fields: Fields<'vendor'>): Promise<RecordOf<'vendor'>>;
  updateWorkOrder(id: string, fields: Fields<'work_order'>): Promise<RecordOf<'work_order'>>;
  /** Locks the books of a property up to and including a day. */
  closePeriod(propertyId: string, through: string): Promise<RecordOf<'property'>>;
  /** Takes a unit off the market. */
  markLeased(unitId: string): Promise<RecordOf<'unit'>>;
}

type Transact = <T>(work: (pms: Pms, journal: Journal) => T) => Promise<T>;

function write(journal: Journal, operation: string, kind: RecordKind, id: string): void {
  journal.write({ actor: 'staff', operation, kind, record_id: id }, resultFor(kind, id));
}

function missing(kind: RecordKind, id: string): VendorError {
  return new VendorError('not_found', `There is no ${kind} ${id}.`);
}

/** Calendar and invoice numbers follow whatever the staff enter, move or take out. */
const REGISTERS: { readonly [kind in RecordKind]?: (pms: Pms, before: unknown, after: unknown) => void } = {
  tour: (pms, before, after) => {
    if (before !== undefined) pms.bookings.free((before as Tour).id);
    const tour = after as Tour | undefined;
    if (tour?.status === 'scheduled') pms.bookings.put({ ...tour, tour_id: tour.id, agent_id: tour.agent_id });
  },
  bill: (pms, before, after) => {
    const [old, bill] = [before, after] as (Bill | undefined)[];
    if (old !== undefined) pms.invoices.release(old.id, old.vendor_id, old.invoice_number);
    const counts = bill !== undefined && bill.reversed_by_id === undefined && bill.reverses_id === undefined;
    if (counts) pms.invoices.take(bill.vendor_id, bill.invoice_number, bill.id);
  },
};

function changeRecord<K extends RecordKind>(pms: Pms, kind: K, id: string, fields: Fields<K>): RecordOf<K> {
  const current = pms.records.find(kind, id);
  if (current === undefined) throw missing(kind, id);
  const merged = { ...current, ...fields, id };
  const record = RECORDS[kind].parse(merged) as RecordOf<K>;
  pms.records.replace(kind, record);
  REGISTERS[kind]?.(pms, current, record);
  return record;
}

/** The staff's side of a PMS that is reached through `transact`. */
export function makeStaff(transact: Transact): SandboxStaff {
  const asPerson = (pms: Pms): Pms => ({ ...pms, actor: 'Office' });
  const change: SandboxStaff['change'] = (kind, id, fields) =>
    transact((pms, journal) => {
      const record = changeRecord(pms, kind, id, fields);
      write(journal, 'change', kind, id);
      return record;
    });

  return {
    change,
    add: (kind, fields) =>
      transact((pms, journal) => {
        const record = pms.records.insert(
          kind,
          (id) => RECORDS[kind].parse({ ...fields, id }) as RecordOf<typeof kind>,
        );
        REGISTERS[kind]?.(pms, undefined, record);
        write(journal, 'add', kind, record.id);
        return record;
      }),
    remove: (kind, id) =>
      transact((pms, journal) => {
        const record = pms.records.find(kind, id);
        if (record === undefined) throw missing(kind, id);
        pms.records.remove(kind, id);
        REGISTERS[kind]?.(pms, record, undefined);
        write(journal, 'remove', kind, id);
      }),
    submit: (command) =>
      transact((pms, journal) => {
        const result = execute(asPerson(pms), command);
        const record = result.record ?? { kind: COMMANDS[command.kind].record, scope: '', id: '' };
        write(journal, command.kind, record.kind, record.id);
        return record;
      }),
    updateVendor: (id, fields) => change('vendor', id, fields),
    updateWorkOrder: (id, fields) =>
      change('work_order', id, fields.status ? { raw_status: RAW_STATUS[fields.status], ...fields } : fields),
    closePeriod: (id, through) => change('property', id, { books_locked_through: through }),
    markLeased: (id) => change('unit', id, { occupancy: 'occupied', is_listed: false, available_on: undefined }),
  };
}
