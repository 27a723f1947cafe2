import * as z from 'zod/v4';
import { Trade } from '../src/model/values.ts';
import { defineTool } from '../src/tool.ts';
import { candidateLine } from '../src/tool/candidate_line.ts';
import { day, recordId } from '../src/tool/params.ts';
import { CandidateView, candidateView, whoCanGo } from '../src/tool/who_can_go.ts';

/** Those of another trade are not worth their tokens. */
const MOST_EXCLUDED = 12;

export default defineTool({
  name: 'find_vendors',
  title: 'Find vendors',
  description:
    'Rank who can take a work order on a date: own technicians on duty and vendors, with contact, limit and load; says who is excluded and why.',
  scope: 'maintenance:read',
  risk: 'read',
  input: z.strictObject({
    work_order_id: recordId().describe('Or its write_id'),
    visit_date: day().describe('Default today').optional(),
    trade: Trade.describe("If other than the work order's").optional(),
  }),
  output: z.object({
    visit_date: z.string(),
    trade: z.string(),
    candidates: z.array(CandidateView),
    excluded: z.array(z.object({ name: z.string(), vendor_id: z.string().optional(), reasons: z.array(z.string()) })),
    more_excluded: z.int().optional(),
    as_of: z.string(),
    next: z.string(),
  }),

  async run(call, input) {
    const workOrder = await call.records.get('work_order', input.work_order_id, 'work_order_id');
    const property = await call.records.get(
      'property',
      call.records.ref(workOrder.connection, workOrder.scope, workOrder.record.property_id),
    );
    const unit = await call.records.linked(workOrder, 'unit', workOrder.record.unit_id);
    const trade = input.trade ?? workOrder.record.trade;
    const visitDate = input.visit_date ?? call.today(property);
    const { candidates, excluded } = await whoCanGo(call, property, unit, {
      severity: workOrder.record.severity,
      trade,
      work_order: workOrder.record,
      visit_date: visitDate,
    });
    const telling = excluded.filter(({ reasons }) => !reasons.some(({ code }) => code === 'other_trade'));
    return {
      visit_date: visitDate,
      trade,
      candidates: candidates.slice(0, 8).map((candidate) => candidateView(call, property, candidate)),
      excluded: telling.slice(0, MOST_EXCLUDED).map(({ kind, id, name, reasons }) => ({
        name,
        ...(kind === 'vendor' && { vendor_id: call.records.ref(property.connection, property.scope, id) }),
        reasons: reasons.map(({ message }) => message),
      })),
      ...(telling.length > MOST_EXCLUDED && { more_excluded: telling.length - MOST_EXCLUDED }),
      as_of: new Date(workOrder.as_of).toISOString(),
      next:
        candidates.length > 0
          ? 'dispatch_vendor; insurance is checked there once more, from the PMS'
          : 'escalate_to_staff with reason no_vendor',
    };
  },

  text({ candidates, excluded, more_excluded = 0, trade, visit_date, next }) {
    const out = excluded.map(
      ({ name, vendor_id, reasons }) =>
        `${name} (${vendor_id === undefined ? '' : `vendor_id ${vendor_id}, `}${reasons.join(' ').replace(/\.$/, '')})`,
    );
    return [
      candidates.length === 0
        ? `Nobody can do ${trade} on ${visit_date}.`
        : `Can do ${trade} on ${visit_date}, best first: ${candidates.map(candidateLine).join('; ')}.`,
      ...(out.length === 0
        ? []
        : [`Excluded: ${out.join('; ')}${more_excluded === 0 ? '' : `; and ${more_excluded} more`}.`]),
      `Next: ${next}.`,
    ].join('\n');
  },
});
