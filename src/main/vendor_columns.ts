import * as z from 'zod/v4';
import { normaliseEmail, normalisePhone } from '../model/contact.ts';
import { CaretakerError } from '../model/errors.ts';
import { parseAmount } from '../model/money.ts';
import { Cents, LocalDate, Phone, TRADES } from '../model/values.ts';

/*
 * What a person may say about a vendor, column by column: the columns of an import and the options of `vendors set`.
 */

interface Column {
  /** The canonical field, and the part of it where the field is an object. */
  at: readonly [field: string, part?: string];
  /** How a value is written, by example. */
  form: string;
  /** Takes the text apart; whether that makes sense is for the type to say. */
  read(text: string): unknown;
  type: z.ZodType;
}

const text = (max: number) => z.string().max(max);

function one(at: Column['at'], form: string, type: z.ZodType, read: Column['read'] = (said) => said): Column {
  return { at, form, read, type };
}

function many(at: Column['at'], form: string, item: z.ZodType, readItem: Column['read'] = (said) => said): Column {
  const read = (said: string) => said.split(';').flatMap((part) => (part.trim() === '' ? [] : [readItem(part.trim())]));
  return { at, form, read, type: z.array(item) };
}

const YES_NO: Readonly<Record<string, boolean>> = { yes: true, no: false };

function yesNo(...at: Column['at']): Column {
  return one(at, 'yes', z.boolean('write yes or no'), (said) => YES_NO[said]);
}

const Licence = z.object({
  trade: z.enum(TRADES),
  number: z.string(),
  state: z.string().length(2).optional(),
  expires: LocalDate.optional(),
});

/** State and date may be left out. */
function readLicence(said: string): unknown {
  const [trade, number, state, expires] = said.split(':').map((part) => part.trim() || undefined);
  return { trade, number, state, expires };
}

const Rank = z.object({ rank: z.int().min(1).max(999), property_id: z.string().min(1).optional() });

/** `1` for the whole portfolio, `2@12` at property 12; 1 is asked first. */
function readRank(said: string): unknown {
  const [position, property_id] = said.split('@');
  return { rank: Number(position), property_id };
}

const Ringing = Phone.extend({ number: z.string('is no telephone number').min(1).max(40) });

/** A number that rings; of what kind it is stands before it, and is `work` where nothing does. */
function readPhone(said: string): unknown {
  const [, type = 'work', number = ''] = /^(?:([a-z_]+):)?(.*)$/.exec(said) ?? [];
  const known = normalisePhone(number);
  // An extension has no place of its own.
  return { type, number: known?.extension === undefined ? known?.number : number.trim() };
}

/** An empty text says nothing, `none` takes back what was said. */
export const VENDOR_COLUMNS = {
  name: one(['name'], 'Rapid Rooter Plumbing', text(200)),
  is_active: yesNo('is_active'),
  do_not_use: yesNo('do_not_use'),
  phones: many(['phones'], '512-555-0143;after_hours:512-555-0144', Ringing, readPhone),
  emails: many(['emails'], 'dispatch@rapidrooter.example', z.string('is no e-mail address'), normaliseEmail),
  takes_emergencies: yesNo('takes_emergencies'),
  hourly_rate: one(['hourly_rate'], '95.00', Cents, (said) => {
    const amount = parseAmount(said);
    return 'cents' in amount ? amount.cents : said;
  }),
  notified_by_pms: yesNo('notified_by_pms'),
  trades: many(['trades'], 'plumbing;hvac', z.enum(TRADES)),
  service_area: many(['service_area'], '78701;78702', text(20)),
  rank: many(['preferred'], '1;2@12', Rank, readRank),
  general_liability_expires: one(['compliance', 'general_liability_expires'], '2027-05-01', LocalDate),
  workers_comp_expires: one(['compliance', 'workers_comp_expires'], '2027-05-01', LocalDate),
  workers_comp_exemption: one(['compliance', 'workers_comp_exemption'], 'sole proprietor, folder 12', text(500)),
  licences: many(['compliance', 'licences'], 'plumbing:TX-1234:TX:2027-05-01', Licence, readLicence),
  w9_on_file: yesNo('compliance', 'w9_on_file'),
} as const satisfies Record<string, Column>;
export type VendorColumn = keyof typeof VENDOR_COLUMNS;

/** What is said; null where it takes back what was said before. */
export type VendorValues = Partial<Record<VendorColumn, unknown>>;

/** The values of the columns, checked. Throws `invalid_input` naming place and column. */
export function parseVendorValues(at: string, texts: Iterable<[string, string]>): VendorValues {
  const values: VendorValues = {};
  for (const [name, said] of texts) {
    if (!Object.hasOwn(VENDOR_COLUMNS, name))
      throw vendorFault(at, name, `is not known; known are ${Object.keys(VENDOR_COLUMNS).join(', ')}`);
    if (said === '') continue;
    const { read, type, form }: Column = VENDOR_COLUMNS[name as VendorColumn];
    const parsed = type.safeParse(read(said));
    if (said === 'none' && name === 'name') throw vendorFault(at, name, 'cannot be taken back');
    if (said === 'none') values[name as VendorColumn] = null;
    else if (parsed.success) values[name as VendorColumn] = parsed.data;
    else throw vendorFault(at, name, `${parsed.error.issues[0]?.message ?? 'is not right'} (as in ${form})`);
  }
  return values;
}

/** Canonical fields of a vendor with what is said put over them. */
export function withValues(fields: Readonly<Record<string, unknown>>, values: VendorValues): Record<string, unknown> {
  const next: Record<string, unknown> = { ...fields };
  for (const name of Object.keys(values) as VendorColumn[]) {
    const [field, part]: Column['at'] = VENDOR_COLUMNS[name].at;
    const value = values[name] ?? undefined;
    next[field] = part === undefined ? value : { ...(next[field] as object | undefined), [part]: value };
  }
  return next;
}

/** The canonical field that a column is about. */
export function fieldOf(name: VendorColumn): string {
  return VENDOR_COLUMNS[name].at[0];
}

/** The value of a column in canonical fields. */
export function valueOf(fields: Readonly<Record<string, unknown>>, name: VendorColumn): unknown {
  const [field, part]: Column['at'] = VENDOR_COLUMNS[name].at;
  const value = fields[field];
  return part === undefined ? value : (value as Record<string, unknown> | undefined)?.[part];
}

export function vendorFault(at: string, field: string, problem: string): CaretakerError {
  return new CaretakerError('invalid_input', `${at}: ${field} ${problem}. Nothing was changed.`, { field });
}
