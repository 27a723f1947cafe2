import * as z from 'zod/v4';
import { DepositView, depositView, LedgerLineView, ledgerLineView } from '../src/accounting/ledger_view.ts';
import { type ResidentLedger, runningLedger } from '../src/accounting/resident_ledger.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { formatAmount } from '../src/model/money.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { counted } from '../src/tool/counted.ts';
import { cursor, day, recordId } from '../src/tool/params.ts';
import { moreText } from '../src/tool/text_lines.ts';

/** Lines that are shown at once. */
const SHOWN = 25;

export default defineTool({
  name: 'get_resident_ledger',
  title: 'Show a resident ledger',
  description: "Show a lease's charges, payments, credits, running balance and deposits held, newest first.",
  scope: 'accounting:read',
  risk: 'read',
  input: z.strictObject({
    lease_id: recordId(),
    from_date: day().optional(),
    to_date: day().optional(),
    cursor: cursor().optional(),
  }),
  output: z.object({
    lease_id: z.string(),
    property_id: z.string(),
    /** Above zero is owed, below zero is credit; deposits are not in it. */
    opening_balance: z.string(),
    closing_balance: z.string(),
    /** Newest first; each with the balance after it. */
    lines: z.array(LedgerLineView),
    deposits: DepositView,
    next_cursor: z.string().optional(),
    as_of: z.string(),
    stale: z.boolean(),
  }),
  untrusted: ['lines.memo'],

  async run(call, input) {
    if (input.from_date !== undefined && input.to_date !== undefined && input.to_date < input.from_date)
      throw new CaretakerError('invalid_input', 'to_date lies before from_date.', { field: 'to_date' });
    const lease = await call.records.get('lease', input.lease_id, 'lease_id');
    const { entries, as_of, stale } = await entriesOf(call, lease);
    const ledger = runningLedger(entries, {
      ...(input.from_date !== undefined && { from: input.from_date }),
      ...(input.to_date !== undefined && { to: input.to_date }),
    });
    const codes = await call.records.all('charge_code', { connection: lease.connection, scope: lease.scope });
    const byId = new Map(codes.map(({ record }) => [record.id, record]));
    const ref = (id: string) => call.records.ref(lease.connection, lease.scope, id);
    const { lines, next } = page(ledger, input.cursor);
    const known = entries.filter(({ date }) => input.to_date === undefined || date <= input.to_date);
    return {
      lease_id: lease.ref,
      property_id: ref(lease.record.property_id),
      opening_balance: formatAmount(ledger.opening_balance),
      closing_balance: formatAmount(ledger.closing_balance),
      lines: lines.map((line) => ledgerLineView(line, byId, ref)),
      deposits: depositView(known, byId, lease.record.deposit),
      ...(next !== undefined && { next_cursor: next }),
      as_of: new Date(as_of).toISOString(),
      stale,
    };
  },

  text({ lease_id, property_id, closing_balance: balance, lines, deposits, next_cursor: next, stale }) {
    return [
      `Lease ${lease_id}, property ${property_id}: balance ${balance}, deposit held ${deposits.held ?? 'not known'}; ${counted(lines.length, 'line')}${stale ? '; the PMS could not be read, this is what was known' : ''}.`,
      ...lines.map(lineText),
      ...moreText(next),
    ].join('\n');
  },
});

function lineText({ posting_id, date, kind, amount, balance, account }: LedgerLineView): string {
  return `${posting_id} ${date} ${account ?? kind} ${amount}, balance ${balance}`;
}

/** The household's entries from the PMS; while it cannot be read, what the mirror knows, marked stale. */
async function entriesOf(call: Call, lease: Found<'lease'>) {
  const where = { connection: lease.connection, scope: lease.scope, household_id: lease.record.household_id };
  try {
    const found = await call.records.allFresh('ledger_entry', where);
    return { entries: found.map(({ record }) => record), as_of: call.now, stale: false };
  } catch (error) {
    if (!(error instanceof CaretakerError) || (error.code !== 'pms_unavailable' && error.code !== 'rate_limited'))
      throw error;
    const known = await call.records.all('ledger_entry', where);
    const as_of = known.reduce((oldest, one) => Math.min(oldest, one.as_of), call.now);
    return { entries: known.map(({ record }) => record), as_of, stale: true };
  }
}

/** One page, newest line first. The cursor names the last line of the page before, so that new lines move nothing. */
function page(ledger: ResidentLedger, after: string | undefined): { lines: ResidentLedger['lines']; next?: string } {
  const newest = [...ledger.lines].reverse();
  const last = after === undefined ? -1 : newest.findIndex(({ entry }) => writeCursor(entry.id) === after);
  if (after !== undefined && last === -1)
    throw new CaretakerError('invalid_input', 'This cursor does not belong to this ledger.', {
      field: 'cursor',
      next: 'leave it out to start with the newest line',
    });
  const lines = newest.slice(last + 1, last + 1 + SHOWN);
  const end = lines.at(-1);
  return {
    lines,
    ...(end !== undefined && newest.length > last + 1 + SHOWN && { next: writeCursor(end.entry.id) }),
  };
}

function writeCursor(id: string): string {
  return Buffer.from(`line ${id}`).toString('base64url');
}
