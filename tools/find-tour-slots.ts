import * as z from 'zod/v4';
import { SlotView } from '../src/leasing/tour_view.ts';
import { TOUR_TYPES } from '../src/model/records.ts';
import { addDays } from '../src/model/zoned_time.ts';
import { defineTool } from '../src/tool.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { day, recordId } from '../src/tool/params.ts';
import { propertyOfRecord } from '../src/tool/place_view.ts';
import { freeSlots, touringFacts, tourRules } from '../src/tool/touring.ts';

/** How far ahead is looked where no last day is named. */
const DAYS = 14;

export default defineTool({
  name: 'find_tour_slots',
  title: 'Find tour slots',
  description: 'List free tour times with their agent, for one unit, from a date on.',
  scope: 'leasing:read',
  risk: 'read',
  input: z.strictObject({
    unit_id: recordId(),
    from_date: day().optional(),
    to_date: day().optional(),
    tour_type: z.enum(TOUR_TYPES).optional(),
    part_of_day: z.enum(['morning', 'afternoon', 'evening']).optional(),
  }),
  output: z.object({
    slots: z.array(SlotView),
    tour_type: z.string(),
    time_zone: z.string(),
    ...FRESHNESS,
  }),

  async run(call, input) {
    const unit = await call.records.get('unit', input.unit_id);
    const property = await propertyOfRecord(call, unit);
    const facts = await touringFacts(call, property, { fresh: false });
    const tour_type = input.tour_type ?? 'agent_led';
    const rules = await tourRules(call, facts, unit, tour_type);
    const today = call.today(property);
    const from = input.from_date === undefined || input.from_date < today ? today : input.from_date;
    const slots = freeSlots(call, facts, rules, {
      from,
      to: input.to_date ?? addDays(from, DAYS),
      ...(input.part_of_day !== undefined && { part_of_day: input.part_of_day }),
    });
    return { slots, tour_type, time_zone: facts.zone, ...freshnessOf(call, [unit]) };
  },

  text({ slots }) {
    if (slots.length === 0) return 'No free time in that stretch. Next: find_tour_slots with a later from_date.';
    return slots
      .map(
        ({ slot_id, spoken, agent }) => `${spoken}${agent === undefined ? '' : `, with ${agent}`} (slot_id ${slot_id})`,
      )
      .join('\n');
  },
});
