import { toLocal } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** How instants of a property are written: in its own time, or as they are where its zone is not known. */
export function localText(call: Call, property: Found<'property'> | undefined): (instant: string) => string {
  if (property === undefined) return (instant) => instant;
  let zone: string;
  try {
    zone = call.zoneOf(property);
  } catch {
    return (instant) => instant;
  }
  return (instant) => toLocal(instant, zone);
}
