import type { WorkOrder } from '../../../model/records.ts';
import { addDays, localDate } from '../../../model/zoned_time.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { readRecord, type RecordMapping } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { siteReader } from '../paging.ts';
import { named } from '../service_request_words.ts';
import type { Vendor } from '../vendor.ts';

/** When service requests are asked for: from long ago to a day ahead, by the day of the request and of completion. */
const FROM = '2000-01-01';

/** The requests of a site by the codes that the settings name, each once. */
export async function serviceRequests(
  { client, settings, circumstances, clock }: Vendor,
  site: string,
  signal?: AbortSignal,
): Promise<Plain[]> {
  const { search_type, statuses } = settings.service_requests;
  const today = localDate(new Date(clock()).toISOString(), circumstances.zoneOf(site) as string);
  const [start, end] = [`${FROM}T00:00:00`, `${addDays(today, 1)}T00:00:00`];
  const found = new Map<string, Plain>();
  for (const requeststatus of statuses) {
    const asked = {
      searchtype: search_type,
      searchid: '0',
      requeststatus,
      requestdatestart: start,
      requestdateend: end,
      includeactivity: 'true',
      completedatestart: start,
      completedateend: end,
    };
    const result = await client.call('service_requests', site, { getservicerequest: asked }, { signal });
    for (const wire of recordsIn(result, 'GetServiceRequest')) {
      const one = named(wire);
      found.set(textOf(one['id']) ?? JSON.stringify(one), one);
    }
  }
  return [...found.values()];
}

export function workOrderOf({ circumstances, work_order }: Vendor, site: string, one: Plain): WorkOrder | undefined {
  const description = textOf(one['description']) ?? '';
  const title = one['title'] ?? (withoutMarker(description).split('\n')[0]?.trim() || 'Service request');
  const number = one['number'] ?? one['id'];
  const wire = { ...one, title, number, description: one['description'] ?? title };
  return readRecord(work_order, wire, circumstances, { property_id: site, ...unheld(work_order, String(title)) });
}

/** What no record can be without, where the contract does not hold it. */
function unheld({ rows }: RecordMapping<'work_order'>, title: string): Partial<WorkOrder> {
  const all = { title, trade: 'general', severity: 'routine', entry: 'unknown' } as const;
  return Object.fromEntries(Object.entries(all).filter(([field]) => !rows.some((row) => row.field === field)));
}

export function workOrderReader(vendor: Vendor): Reader<'work_order'> {
  return siteReader(vendor, async (site, signal) =>
    (await serviceRequests(vendor, site, signal)).flatMap((one) => workOrderOf(vendor, site, one) ?? []),
  );
}
