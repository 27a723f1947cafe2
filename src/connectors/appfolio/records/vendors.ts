import type { RecordOf } from '../../../model/records.ts';
import { oneOf, idText, listOf, readBy, type Circumstances } from '../../kit/codecs.ts';
import { mapping, readRecord, type NotHeld, type RecordMapping, type Row } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { emails, nameOf, phones } from '../codecs.ts';
import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import type { VendorFacts } from '../reports.ts';
import { windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Hideable } from '../wire.ts';

interface WireVendor extends Hideable {
  LiabilityInsuranceExpiration?: string | null;
  WorkersCompExpiration?: string | null;
  /** What the vendor directory adds. */
  Directory?: VendorFacts;
}

/** The days that the vendor's own record has, else those of the vendor directory. */
function complianceOf(raw: unknown): Partial<RecordOf<'vendor'>['compliance']> {
  const { LiabilityInsuranceExpiration, WorkersCompExpiration, Directory } = raw as WireVendor;
  const liability = LiabilityInsuranceExpiration?.slice(0, 10) || Directory?.liability;
  const workers = WorkersCompExpiration?.slice(0, 10) || Directory?.workers_comp;
  return {
    ...(liability && { general_liability_expires: liability }),
    ...(workers && { workers_comp_expires: workers }),
  };
}

const ROWS: readonly Row[] = [
  { field: 'id', wire: 'Id', as: idText, always: true },
  { field: 'name', wire: '', called: 'CompanyName, FirstName, LastName', as: readBy(nameOf) },
  { field: 'is_active', wire: '', called: 'HiddenAt', as: readBy((raw) => !(raw as Hideable).HiddenAt) },
  { field: 'phones', wire: '', called: 'PhoneNumber, PhoneNumbers', as: phones },
  { field: 'emails', wire: '', called: 'Email, Emails', as: emails },
  {
    field: 'compliance',
    wire: '',
    called: 'LiabilityInsuranceExpiration, WorkersCompExpiration',
    as: readBy(complianceOf),
    support: 'mapped',
    note: 'licences have neither number nor trade there, and a W-9 does not show: those are kept beside the record',
  },
];

const FROM_DIRECTORY: readonly Row[] = [
  {
    field: 'trades',
    wire: 'Directory.trades',
    called: 'vendor_directory.vendor_trades',
    as: listOf(oneOf('vendor_trade')),
    support: 'mapped',
    evidence: 'inferred',
  },
  {
    field: 'do_not_use',
    wire: 'Directory.do_not_use',
    called: 'vendor_directory.do_not_use_for_work_order',
    as: readBy((raw) => raw === true),
    evidence: 'inferred',
  },
];

const NOT_HELD: readonly NotHeld[] = [
  { field: 'takes_emergencies', support: 'sidecar' },
  { field: 'service_area', support: 'sidecar' },
  { field: 'preferred', support: 'sidecar' },
  { field: 'hourly_rate', support: 'sidecar' },
  { field: 'notified_by_pms', support: 'unsupported', note: 'it is not known whether assigning tells the vendor' },
];

const WITHOUT_REPORTS = 'in the vendor directory report alone: set `reports` of the connection to read it';

/** The mapping of vendors: trades and the do-not-use mark are there where the Reports API may be asked. */
export function vendorMapping(hasReports: boolean): RecordMapping<'vendor'> {
  const facts = {
    wire: hasReports ? 'Vendor + vendor_directory' : 'Vendor',
    changes: 'webhook',
    freshness_seconds: WEBHOOK_FRESHNESS_SECONDS,
    evidence: 'seen',
  } as const;
  if (hasReports) return mapping('vendor', facts, [...ROWS, ...FROM_DIRECTORY], NOT_HELD);
  return mapping('vendor', facts, ROWS, [
    ...NOT_HELD,
    { field: 'trades', support: 'sidecar', note: WITHOUT_REPORTS },
    { field: 'do_not_use', support: 'sidecar', note: WITHOUT_REPORTS },
  ]);
}

/** The number that reports know a vendor by: the last part of its link. */
function numberOf({ Link }: Hideable): string | undefined {
  return /\/(\d+)\/?(?:[?#].*)?$/.exec(Link ?? '')?.[1];
}

/** Somebody who does not stand in the directory must not be sent to work: what it would have said is not known. */
const NOT_LISTED: VendorFacts = { trades: [], do_not_use: true };

export function vendorReader(vendor: Vendor): Reader<'vendor'> {
  const { client, reports, circumstances } = vendor;
  const rows = vendorMapping(reports !== undefined);

  async function directory(signal?: AbortSignal): Promise<(wire: WireVendor) => WireVendor> {
    if (reports === undefined) return (wire) => wire;
    const facts = await reports.vendors(signal);
    return (wire) => ({ ...wire, Directory: facts.get(numberOf(wire) ?? '') ?? unlisted(wire, circumstances) });
  }

  return {
    async get(_scope, id, signal) {
      const wire = await client.one<WireVendor>('vendors', id, { IncludeHidden: true }, signal);
      return wire && readRecord(rows, (await directory(signal))(wire), circumstances);
    },
    async list(query, signal) {
      const filters = { ...vendor.since(query), IncludeHidden: true };
      const page = await client.page<WireVendor>('vendors', filters, windowOf(query), signal);
      const joined = page.rows.length > 0 ? await directory(signal) : (wire: WireVendor) => wire;
      return vendor.pageOf(page, (wire) => readRecord(rows, joined(wire), circumstances));
    },
  };
}

function unlisted({ HiddenAt }: Hideable, { onDrift }: Circumstances): VendorFacts {
  if (!HiddenAt) onDrift('missing_field', 'vendor.Link');
  return NOT_LISTED;
}
