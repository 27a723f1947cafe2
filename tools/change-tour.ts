import * as z from 'zod/v4';
import { stripProtected } from '../src/leasing/fair_housing.ts';
import type { Slot } from '../src/leasing/slot_id.ts';
import { SlotView, TourView } from '../src/leasing/tour_view.ts';
import type { Command } from '../src/model/commands.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { spoken } from '../src/model/zoned_time.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { recordId, requestId, version, words } from '../src/tool/params.ts';
import { propertyOfRecord } from '../src/tool/place_view.ts';
import { releaseLapsed, withoutOwn } from '../src/tool/tour_reservations.ts';
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
import { requireVersion } from '../src/tool/versions.ts';

const ACTIONS = ['reschedule', 'cancel', 'no_show', 'toured'] as const;

const inputSchema = z.strictObject({
  request_id: requestId(),
  tour_id: recordId(),
  version: version(),
  action: z.enum(ACTIONS),
  slot_id: z.string().min(1).max(500).describe('For reschedule').optional(),
  note: words(2_000).optional(),
});
type Input = z.output<typeof inputSchema>;

export default defineTool({
  name: 'change_tour',
  title: 'Change tour',
  description: 'Move or cancel a tour, or record how it ended.',
  scope: 'leasing:write',
  risk: 'write',
  input: inputSchema,
  output: z.object({
    tour: TourView.optional(),
    /** Where the PMS then has the prospect, with what update_guest_card needs. */
    guest_card: z.object({ guest_card_id: z.string(), version: z.string(), status: z.string() }).optional(),
    spoken: z.string(),
    removed: z.array(z.string()).optional(),
    next_slots: z.array(SlotView).optional(),
    next_step: z.string().optional(),
  }),
  untrusted: ['tour.notes'],

  async propose(call, input) {
    const tour = await call.records.fresh('tour', input.tour_id, 'tour_id');
    const property = await call.records.get(
      'property',
      call.records.ref(tour.connection, tour.scope, tour.record.property_id),
    );
    const zone = call.zoneOf(property);
    await requireVersion(call, tour, input.version, ['status', 'start', 'end', 'agent_id']);
    if (tour.record.status !== 'scheduled')
      throw new CaretakerError('conflict', `This tour is ${tour.record.status} already. Nothing was changed.`, {
        field: 'tour_id',
        next: 'schedule_tour for another one',
      });
    const note = stripProtected(input.note ?? '');
    const text = note.text.trim();
    const base = {
      tour_id: tour.record.id,
      property_id: tour.record.property_id,
      ...(text !== '' && { notes: text }),
    };
    const slot = slotAsked(input);
    const move = slot === undefined ? undefined : await moveTo(call, tour, slot);
    if (slot === undefined) checkTime(call, tour, input.action);
    const command: Command =
      slot !== undefined
        ? {
            kind: 'reschedule_tour',
            ...base,
            ...(slot.agent_id !== undefined && { agent_id: slot.agent_id }),
            start: slot.start,
            end: slot.end,
          }
        : input.action === 'cancel'
          ? { kind: 'cancel_tour', ...base }
          : { kind: 'record_tour_outcome', ...base, outcome: input.action === 'toured' ? 'toured' : 'no_show' };
    const start = slot?.start ?? tour.record.start;
    return {
      at: at(tour),
      property,
      before: tour.record,
      command,
      ...(command.kind !== 'record_tour_outcome' && { not_after: Date.parse(start) }),
      ...(move !== undefined && move.length > 0 && { cells: move }),
      answer: {
        spoken: spoken(start, zone),
        ...(note.removed.length > 0 && { removed: note.removed }),
        ...(NEXT[input.action] !== undefined && { next_step: NEXT[input.action] }),
      },
    };
  },

  async judgeAgain(call, { row, command, before }) {
    if (!('tour_id' in command)) return;
    const tour = await call.records.fresh('tour', call.records.ref(row.connection, row.scope, command.tour_id));
    const moved = (['status', 'start', 'agent_id'] as const).filter((field) => before?.[field] !== tour.record[field]);
    if (moved.length > 0)
      throw new CaretakerError('conflict', `Somebody changed ${moved.join(', ')} of this tour. Nothing was changed.`);
    if (command.kind !== 'reschedule_tour') return;
    const { unit, facts } = await showing(call, tour);
    const rules = await tourRules(call, facts, unit, tour.record.type, {
      tour_id: tour.record.id,
      write_id: row.write_id,
    });
    const slot = { ...command, unit_id: tour.record.unit_id, type: tour.record.type };
    requireFree(call, facts, { ...rules, notice_minutes: 0, occupied_notice_minutes: 0 }, slot, tour.record.id);
  },

  async explain(call, input, error) {
    if (error.code !== 'slot_taken' || error.options.details !== undefined || input.slot_id === undefined) return error;
    const tour = await call.records.get('tour', input.tour_id);
    return new CaretakerError(error.code, error.message, {
      ...error.options,
      field: 'slot_id',
      details: { next_slots: await nextFor(call, tour, slotOf(input.slot_id)) },
    });
  },

  async present(call, { row, command }) {
    if (!('tour_id' in command)) return {};
    const tour = await call.records.get('tour', call.records.ref(row.connection, row.scope, command.tour_id));
    if (row.error_code === 'slot_taken' && command.kind === 'reschedule_tour')
      return {
        next_slots: await nextFor(call, tour, {
          ...command,
          unit_id: tour.record.unit_id,
          type: tour.record.type,
        }),
      };
    if (row.state !== 'done') return {};
    const card = await call.records.linked(tour, 'guest_card', tour.record.guest_card_id);
    return {
      tour: await viewTour(call, tour),
      ...(card !== undefined && {
        guest_card: { guest_card_id: card.ref, version: card.version, status: card.record.status },
      }),
    };
  },

  text({ tour, guest_card: card, spoken: time, next_slots, next_step }) {
    if (next_slots !== undefined)
      return `Not moved: the time was taken. Next: ${next_slots.map(({ spoken: at, slot_id }) => `${at} (slot_id ${slot_id})`).join('; ')}.`;
    if (tour === undefined) return `Not changed yet: ${time}.`;
    return `Tour ${tour.tour_id} (version ${tour.version}) is ${tour.status}: ${time}.${card === undefined ? '' : ` Guest card ${card.guest_card_id} (version ${card.version}) is ${card.status}.`}${next_step === undefined ? '' : ` Next: ${next_step}.`}`;
  },
});

const NEXT: Partial<Record<Input['action'], string>> = {
  cancel: 'update_guest_card with follow_up_on, or find_tour_slots for another time',
  no_show: 'update_guest_card with follow_up_on; offer another time with find_tour_slots',
  toured: 'update_guest_card with follow_up_on, or status applied or lost',
};

function slotAsked({ action, slot_id }: Input): Slot | undefined {
  if ((action === 'reschedule') !== (slot_id !== undefined))
    throw new CaretakerError(
      'invalid_input',
      action === 'reschedule' ? 'slot_id is required to move a tour.' : `slot_id has no part in ${action}.`,
      { field: 'slot_id', next: 'find_tour_slots for a time' },
    );
  return slot_id === undefined ? undefined : slotOf(slot_id);
}

/** A tour ends one way or another only once its time has come, and is cancelled only before. */
function checkTime(call: Call, { record }: Found<'tour'>, action: Input['action']): void {
  const begun = Date.parse(record.start) <= call.now;
  if (begun === (action !== 'cancel')) return;
  throw new CaretakerError(
    'conflict',
    begun
      ? 'The time of this tour has come, so it cannot be cancelled. Nothing was changed.'
      : `This tour has not begun, so it cannot be ${action}. Nothing was changed.`,
    { field: 'action', next: begun ? 'record toured or no_show' : 'cancel or reschedule it' },
  );
}

/** The cells to be reserved for the new time, once it is known to be free. */
async function moveTo(call: Call, tour: Found<'tour'>, slot: Slot) {
  const { start, agent_id } = tour.record;
  if (slot.start === start && slot.agent_id === agent_id)
    throw new CaretakerError('invalid_input', 'The tour is at this time already. Nothing was changed.', {
      field: 'slot_id',
    });
  const { unit, facts } = await showing(call, tour);
  const rules = await tourRules(call, facts, unit, tour.record.type, { tour_id: tour.record.id });
  requireFree(call, facts, rules, slot, tour.record.id);
  const cells = cellsOf(call, slot);
  await releaseLapsed(call, tour.connection, cells, facts.tours);
  return withoutOwn(call, tour.connection, cells, tour.record.id);
}

async function showing(call: Call, tour: Found<'tour'>): Promise<{ unit: Found<'unit'>; facts: TouringFacts }> {
  const unit = await call.records.fresh(
    'unit',
    call.records.ref(tour.connection, tour.scope, tour.record.unit_id),
    'tour_id',
  );
  return { unit, facts: await touringFacts(call, await propertyOfRecord(call, unit), { fresh: true }) };
}

async function nextFor(call: Call, tour: Found<'tour'>, slot: Slot) {
  const { unit, facts } = await showing(call, tour);
  const rules = await tourRules(call, facts, unit, tour.record.type, { tour_id: tour.record.id });
  return otherSlots(call, facts, rules, slot);
}
