import type { Severity, Trade, WorkOrderStatus } from '../../../src/model/values.ts';

/** The problems and priorities of every site of this management company, by their ids. */
export const PROBLEMS: readonly (readonly [Trade, string])[] = (
  [
    'plumbing',
    'hvac',
    'electrical',
    'appliance',
    'locksmith',
    'pest',
    'roofing',
    'carpentry',
    'flooring',
    'painting',
    'cleaning',
    'grounds',
    'fire_safety',
    'elevator',
    'restoration',
    'general',
  ] as const
).map((trade, at) => [trade, String(301 + at)] as const);

export const PRIORITIES: readonly (readonly [Severity, string])[] = [
  ['emergency', '41'],
  ['urgent', '42'],
  ['routine', '43'],
];
/** Life safety has no priority of its own. */
export const HIGHEST = '41';

export const STATUSES: Readonly<Record<WorkOrderStatus, string>> = {
  new: 'New',
  estimate_requested: 'In Progress',
  estimated: 'In Progress',
  assigned: 'In Progress',
  scheduled: 'In Progress',
  in_progress: 'In Progress',
  on_hold: 'On Hold',
  work_done: 'Complete',
  ready_to_bill: 'Complete',
  closed: 'Complete',
  cancelled: 'Canceled',
};

/** Which statuses a `requeststatus` asks for. */
export const STATUS_CODES: Readonly<Record<string, readonly string[]>> = {
  '1': ['New', 'In Progress', 'On Hold'],
  '4': ['Complete', 'Canceled'],
};

export function codeOf(pairs: readonly (readonly [string, string])[], name: string, otherwise: string): string {
  return pairs.find(([one]) => one === name)?.[1] ?? otherwise;
}

export function nameOf<N extends string>(pairs: readonly (readonly [N, string])[], code: string, otherwise: N): N {
  return pairs.find(([, one]) => one === code)?.[0] ?? otherwise;
}

/** The transaction code of a charge: `LATEFEE`. */
export const transactionCode = (name: string) =>
  name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .slice(0, 12);
