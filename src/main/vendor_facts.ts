import * as z from 'zod/v4';
import { appendAudit } from '../audit/audit.ts';
import type { Grant } from '../grants/grant.ts';
import { type Kept, NOTHING_KEPT, type SidecarKey } from '../mirror/sidecar.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Vendor } from '../model/records.ts';
import { LocalDate, TRADES } from '../model/values.ts';
import { recordChanges } from '../store/changes.ts';
import type { Engine } from './engine.ts';

/*
 * What a person may say about a vendor that the PMS does not hold: insurance, licences, trades, area and rank.
 */

interface Column {
  /** Takes the text apart; whether that makes sense is for the type to say. */
  read(text: string): unknown;
  type: z.ZodType;
}

const one = (type: z.ZodType): Column => ({ read: (text) => text, type });
const many = (item: z.ZodType, readItem: (text: string) => unknown = (text) => text): Column => ({
  read: (text) => text.split(';').flatMap((part) => (part.trim() === '' ? [] : [readItem(part.trim())])),
  type: z.array(item),
});

const Licence = z.object({
  trade: z.enum(TRADES),
  number: z.string(),
  state: z.string().length(2).optional(),
  expires: LocalDate.optional(),
});

/** `plumbing:TX-1234:TX:2027-05-01`; state and date may be left out. */
function readLicence(text: string): unknown {
  const [trade, number, state, expires] = text.split(':').map((part) => part.trim() || undefined);
  return { trade, number, state, expires };
}

const Rank = z.object({ rank: z.int().min(1).max(999), property_id: z.string().min(1).optional() });

/** `1` for the whole portfolio, `2@12` at property 12; 1 is asked first. */
function readRank(text: string): unknown {
  const [position, property_id] = text.split('@');
  return { rank: Number(position), property_id };
}

/** The columns of an import and the options of `vendors set`. An empty text says nothing. */
export const VENDOR_COLUMNS = {
  general_liability_expires: one(LocalDate),
  workers_comp_expires: one(LocalDate),
  workers_comp_exemption: one(z.string().max(500)),
  licences: many(Licence, readLicence),
  w9_on_file: {
    read: (text: string) => (text === 'yes' ? true : text === 'no' ? false : text),
    type: z.boolean('write yes or no'),
  },
  trades: many(z.enum(TRADES)),
  service_area: many(z.string().max(20)),
  rank: many(Rank, readRank),
} as const satisfies Record<string, Column>;
export type VendorColumn = keyof typeof VENDOR_COLUMNS;

const COMPLIANCE: readonly VendorColumn[] = [
  'general_liability_expires',
  'workers_comp_expires',
  'workers_comp_exemption',
  'licences',
  'w9_on_file',
];

/** What is said about one vendor. */
export interface VendorFacts {
  /** Where it is said, for errors: `line 3`. */
  at: string;
  connection: string;
  vendor_id: string;
  /** Which document shows it, and where that is kept. */
  evidence: string;
  values: Partial<Record<VendorColumn, unknown>>;
}

/** The values of the columns, checked. Throws `invalid_input` naming place and column. */
export function parseVendorValues(at: string, texts: Iterable<[string, string]>): VendorFacts['values'] {
  const values: VendorFacts['values'] = {};
  for (const [name, text] of texts) {
    if (!Object.hasOwn(VENDOR_COLUMNS, name))
      throw fault(at, name, `is not known; known are ${Object.keys(VENDOR_COLUMNS).join(', ')}`);
    if (text === '') continue;
    const { read, type }: Column = VENDOR_COLUMNS[name as VendorColumn];
    const parsed = type.safeParse(read(text));
    if (!parsed.success) throw fault(at, name, parsed.error.issues[0]?.message ?? 'is not right');
    values[name as VendorColumn] = parsed.data;
  }
  return values;
}

/** What became of one vendor: columns that now count, and columns where the PMS has a value of its own, which wins. */
export interface VendorOutcome {
  connection: string;
  vendor_id: string;
  name: string;
  kept: VendorColumn[];
  pms_has_its_own: VendorColumn[];
}

/**
 * Keeps the facts beside the vendors, all of them or none, with an audit entry each. What is said replaces what was said
 * before, column by column.
 */
export async function keepVendorFacts(
  { store, keyring, records, sidecar, connectors, pms }: Engine,
  person: Grant,
  all: readonly VendorFacts[],
): Promise<VendorOutcome[]> {
  const found: { facts: VendorFacts; key: SidecarKey; own: Vendor; before: Kept | undefined }[] = [];
  for (const facts of all) {
    const isOurs = pms.get(facts.connection)?.capabilities.records.vendor?.read === 'sidecar';
    const connector = (isOurs ? connectors : pms).get(facts.connection);
    if (connector === undefined) throw fault(facts.at, 'connection', 'is not in the configuration');
    const [scope = ''] = await connector.scopes();
    const own = await connector.get('vendor', scope, facts.vendor_id);
    if (own === undefined) throw fault(facts.at, 'vendor_id', `${facts.vendor_id} is no vendor of this PMS`);
    const key: SidecarKey = { connection: facts.connection, kind: 'vendor', scope, record_id: facts.vendor_id };
    found.push({ facts, key, own, before: await sidecar.get(key) });
  }
  const at = store.clock();
  await store.transaction(async (trx) => {
    for (const { facts, key, before } of found) {
      const after = merged(before?.fields, facts.values);
      await sidecar.put(trx, key, { ...NOTHING_KEPT, ...before, fields: after }, { at, who: person.principal });
      await appendAudit(trx, keyring, [
        {
          at,
          actor: person.principal,
          action: 'vendor.facts',
          subject: `${key.connection}/${key.record_id}`,
          outcome: 'kept',
          payload: { before: before?.fields, after, evidence: facts.evidence },
        },
      ]);
      const { connection, kind, scope, record_id } = key;
      const columns = Object.keys(facts.values);
      await recordChanges(trx, at, [
        { connection, kind, scope, record_id, property_id: null, event: 'facts_kept', detail: { columns } },
      ]);
    }
  });
  // The mirror shows what was laid over the record when it was read last.
  for (const { key } of found) await records.readThrough(key.connection, 'vendor', key.scope, key.record_id);
  return found.map(({ facts, own }) => outcomeOf(facts, own));
}

function merged(before: object | undefined, values: VendorFacts['values']): Record<string, unknown> {
  const known = (before ?? {}) as Record<string, unknown>;
  const of = (columns: readonly VendorColumn[]) =>
    Object.fromEntries(columns.flatMap((name) => (name in values ? [[name, values[name]]] : [])));
  return {
    ...known,
    ...of(['trades', 'service_area']),
    ...('rank' in values && { preferred: values.rank }),
    compliance: { ...(known['compliance'] as object | undefined), ...of(COMPLIANCE) },
  };
}

function outcomeOf(facts: VendorFacts, own: Vendor): VendorOutcome {
  const held: Readonly<Record<VendorColumn, unknown>> = {
    general_liability_expires: own.compliance.general_liability_expires,
    workers_comp_expires: own.compliance.workers_comp_expires,
    workers_comp_exemption: own.compliance.workers_comp_exemption,
    licences: own.compliance.licences,
    w9_on_file: own.compliance.w9_on_file,
    trades: own.trades,
    service_area: own.service_area,
    rank: own.preferred,
  };
  const columns = Object.keys(facts.values) as VendorColumn[];
  const isHeld = (name: VendorColumn) => {
    const value = held[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
  };
  return {
    connection: facts.connection,
    vendor_id: facts.vendor_id,
    name: own.name,
    kept: columns.filter((name) => !isHeld(name)),
    pms_has_its_own: columns.filter(isHeld),
  };
}

function fault(at: string, field: string, problem: string): CaretakerError {
  return new CaretakerError('invalid_input', `${at}: ${field} ${problem}. Nothing was changed.`, { field });
}
