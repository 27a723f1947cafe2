import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { createRest } from '../kit/rest.ts';
import { REPORT_SHARED_MS } from './limits.ts';
import { basic } from './transport.ts';

/** What the vendor directory knows of a vendor and the Database API does not. */
export interface VendorFacts {
  trades: string[];
  do_not_use: boolean;
  workers_comp?: string;
  liability?: string;
}

/** The Reports API of one customer, read only. */
export interface Reports {
  /** What the vendor directory says, by the number at the end of a vendor's link. At most seconds old. */
  vendors(signal?: AbortSignal): Promise<ReadonlyMap<string, VendorFacts>>;
}

/** The column with the number that the `Link` of a vendor ends with. Not seen; `connections check` looks for it. */
const VENDOR_NUMBER_COLUMN = 'vendor_id';

interface DirectoryRow {
  [VENDOR_NUMBER_COLUMN]?: unknown;
  vendor_trades?: unknown;
  do_not_use_for_work_order?: unknown;
  workers_comp_expires?: unknown;
  liability_ins_expires?: unknown;
}

export function createReports(
  { client_id, client_secret }: { client_id: string; client_secret: string },
  { fetch, clock, kv }: ConnectorEnvironment,
): Reports {
  const rest = createRest({
    fetch,
    clock,
    name: 'The Reports API of AppFolio',
    headers: () => ({ authorization: basic(client_id, client_secret) }),
    statuses: { 533: 'unavailable', 701: 'misconfigured' },
  });

  /** Every page of a report. Further pages are asked for with the same POST, and do not count against its pace. */
  async function rowsOf<T>(report: string, filters: object, signal?: AbortSignal): Promise<T[]> {
    const rows: T[] = [];
    const seen = new Set<string>();
    let address: string | undefined = `api/v2/reports/${report}.json`;
    while (address !== undefined) {
      seen.add(address);
      const { body } = await rest.send('POST', address, filters, { purpose: 'read', ...(signal && { signal }) });
      const { results, next_page_url: next } = (Array.isArray(body) ? { results: body } : (body ?? {})) as {
        results?: unknown;
        next_page_url?: unknown;
      };
      if (!Array.isArray(results)) throw notUnderstood();
      rows.push(...(results as T[]));
      address = next === undefined || next === null || next === '' ? undefined : followed(next);
      if (address !== undefined && seen.has(address)) throw notUnderstood();
    }
    return rows;
  }

  return {
    async vendors(signal) {
      const text = await kv.once('vendor_directory', REPORT_SHARED_MS, async () => {
        const rows = await rowsOf<DirectoryRow>('vendor_directory', {}, signal);
        return JSON.stringify(rows.flatMap(factsOf));
      });
      return new Map(JSON.parse(text) as [string, VendorFacts][]);
    },
  };
}

/** A report goes on at its own host alone: of a whole address only the path counts. */
function followed(next: unknown): string {
  const path = typeof next === 'string' ? next.replace(/^https:\/\/[^/]+(?=\/)/, '') : '';
  if (!/^\/api\/v2\/reports\/[\w./-]+(\?[^\s#\\]*)?$/.test(path) || path.includes('..')) throw notUnderstood();
  return path.slice(1);
}

function notUnderstood(): VendorError {
  return new VendorError('unavailable', 'The Reports API of AppFolio gave an answer that cannot be understood.');
}

function factsOf(row: DirectoryRow): [string, VendorFacts][] {
  const number = row[VENDOR_NUMBER_COLUMN];
  if (typeof number !== 'number' && typeof number !== 'string') return [];
  const [workers_comp, liability] = [dayOf(row.workers_comp_expires), dayOf(row.liability_ins_expires)];
  const facts: VendorFacts = {
    trades: wordsOf(row.vendor_trades),
    do_not_use: ['true', 'yes', '1'].includes(String(row.do_not_use_for_work_order).toLowerCase()),
    ...(workers_comp !== undefined && { workers_comp }),
    ...(liability !== undefined && { liability }),
  };
  return [[String(number), facts]];
}

/** A list, or one text with commas. */
function wordsOf(raw: unknown): string[] {
  const words = Array.isArray(raw) ? raw.map(String) : typeof raw === 'string' ? raw.split(',') : [];
  return words.map((word) => word.trim()).filter((word) => word !== '');
}

function dayOf(raw: unknown): string | undefined {
  return typeof raw === 'string' ? /^\d{4}-\d{2}-\d{2}/.exec(raw)?.[0] : undefined;
}
