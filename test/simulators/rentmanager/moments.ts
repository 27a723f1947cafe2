import { localDate, toInstant, toLocal } from '../../../src/model/zoned_time.ts';
import type { World } from '../shared/vendor.ts';
import { numberIn, type RentManagerTables, type Row } from './tables.ts';

/** The location's own zone: dates that Rent Manager enters itself are in it. */
export const LOCATION_ZONE = 'America/New_York';

/** Milliseconds as the wall clock of a zone shows them, `2026-11-24T10:00:00`, with a fraction where there is one. */
export function wallClock(ms: number, zone: string): string {
  const seconds = new Date(ms).toISOString().slice(17, 23);
  return `${toLocal(new Date(ms).toISOString(), zone)}:${seconds.endsWith('.000') ? seconds.slice(0, 2) : seconds}`;
}

export function instantOf(wall: string, zone: string): string | undefined {
  const read = toInstant(wall.replace(/(\.\d{3})\d+$/, '$1'), zone);
  return 'instant' in read ? read.instant : undefined;
}

/**
 * A date that Rent Manager enters: seven digits of a second and the offset. `tick` makes two changes of the same
 * millisecond differ.
 */
export function auditDate(ms: number, tick: number): string {
  const wall = toLocal(new Date(ms).toISOString(), LOCATION_ZONE);
  const shown = Date.parse(`${wall}Z`) - Math.floor(ms / 60_000) * 60_000;
  const minutes = Math.round(shown / 60_000);
  const offset = `${minutes < 0 ? '-' : '+'}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
  const seconds = new Date(ms).toISOString().slice(17, 23);
  return `${wall}:${seconds}${String(tick % 10_000).padStart(4, '0')}${offset}`;
}

export function zoneOf(tables: RentManagerTables, propertyId: unknown): string {
  const property = typeof propertyId === 'number' ? tables['Properties']?.get(propertyId) : undefined;
  return (property?.['$Zone'] as string | undefined) ?? LOCATION_ZONE;
}

export function todayAt(world: World<RentManagerTables>, propertyId: unknown): string {
  return localDate(new Date(world.now()).toISOString(), zoneOf(world.tables, propertyId));
}

/** The property that an issue is linked to, by whatever link. */
export function propertyOfIssue(tables: RentManagerTables, issue: Row): number | undefined {
  const [unit] = idsIn(issue, '$Units');
  const [property] = idsIn(issue, '$Properties');
  const [tenant] = idsIn(issue, '$Tenants');
  if (unit !== undefined) return numberIn(tables['Units']?.get(unit) ?? {}, 'PropertyID');
  return property ?? (tenant === undefined ? undefined : numberIn(tables['Tenants']?.get(tenant) ?? {}, 'PropertyID'));
}

export function idsIn(row: Row, field: string): readonly number[] {
  return (row[field] as readonly number[] | undefined) ?? [];
}
