import * as z from 'zod/v4';
import { type Candidate, type Exclusion, LOAD_STATUSES, rankCandidates } from '../maintenance/match_vendors.ts';
import { formatAmount } from '../model/money.ts';
import type { WorkOrder } from '../model/records.ts';
import type { Severity, Trade } from '../model/values.ts';
import { toLocal } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** Somebody who can take a job, as results show it. */
export const CandidateView = z.object({
  vendor_id: z.string().optional(),
  technician_id: z.string().optional(),
  name: z.string(),
  phone: z.string().optional(),
  why: z.string(),
  insured: z.string().optional(),
  limit: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

export interface Job {
  severity: Severity;
  trade: Trade;
  work_order?: WorkOrder;
  /** Property-local day of the visit; default today. */
  visit_date?: string;
}

/** Everybody who could take a job and everybody who cannot, with the reasons. Fresh vendors decide at dispatch. */
export async function whoCanGo(
  call: Call,
  property: Found<'property'>,
  unit: Found<'unit'> | undefined,
  job: Job,
  among: (person: Found<'vendor' | 'staff'>) => boolean = () => true,
): Promise<{ candidates: Candidate[]; excluded: Exclusion[] }> {
  // Where a PMS has its lists property by property, those of others have other people under the same ids.
  const { connection, scope } = property;
  const vendors = (await call.records.all('vendor', { connection, scope })).filter(among);
  const staff = (await call.records.all('staff', { connection, scope })).filter(among);
  const today = call.today(property);
  return rankCandidates({
    work_order: job.work_order ?? { id: '', severity: job.severity },
    property: property.record,
    unit: unit?.record,
    vendors: vendors.map(({ record }) => record),
    staff: staff.map(({ record }) => record),
    load: {
      vendor: await loadOf(call, connection, 'vendor_id', vendors, job),
      technician: await loadOf(call, connection, 'technician_id', staff, job),
    },
    visit_date: job.visit_date ?? today,
    // The hour of a visit on another day is not known yet: it is taken to be in office hours.
    after_hours: (job.visit_date ?? today) === today && isAfterHours(call, property),
    already_tried: job.work_order === undefined ? {} : await alreadyTried(call, job.work_order.id),
    trade: job.trade,
    state: property.record.address.state,
    today,
  });
}

/** Vendors who declined a work order or did not answer, also those that others were assigned after. */
async function alreadyTried(call: Call, workOrderId: string): Promise<Record<string, 'declined' | 'no_reply'>> {
  const { organisation } = call.grant;
  const rows = await call.writeback.list({ organisation, record_id: workOrderId, states: ['done'], limit: 100 });
  const tried: Record<string, 'declined' | 'no_reply'> = {};
  for (const { write_id, command_kind } of rows) {
    if (command_kind !== 'update_work_order') continue;
    const write = await call.writeback.byId(write_id);
    const vendorId = write?.before?.['vendor_id'];
    if (write?.command.kind !== 'update_work_order' || typeof vendorId !== 'string') continue;
    const reply = write.command.vendor_reply;
    if (reply === 'declined' || reply === 'no_reply') tried[vendorId] = reply;
  }
  return tried;
}

/** The other open work of those who know the trade; nobody else's is asked for. */
async function loadOf(
  call: Call,
  connection: string,
  by: 'vendor_id' | 'technician_id',
  people: readonly Found<'vendor' | 'staff'>[],
  { trade, work_order: own }: Job,
): Promise<ReadonlyMap<string, number>> {
  const ids = people.filter(({ record }) => record.trades.includes(trade)).map(({ record }) => record.id);
  const counted = await call.records.workload(connection, { by, ids, status: LOAD_STATUSES });
  const holder = own?.[by];
  if (own === undefined || holder === undefined || !LOAD_STATUSES.includes(own.status)) return counted;
  return new Map(counted).set(holder, (counted.get(holder) ?? 1) - 1);
}

/** The first few who can take a job, as results show them. */
export async function candidatesFor(
  call: Call,
  property: Found<'property'>,
  unit: Found<'unit'> | undefined,
  job: Job,
  count: number,
): Promise<z.infer<typeof CandidateView>[]> {
  const knowsTrade = ({ record }: Found<'vendor' | 'staff'>) => record.trades.includes(job.trade);
  const { candidates } = await whoCanGo(call, property, unit, job, knowsTrade);
  return candidates.slice(0, count).map((candidate) => candidateView(call, property, candidate));
}

export function candidateView(
  call: Call,
  property: Found<'property'>,
  candidate: Candidate,
): z.infer<typeof CandidateView> {
  const ref = call.records.ref(property.connection, property.scope, candidate.id);
  return {
    ...(candidate.kind === 'vendor' ? { vendor_id: ref } : { technician_id: ref }),
    name: candidate.name,
    ...(candidate.phone !== undefined && { phone: candidate.phone }),
    why: candidate.why.join(', '),
    ...(candidate.note !== '' && { insured: candidate.note }),
    ...(candidate.limit !== undefined && { limit: formatAmount(candidate.limit) }),
    ...(candidate.warnings.length > 0 && { warnings: candidate.warnings }),
  };
}

/** Whether it is now outside the hours in which the office answers. */
export function isAfterHours(call: Call, property: Found<'property'>, instant?: string): boolean {
  let zone: string;
  try {
    zone = call.zoneOf(property);
  } catch {
    return true;
  }
  const time = toLocal(instant ?? new Date(call.now).toISOString(), zone).slice(11, 16);
  const [from = '18:00', to = '08:00'] = call.config.maintenance.after_hours.split('-');
  return from <= to ? time >= from && time < to : time >= from || time < to;
}
