import type { Tour } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/*
 * Tour times that the ledger holds. A reservation is made with the intent, before anything is sent, so that racing
 * calls collide here; once the PMS has the tour, its own calendar is what counts.
 */

const CELL_MS = 15 * 60_000;

/** For so long after a write is done, its reservation stands beside the calendar, which may have been read before. */
const SETTLING_MS = 60_000;

export interface Cell {
  resource: string;
  cell: number;
}

/** The names under which a unit and an agent are reserved. */
export const resourceOf = { unit: (id: string) => `unit:${id}`, agent: (id: string) => `agent:${id}` } as const;

interface Held extends Cell {
  write_id: string;
  state: string;
  property_id: string | null;
  record_id: string | null;
  done_at: number | null;
}

async function held(
  call: Call,
  connection: string,
  resources: readonly string[],
  since: number,
): Promise<readonly Held[]> {
  if (resources.length === 0) return [];
  return call.store.ledger
    .selectFrom('reservations')
    .innerJoin('writes', 'writes.write_id', 'reservations.write_id')
    .select([
      'reservations.resource',
      'reservations.cell',
      'reservations.write_id',
      'writes.state',
      'writes.property_id',
      'writes.record_id',
      'writes.done_at',
    ])
    .where('reservations.connection', '=', connection)
    .where('reservations.resource', 'in', [...resources])
    .where('reservations.cell', '>=', since)
    .execute();
}

/**
 * Tours that are on their way to the PMS, or at properties whose calendar is not read here, as tours that stand. Those
 * of this property that the PMS has are left out: its calendar tells better.
 */
export async function reservedTours(
  call: Call,
  property: Found<'property'>,
  who: { unit_id?: string; agent_ids: readonly string[] },
  except: { tour_id?: string | undefined; write_id?: string | undefined } = {},
): Promise<Tour[]> {
  const resources = [
    ...(who.unit_id === undefined ? [] : [resourceOf.unit(who.unit_id)]),
    ...who.agent_ids.map(resourceOf.agent),
  ];
  const rows = await held(call, property.connection, resources, Math.floor(call.now / CELL_MS));
  const byWrite = Map.groupBy(
    rows.filter(
      (row) =>
        row.write_id !== except.write_id &&
        (except.tour_id === undefined || row.record_id !== except.tour_id) &&
        (row.state !== 'done' ||
          row.property_id !== property.record.id ||
          (row.done_at ?? call.now) > call.now - SETTLING_MS),
    ),
    ({ write_id }) => write_id,
  );
  return [...byWrite].map(([write_id, cells]) => pseudoTour(write_id, cells, property, call));
}

/** The buffer is part of the cells that are held, so it is taken off the end again. */
function pseudoTour(write_id: string, cells: readonly Held[], property: Found<'property'>, call: Call): Tour {
  const numbers = cells.map(({ cell }) => cell);
  const named = (kind: 'unit' | 'agent') =>
    cells.find(({ resource }) => resource.startsWith(`${kind}:`))?.resource.slice(kind.length + 1);
  const end = (Math.max(...numbers) + 1) * CELL_MS - call.config.leasing.buffer_minutes * 60_000;
  const agent_id = named('agent');
  return {
    id: write_id,
    property_id: property.record.id,
    guest_card_id: '',
    unit_id: named('unit') ?? '',
    ...(agent_id !== undefined && { agent_id }),
    type: 'agent_led',
    start: new Date(Math.min(...numbers) * CELL_MS).toISOString(),
    end: new Date(end).toISOString(),
    status: 'scheduled',
  };
}

/**
 * Gives back reservations on wanted cells whose tour people have since moved or cancelled in the PMS. `tours` were read
 * through during this call, so only writes that were done before it began are judged by them.
 */
export async function releaseLapsed(
  call: Call,
  connection: string,
  wanted: readonly Cell[],
  tours: readonly Tour[],
): Promise<void> {
  const cells = new Set(wanted.map(({ resource, cell }) => `${resource} ${cell}`));
  const first = Math.min(...wanted.map(({ cell }) => cell));
  const rows = await held(call, connection, [...new Set(wanted.map(({ resource }) => resource))], first);
  const lapsed = rows.filter((row) => {
    if (!cells.has(`${row.resource} ${row.cell}`) || row.state !== 'done' || (row.done_at ?? Infinity) >= call.now)
      return false;
    const tour = tours.find(({ id }) => id === row.record_id);
    return tour !== undefined && !stands(tour, row, call.config.leasing.buffer_minutes);
  });
  if (lapsed.length === 0) return;
  await call.store.transaction(async (trx) => {
    for (const { resource, cell, write_id } of lapsed)
      await trx
        .deleteFrom('reservations')
        .where('connection', '=', connection)
        .where('resource', '=', resource)
        .where('cell', '=', cell)
        .where('write_id', '=', write_id)
        .execute();
  });
}

function stands(tour: Tour, { resource, cell }: Cell, buffer_minutes: number): boolean {
  const theirs = resource === resourceOf.unit(tour.unit_id) || resource === resourceOf.agent(tour.agent_id ?? '');
  const from = cell * CELL_MS;
  const until = Date.parse(tour.end) + buffer_minutes * 60_000;
  return tour.status === 'scheduled' && theirs && Date.parse(tour.start) < from + CELL_MS && from < until;
}

/** The wanted cells without those that the tour's own earlier writes hold: it is not in its own way. */
export async function withoutOwn(
  call: Call,
  connection: string,
  wanted: readonly Cell[],
  tour_id: string,
): Promise<Cell[]> {
  const first = Math.min(...wanted.map(({ cell }) => cell));
  const rows = await held(call, connection, [...new Set(wanted.map(({ resource }) => resource))], first);
  const own = new Set(rows.filter((row) => row.record_id === tour_id).map((row) => `${row.resource} ${row.cell}`));
  return wanted.filter(({ resource, cell }) => !own.has(`${resource} ${cell}`));
}
