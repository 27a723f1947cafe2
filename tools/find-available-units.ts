import * as z from 'zod/v4';
import { CaretakerError } from '../src/model/errors.ts';
import { addDays } from '../src/model/zoned_time.ts';
import { isRefusal } from '../src/model/refusal.ts';
import { tourSlots } from '../src/leasing/tour_slots.ts';
import { type Call, defineTool } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { type Offer, offersFor, OfferView, offerView, recordAnswer } from '../src/tool/availability_answer.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { amount, cursor, day, recordId, words } from '../src/tool/params.ts';
import { knownZone } from '../src/tool/place_view.ts';
import { moreText } from '../src/tool/text_lines.ts';
import { type TouringFacts, touringFacts, tourRules } from '../src/tool/touring.ts';

const SHOWN = 25;

const Policies = z.object({
  property_id: z.string(),
  pets: z.string().optional(),
  vouchers: z.string().optional(),
  accommodations: z.string().optional(),
});

/** The units whose next tour times are worked out: nobody is offered more at once. */
const WITH_TOURS = 3;
const TOUR_DAYS = 7;

export default defineTool({
  name: 'find_available_units',
  title: 'Find available units',
  description:
    'Find units to rent, the same answer for the same criteria, with price, date, next tour slots, and the policy wording to use for pets, vouchers and accommodations.',
  scope: 'leasing:read',
  risk: 'read',
  input: z.strictObject({
    property_id: recordId().optional(),
    like_unit_id: recordId().describe('Alternatives to this unit').optional(),
    city: words(100).optional(),
    bedrooms_min: z.int().min(0).max(20).optional(),
    bathrooms_min: z.int().min(0).max(20).optional(),
    rent_max: amount().describe('Like "1800.00"').optional(),
    move_in_date: day().optional(),
    occupants: z.int().min(1).max(50).describe('Number of people').optional(),
    cursor: cursor().optional(),
  }),
  output: z.object({
    units: z.array(OfferView),
    total: z.number(),
    /** On the market, but the PMS does not say what was asked (no rent, no size). */
    not_known: z.number(),
    /** To be read out as it stands; pets, vouchers and accommodations never narrow the answer. */
    policies: z.array(Policies),
    occupancy_standard: z.string(),
    criteria_digest: z.string(),
    next_cursor: z.string().optional(),
    ...FRESHNESS,
  }),

  async run(call, { cursor: from, property_id, like_unit_id, ...criteria }) {
    const property = property_id === undefined ? undefined : await call.records.get('property', property_id);
    const like_unit = like_unit_id === undefined ? undefined : await call.records.get('unit', like_unit_id);
    const found = await offersFor(call, { ...criteria, property, like_unit });
    const start = from === undefined ? 0 : startOf(from, found);
    const shown = found.offers.slice(start, start + SHOWN);
    const last = shown.at(-1);
    const tours = start === 0 ? await nextTours(call, shown.slice(0, WITH_TOURS)) : [];
    await recordAnswer(
      call,
      { ...criteria, property_id, like_unit_id, position: start },
      found,
      shown.map(({ unit }) => unit.ref),
    );
    const homes = new Map(shown.map((offer) => [offer.property.ref, offer.property]));
    const per_bedroom = call.config.leasing.occupants_per_bedroom;
    return {
      units: shown.map((offer, index) => ({
        ...offerView(offer),
        ...(tours[index] !== undefined && { next_tours: tours[index] }),
      })),
      total: found.offers.length,
      not_known: found.not_known,
      policies: [...homes].flatMap(([ref, { record }]) =>
        record.policies === undefined ? [] : [{ property_id: ref, ...record.policies }],
      ),
      occupancy_standard: `${per_bedroom} persons per bedroom and one more`,
      criteria_digest: found.criteria_digest,
      ...(last !== undefined &&
        start + SHOWN < found.offers.length && {
          next_cursor: writeCursor(found.criteria_digest, start + SHOWN, last.unit.ref),
        }),
      ...freshnessOf(
        call,
        shown.map(({ unit }) => unit),
      ),
    };
  },

  text({ units, total, policies, next_cursor }) {
    return [
      `${countedFirst(total, 'unit fits', 'units fit')}.`,
      ...units.map(offerLine),
      ...units.flatMap(({ unit, next_tours }) =>
        (next_tours ?? []).slice(0, 1).map((slot) => `Tour of ${unit}: ${slot.spoken} (slot_id ${slot.slot_id})`),
      ),
      ...policies.map(policyLine),
      ...moreText(next_cursor),
    ].join('\n');
  },
});

/** What is read out to everyone alike, as the property has it. */
function policyLine({ property_id, ...policies }: z.output<typeof Policies>): string {
  const told = Object.entries(policies).map(([about, text]) => `${about}: ${text}`);
  return `At property ${property_id}, for everyone: ${told.join(' ')}`;
}

/** `118 Maple Court 2-B, 2 bedrooms, 1450.00 from 2026-12-01`. */
function offerLine({ unit_id, property, unit, bedrooms, rent, available_on }: z.output<typeof OfferView>): string {
  const size = bedrooms === undefined ? '' : `, ${bedrooms} bedrooms`;
  return `${unit_id} ${property} ${unit}${size}, ${rent ?? 'rent not known'} from ${available_on ?? 'a day not known'}`;
}

/** The next two tour times of each unit; none where the property's time zone is not known. */
async function nextTours(call: Call, offers: readonly Offer[]) {
  const facts = new Map<string, Promise<TouringFacts>>();
  return Promise.all(
    offers.map(async ({ unit, property }) => {
      if (knownZone(call, property) === undefined) return undefined;
      const known = facts.get(property.ref) ?? touringFacts(call, property, { fresh: false });
      facts.set(property.ref, known);
      const rules = await tourRules(call, await known, unit, 'agent_led');
      const today = call.today(property);
      const answer = tourSlots(rules, { from: today, to: addDays(today, TOUR_DAYS), limit: 2 });
      return isRefusal(answer) ? undefined : answer.slots.map(({ slot_id, spoken }) => ({ slot_id, spoken }));
    }),
  );
}

function writeCursor(digest: string, position: number, after: string): string {
  return Buffer.from(JSON.stringify([digest, position, after])).toString('base64url');
}

/** Where the next page begins: after the unit that was shown last, or where that was if it has been let since. */
function startOf(cursor: string, found: { criteria_digest: string; offers: readonly Offer[] }): number {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw wrongCursor();
  }
  if (!Array.isArray(parts) || parts[0] !== found.criteria_digest || !Number.isSafeInteger(parts[1]))
    throw wrongCursor();
  const index = found.offers.findIndex(({ unit }) => unit.ref === parts[2]);
  return index < 0 ? Math.max(0, parts[1] - 1) : index + 1;
}

function wrongCursor(): CaretakerError {
  return new CaretakerError('invalid_input', 'This cursor belongs to other criteria. Nothing was changed.', {
    field: 'cursor',
    next: 'leave it out to start at the beginning',
  });
}
