import type { Tour } from '../../../model/records.ts';
import type { ListQuery } from '../../connector.ts';
import { idText, text, utcInstant, type Codec } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { constantWord, toSeconds } from '../codecs.ts';
import { POLL_FRESHNESS_SECONDS } from '../limits.ts';
import { windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Showing } from '../wire.ts';
import { propertiesOfUnits } from './places.ts';

/** A showing that took place has no word of its own: it stays scheduled there. */
const STATUS_WORDS: Readonly<Record<Tour['status'], string>> = {
  scheduled: 'scheduled',
  cancelled: 'canceled',
  no_show: 'no-show',
  toured: 'scheduled',
};

const STATUS_OF: Readonly<Record<string, Tour['status']>> = {
  scheduled: 'scheduled',
  canceled: 'cancelled',
  'no-show': 'no_show',
};

const status: Codec = {
  read(raw, at) {
    const known = STATUS_OF[typeof raw === 'string' ? raw : 'scheduled'];
    if (known === undefined) at.onDrift('unknown_value', at.path);
    return known ?? 'scheduled';
  },
  write: (value: Tour['status']) => STATUS_WORDS[value],
};

const seconds: Codec = { read: utcInstant.read, write: (instant: string) => toSeconds(instant) };

export const TOUR = mapping(
  'tour',
  {
    wire: 'Showing',
    changes: 'poll',
    freshness_seconds: POLL_FRESHNESS_SECONDS,
    evidence: 'inferred',
    note: 'the property is that of the unit',
  },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'Unit.PropertyId', as: idText, write: false },
    { field: 'guest_card_id', wire: 'LeadId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText, always: true },
    { field: 'agent_id', wire: 'AssignedUserId', as: idText },
    {
      field: 'type',
      wire: '',
      called: 'Showing',
      as: constantWord('tour_type', 'showing'),
      write: false,
      table: 'tour_type',
    },
    { field: 'start', wire: 'StartAt', as: seconds, always: true },
    { field: 'end', wire: 'EndAt', as: seconds, always: true },
    {
      field: 'status',
      wire: 'Status',
      as: status,
      support: 'mapped',
      values: Object.keys(STATUS_WORDS),
      shown_as: { toured: 'scheduled' },
      note: 'AppFolio has no word for a showing that took place',
    },
    { field: 'notes', wire: 'Notes', as: text },
  ],
);

export function tourReader(vendor: Vendor): Reader<'tour'> {
  const { client, circumstances } = vendor;

  async function toursOf(rows: readonly Showing[], signal?: AbortSignal): Promise<Tour[]> {
    const units = rows.flatMap(({ UnitId }) => UnitId ?? []);
    const properties = await propertiesOfUnits(vendor, units, signal);
    return rows.flatMap((row) => {
      const Unit = { PropertyId: properties.get(row.UnitId ?? '') };
      return readRecord(TOUR, { ...row, Unit }, circumstances) ?? [];
    });
  }

  return {
    async get(_scope, id, signal) {
      const wire = await client.one<Showing>('showings', id, {}, signal);
      return wire && (await toursOf([wire], signal))[0];
    },
    async list(query, signal) {
      const { rows, next } = await client.page<Showing>('showings', vendor.since(query), windowOf(query), signal);
      const tours = (await toursOf(rows, signal)).filter((tour) => isOf(tour, query));
      return { records: tours, ...(next !== undefined && { next_cursor: next }) };
    },
  };
}

/** There are no such filters. */
function isOf(tour: Tour, { property_id, unit_id }: ListQuery): boolean {
  if (property_id !== undefined && tour.property_id !== property_id) return false;
  return unit_id === undefined || tour.unit_id === unit_id;
}
