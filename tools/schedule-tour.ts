import * as z from 'zod/v4';
import { stripProtected } from '../src/leasing/fair_housing.ts';
import { SlotView, TourView } from '../src/leasing/tour_view.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { spoken } from '../src/model/zoned_time.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { propertyOfRecord } from '../src/tool/place_view.ts';
import { releaseLapsed } from '../src/tool/tour_reservations.ts';
import {
  cellsOf,
  otherSlots,
  requireFree,
  slotOf,
  type TouringFacts,
  touringFacts,
  tourRules,
  viewTour,
} from '../src/tool/touring.ts';

export default defineTool({
  name: 'schedule_tour',
  title: 'Schedule tour',
  description: 'Book a tour slot for a prospect.',
  scope: 'leasing:write',
  risk: 'write',
  input: z.strictObject({
    request_id: requestId(),
    guest_card_id: recordId().describe('Or its write_id'),
    unit_id: recordId(),
    slot_id: z.string().min(1).max(500).describe('From find_tour_slots'),
    note: words(2_000).optional(),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    tour: TourView.optional(),
    /** To be said as it is. */
    spoken: z.string(),
    agent: z.string().optional(),
    /** What fair-housing law protects was not kept; these kinds were in the note. */
    removed: z.array(z.string()).optional(),
    /** Where the PMS found the time taken after all. */
    next_slots: z.array(SlotView).optional(),
  }),
  untrusted: ['tour.notes'],

  async propose(call, input) {
    const slot = slotOf(input.slot_id);
    const card = await call.records.fresh('guest_card', input.guest_card_id, 'guest_card_id');
    const { unit, facts } = await showing(call, input.unit_id);
    if (card.connection !== unit.connection || card.record.property_id !== unit.record.property_id)
      throw new CaretakerError(
        'invalid_input',
        'This prospect has no guest card at the property of the unit. No tour was booked.',
        { field: 'guest_card_id', next: 'create_guest_card at that property; the two cards stay apart' },
      );
    const mine = facts.tours.filter((tour) => tour.guest_card_id === card.record.id && tour.unit_id === unit.record.id);
    const ref = (id: string) => call.records.ref(unit.connection, unit.scope, id);
    const standing = mine.find(({ status, start }) => status === 'scheduled' && Date.parse(start) > call.now);
    if (standing !== undefined && ref(standing.id) !== input.not_duplicate_of)
      throw new CaretakerError('duplicate', 'This prospect has a tour of this unit already. No tour was booked now.', {
        next: 'change_tour to move it; only if a second one is meant, repeat with not_duplicate_of naming it',
        details: { tour_id: ref(standing.id), spoken: spoken(standing.start, facts.zone), status: standing.status },
      });
    const rules = await tourRules(call, facts, unit, slot.type);
    requireFree(call, facts, rules, slot);
    const cells = cellsOf(call, slot);
    await releaseLapsed(call, unit.connection, cells, facts.tours);
    const note = stripProtected(input.note ?? '');
    return {
      at: at(unit),
      property: facts.property,
      command: {
        kind: 'schedule_tour',
        property_id: unit.record.property_id,
        guest_card_id: card.record.id,
        unit_id: unit.record.id,
        ...(slot.agent_id !== undefined && { agent_id: slot.agent_id }),
        type: slot.type,
        start: slot.start,
        end: slot.end,
        ...(note.text.trim() !== '' && { notes: note.text.trim() }),
      },
      not_after: Date.parse(slot.start),
      cells,
      // A time that was cancelled may be booked again: tours that are over make it another change.
      effect: [
        'schedule_tour',
        card.record.id,
        unit.record.id,
        slot.start,
        mine.filter(({ status }) => status !== 'scheduled').length,
      ],
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      answer: {
        spoken: spoken(slot.start, facts.zone),
        agent: facts.agents.find(({ id }) => id === slot.agent_id)?.name,
        ...(note.removed.length > 0 && { removed: note.removed }),
      },
    };
  },

  /** The notice was kept when the tour was asked for; what may have changed since is who and what is free. */
  async judgeAgain(call, { row, command }) {
    if (command.kind !== 'schedule_tour') return;
    const { unit, facts } = await showing(call, call.records.ref(row.connection, row.scope, command.unit_id));
    const rules = await tourRules(call, facts, unit, command.type, { write_id: row.write_id });
    requireFree(call, facts, { ...rules, notice_minutes: 0, occupied_notice_minutes: 0 }, command);
  },

  async explain(call, input, error) {
    if (error.code !== 'slot_taken' || error.options.details !== undefined) return error;
    return new CaretakerError(error.code, error.message, {
      ...error.options,
      field: 'slot_id',
      details: { next_slots: await nextFor(call, input.unit_id, input.slot_id) },
    });
  },

  async present(call, { row, command }) {
    const ref = (id: string) => call.records.ref(row.connection, row.scope, id);
    if (row.state === 'done' && row.record_id !== null)
      return { tour: await viewTour(call, await call.records.get('tour', ref(row.record_id))) };
    if (row.error_code !== 'slot_taken' || command.kind !== 'schedule_tour') return {};
    const { unit, facts } = await showing(call, ref(command.unit_id));
    return { next_slots: otherSlots(call, facts, await tourRules(call, facts, unit, command.type), command) };
  },

  text({ tour, spoken: time, agent, next_slots }) {
    if (next_slots !== undefined)
      return `Not booked: the time was taken. Next: ${next_slots.map(({ spoken: at, slot_id }) => `${at} (slot_id ${slot_id})`).join('; ')}.`;
    const who = agent === undefined ? '' : ` with ${agent}`;
    return tour === undefined
      ? `Not booked yet: ${time}${who}.`
      : `Tour ${tour.tour_id} (version ${tour.version}): ${time}${who}.`;
  },
});

/** A unit and who shows it, from the PMS now. */
async function showing(call: Call, unitRef: string): Promise<{ unit: Found<'unit'>; facts: TouringFacts }> {
  const unit = await call.records.fresh('unit', unitRef, 'unit_id');
  const facts = await touringFacts(call, await propertyOfRecord(call, unit), { fresh: true });
  return { unit, facts };
}

async function nextFor(call: Call, unitRef: string, slotId: string) {
  const unit = await call.records.get('unit', unitRef, 'unit_id');
  const facts = await touringFacts(call, await propertyOfRecord(call, unit), { fresh: false });
  const slot = slotOf(slotId);
  return otherSlots(call, facts, await tourRules(call, facts, unit, slot.type), slot);
}
