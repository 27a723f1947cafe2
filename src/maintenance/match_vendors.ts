import type { Property, Staff, Unit, Vendor, WorkOrder } from '../model/records.ts';
import {
  CLOSED_WORK_ORDER_STATUSES,
  type Cents,
  type Id,
  type LocalDate,
  type Trade,
  WORK_ORDER_STATUSES,
  type WorkOrderStatus,
} from '../model/values.ts';
import { vendorGate, type GateCode } from './vendor_gate.ts';

/** Open work that somebody still has to go for: what is done and only waits for its bill is no load. */
export const LOAD_STATUSES: readonly WorkOrderStatus[] = WORK_ORDER_STATUSES.filter(
  (status) => !['work_done', 'ready_to_bill', ...CLOSED_WORK_ORDER_STATUSES].includes(status),
);

export type RankInput = {
  work_order: Pick<WorkOrder, 'id' | 'severity' | 'vendor_id' | 'vendor_reply'>;
  property: Property;
  unit?: Unit | undefined;
  vendors: readonly Vendor[];
  staff: readonly Staff[];
  /** How many other work orders in one of `LOAD_STATUSES` each has, by id; whoever is missing has none. */
  load: { vendor: ReadonlyMap<Id, number>; technician: ReadonlyMap<Id, number> };
  /** The property's day of the visit. */
  visit_date: LocalDate;
  /** Property-local `HH:MM`, where the time is known. */
  visit_time?: string | undefined;
  /** Whether the visit falls outside office hours. */
  after_hours: boolean;
  trade: Trade;
  state: string;
  today: LocalDate;
  /** Vendors who declined this work order or did not answer, by id. */
  already_tried?: Readonly<Record<Id, 'declined' | 'no_reply'>> | undefined;
};

export type Candidate = {
  kind: 'technician' | 'vendor';
  id: Id;
  name: string;
  /** The number to call at the hour of the visit; absent where none is on file. */
  phone?: string;
  other_phones: string[];
  preferred?: { rank: number; list: 'property' | 'portfolio' };
  /** Open work orders that they have to work on. */
  load: number;
  takes_emergencies: boolean;
  hourly_rate?: Cents;
  /** The property's not-to-exceed limit. */
  limit?: Cents;
  insured_until?: LocalDate;
  /** Insurance in words; empty for own technicians. */
  note: string;
  warnings: string[];
  /** What put them here, in the order in which it counts. */
  why: string[];
};

export type ExclusionCode =
  | GateCode
  | 'other_trade'
  | 'outside_service_area'
  | 'no_emergencies'
  | 'declined'
  | 'no_reply'
  | 'other_property'
  | 'off_duty'
  | 'not_on_call';

export type Exclusion = {
  kind: 'technician' | 'vendor';
  id: Id;
  name: string;
  reasons: { code: ExclusionCode; message: string }[];
};

/** A candidate with what it is sorted by: compared from left to right, then by id. */
type Ranked = { candidate: Candidate; sort: readonly number[] };

/**
 * Who can take a work order on a day, best first: own technicians on duty, then vendors by preferred rank (property
 * before portfolio), load, rate and id. Everybody who cannot is listed with each reason, those of the right trade first.
 */
export function rankCandidates(input: RankInput): { candidates: Candidate[]; excluded: Exclusion[] } {
  const ranked: Ranked[] = [];
  const excluded: Exclusion[] = [];
  for (const person of input.staff) {
    if (!person.roles.includes('technician')) continue;
    const reasons = technicianReasons(person, input);
    if (reasons.length > 0) excluded.push({ kind: 'technician', id: person.id, name: person.name, reasons });
    else ranked.push(rankedTechnician(person, input));
  }
  for (const vendor of input.vendors) {
    const gate = vendorGate(vendor, input);
    const reasons = [...vendorReasons(vendor, input), ...gate.reasons];
    if (reasons.length > 0) excluded.push({ kind: 'vendor', id: vendor.id, name: vendor.name, reasons });
    else ranked.push(rankedVendor(vendor, gate, input));
  }
  return {
    candidates: ranked.sort(byRank).map((r) => r.candidate),
    excluded: excluded.sort(byNearness),
  };
}

function technicianReasons(person: Staff, input: RankInput): Exclusion['reasons'] {
  const reasons: Exclusion['reasons'] = [];
  if (!person.is_active) reasons.push({ code: 'inactive', message: `${person.name} is inactive.` });
  if (!person.trades.includes(input.trade)) reasons.push(otherTrade(person.name, input.trade));
  if (person.property_ids.length > 0 && !person.property_ids.includes(input.property.id)) {
    reasons.push({ code: 'other_property', message: `${person.name} does not work at ${input.property.name}.` });
  }
  if (input.after_hours) {
    if (person.on_call === undefined) {
      reasons.push({ code: 'not_on_call', message: `${person.name} is not on the on-call rota.` });
    }
  } else if (!isOnDuty(person, input.visit_date, input.visit_time)) {
    reasons.push({ code: 'off_duty', message: `${person.name} is off duty at the time of the visit.` });
  }
  return reasons;
}

function vendorReasons(vendor: Vendor, input: RankInput): Exclusion['reasons'] {
  const reasons: Exclusion['reasons'] = [];
  if (!vendor.trades.includes(input.trade)) reasons.push(otherTrade(vendor.name, input.trade));
  const postal_code = (input.unit?.address ?? input.property.address).postal_code;
  if (vendor.service_area.length > 0 && !vendor.service_area.some((area) => zip5(area) === zip5(postal_code))) {
    reasons.push({ code: 'outside_service_area', message: `${vendor.name} does not serve ${zip5(postal_code)}.` });
  }
  if (needsEmergencyService(input) && !vendor.takes_emergencies) {
    reasons.push({ code: 'no_emergencies', message: `${vendor.name} does not take emergencies after hours.` });
  }
  const tried = input.already_tried?.[vendor.id] ?? currentRefusal(vendor, input);
  if (tried === 'declined') reasons.push({ code: tried, message: `${vendor.name} declined this work order.` });
  if (tried === 'no_reply') reasons.push({ code: tried, message: `${vendor.name} did not answer.` });
  return reasons;
}

function currentRefusal(vendor: Vendor, { work_order }: RankInput): 'declined' | 'no_reply' | undefined {
  const { vendor_id, vendor_reply } = work_order;
  return vendor_id === vendor.id && (vendor_reply === 'declined' || vendor_reply === 'no_reply')
    ? vendor_reply
    : undefined;
}

function needsEmergencyService({ after_hours, work_order }: RankInput): boolean {
  return after_hours && (work_order.severity === 'emergency' || work_order.severity === 'life_safety');
}

function otherTrade(name: string, trade: Trade): { code: ExclusionCode; message: string } {
  return { code: 'other_trade', message: `${name} is not listed for ${trade.replaceAll('_', ' ')}.` };
}

function rankedTechnician(person: Staff, input: RankInput): Ranked {
  const load = input.load.technician.get(person.id) ?? 0;
  const turn = input.after_hours ? (person.on_call ?? 0) : 0;
  const why = ['own technician', input.after_hours ? `on call, number ${turn}` : 'on duty', `${load} open`];
  return {
    sort: [0, turn, 0, load, 0],
    candidate: {
      kind: 'technician',
      id: person.id,
      name: person.name,
      ...(person.phone && { phone: person.phone }),
      other_phones: [],
      load,
      takes_emergencies: person.on_call !== undefined,
      note: '',
      warnings: [],
      why,
    },
  };
}

function rankedVendor(vendor: Vendor, gate: ReturnType<typeof vendorGate>, input: RankInput): Ranked {
  const load = input.load.vendor.get(vendor.id) ?? 0;
  const preferred = preferredRank(vendor, input.property.id);
  const [phone, ...other_phones] = phonesFor(vendor, input.after_hours);
  const list = preferred ? (preferred.list === 'property' ? 0 : 1) : 2;
  const why = [
    preferred ? `preferred ${preferred.rank} for the ${preferred.list}` : 'not on a preferred list',
    `${load} open`,
    vendor.hourly_rate === undefined ? 'rate unknown' : `${(vendor.hourly_rate / 100).toFixed(2)} per hour`,
    ...(needsEmergencyService(input) ? ['takes emergencies'] : []),
  ];
  return {
    sort: [1, list, preferred?.rank ?? 0, load, vendor.hourly_rate ?? Number.MAX_SAFE_INTEGER],
    candidate: {
      kind: 'vendor',
      id: vendor.id,
      name: vendor.name,
      ...(phone !== undefined && { phone }),
      other_phones,
      ...(preferred && { preferred }),
      load,
      takes_emergencies: vendor.takes_emergencies,
      ...(vendor.hourly_rate !== undefined && { hourly_rate: vendor.hourly_rate }),
      ...(input.property.maintenance_limit !== undefined && { limit: input.property.maintenance_limit }),
      ...(gate.insured_until && { insured_until: gate.insured_until }),
      note: gate.note,
      warnings: gate.warnings,
      why,
    },
  };
}

function preferredRank(vendor: Vendor, property_id: Id): Candidate['preferred'] {
  const best = (rows: Vendor['preferred']): number => Math.min(...rows.map((r) => r.rank));
  const here = vendor.preferred.filter((r) => r.property_id === property_id);
  if (here.length > 0) return { rank: best(here), list: 'property' };
  const everywhere = vendor.preferred.filter((r) => r.property_id === undefined);
  return everywhere.length > 0 ? { rank: best(everywhere), list: 'portfolio' } : undefined;
}

/** The after-hours line first when the office is closed, last when it is open. */
function phonesFor(vendor: Vendor, after_hours: boolean): string[] {
  const order = after_hours
    ? ['after_hours', 'mobile', 'work', 'other', 'home']
    : ['work', 'mobile', 'other', 'home', 'after_hours'];
  return [...vendor.phones].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type)).map((p) => p.number);
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Hours as `{ "mon-fri": "09:00-18:00", "sat": "10:00-14:00" }`; a person without hours works office hours. */
function isOnDuty(person: Staff, date: LocalDate, time: string | undefined): boolean {
  if (!person.hours) return true;
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return Object.entries(person.hours).some(([days, span]) => {
    const [first = '', last = first] = days.toLowerCase().split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0) return false;
    if ((day - from + 7) % 7 > (to - from + 7) % 7) return false;
    const [opens = '', closes = ''] = span.split('-');
    return time === undefined || (time >= opens && time < closes);
  });
}

function zip5(postal_code: string): string {
  return postal_code.trim().slice(0, 5);
}

function byRank(a: Ranked, b: Ranked): number {
  const at = a.sort.findIndex((value, i) => value !== b.sort[i]);
  if (at >= 0) return (a.sort[at] ?? 0) - (b.sort[at] ?? 0);
  return byId(a.candidate.id, b.candidate.id);
}

function byNearness(a: Exclusion, b: Exclusion): number {
  const wrongTrade = (e: Exclusion): number => (e.reasons.some((r) => r.code === 'other_trade') ? 1 : 0);
  return wrongTrade(a) - wrongTrade(b) || a.reasons.length - b.reasons.length || byId(a.id, b.id);
}

/** By code unit, so that the order does not depend on the machine's locale. */
function byId(a: Id, b: Id): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
