import type { Located } from '../../../src/connectors/connector.ts';
import { COMMANDS, type Command, type CommandOf } from '../../../src/model/commands.ts';
import { canonicalJson } from '../../../src/model/version.ts';

type Fields = { [field: string]: unknown };

/** What a command sets and how a record shows it, under names for the report. */
interface Comparison {
  asked: Fields;
  seen(record: Fields): Fields;
}

/** Appended, or only words about the change. */
const NOT_SET = new Set(['kind', 'property_id', 'note', 'touch', 'reason']);

function comparisonOf(command: Command): Comparison {
  if (command.kind === 'update_lease') return leaseComparison(command);
  const asked = fieldsSetBy(command);
  return {
    asked,
    seen: (record) => Object.fromEntries(Object.keys(asked).map((field) => [field, shown(field, record[field])])),
  };
}

function fieldsSetBy(command: Command): Fields {
  const ownId = `${COMMANDS[command.kind].record}_id`;
  const named = Object.entries(command).filter(
    ([field, value]) => !NOT_SET.has(field) && value !== undefined && field !== ownId,
  );
  const fields = Object.fromEntries(named.map(([field, value]) => [field, value ?? undefined]));
  switch (command.kind) {
    case 'cancel_tour':
      return { ...fields, status: 'cancelled' };
    case 'record_tour_outcome': {
      const { outcome, ...rest } = fields;
      return { ...rest, status: outcome };
    }
    case 'assign_work_order': {
      const { vendor_id, technician_id } = command;
      return { ...fields, vendor_id, technician_id };
    }
    default:
      return fields;
  }
}

/** The PMS adds to an estimate when it came in. */
function shown(field: string, value: unknown): unknown {
  if (field !== 'estimate' || value === null || typeof value !== 'object') return value;
  const { received_on: _added, ...given } = value as Fields;
  return given;
}

function leaseComparison({ change }: CommandOf<'update_lease'>): Comparison {
  if (change.action === 'accept_renewal')
    return {
      asked: { renewal_offer: 'accepted' },
      seen: (lease) => {
        const offers = lease['renewal_offers'] as { id: string; status: string }[];
        return { renewal_offer: offers.find(({ id }) => id === change.renewal_offer_id)?.status };
      },
    };
  const { resident_ids: ids } = change;
  const moves = change.action === 'change_move_out' ? [change.move_out_date] : undefined;
  const dates = change.action === 'give_notice' ? [change.notice_date, change.move_out_date] : (moves ?? [null, null]);
  return {
    asked: Object.fromEntries(ids.map((id) => [`parties.${id}`, dates])),
    seen: (lease) => {
      const parties = lease['parties'] as { resident_id: string; notice_date?: string; move_out?: string }[];
      const datesOf = (id: string) => {
        const party = parties.find(({ resident_id }) => resident_id === id);
        const both = [party?.notice_date ?? null, party?.move_out ?? null];
        return moves === undefined ? both : both.slice(1);
      };
      return Object.fromEntries(ids.map((id) => [`parties.${id}`, datesOf(id)]));
    },
  };
}

/**
 * Whether a record shows what a command was to set: as asked, as before, or something else, which somebody else has
 * set. `record` is undefined where the PMS no longer has it.
 */
export function compareSet(command: Command, before: unknown, record: Fields | undefined): Located {
  const { asked, seen } = comparisonOf(command);
  if (record === undefined) return { outcome: 'differs', detail: 'the record is no longer there' };
  const now = seen(record);
  const differing = (from: Fields) =>
    Object.keys(asked).filter((field) => canonicalJson([from[field]]) !== canonicalJson([now[field]]));
  if (differing(asked).length === 0)
    return {
      outcome: 'found',
      result: { record: { kind: COMMANDS[command.kind].record, scope: '', id: String(record['id']) } },
    };
  const changed = before === undefined ? Object.keys(asked) : differing(seen(before as Fields));
  if (changed.length === 0) return { outcome: 'absent', covers_all: true };
  return { outcome: 'differs', detail: `changed meanwhile by others: ${changed.join(', ')}` };
}
