import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod/v4';
import { RECORD_KINDS } from '../../../src/model/records.ts';
import type { Answer } from './answers.ts';
import type { AcceptedWrite } from './books.ts';
import { Fault } from './faults.ts';
import type { Simulator } from './server.ts';

/** What `GET /__simulator/requests` answers. */
export interface RequestCounts {
  total: number;
  writes: number;
  reads: number;
  look_ups: number;
  /** By `writes/<command>` and `records/<kind>`. */
  by_kind: Record<string, number>;
  /** 429s: by the limits and by faults. */
  throttled: number;
  /** 503s of an outage. */
  down: number;
  /** Writes that were answered with the first answer to their key. */
  replays: number;
  /** Writes that the simulator dropped because it came to them too late, and those that it carried out all the same. */
  too_late: number;
  beyond_limits: number;
  faults: Record<string, number>;
  most_under_way: number;
  /** The most requests that arrived within each window, refused ones included. */
  most_per_window: number[];
  /** Requests that were over the limits. */
  violations: number;
}

const FaultOrder = z.strictObject({
  faults: z.array(Fault).default([]),
  /** Forgets faults that nobody has met. */
  clear: z.boolean().default(false),
  down: z.boolean().optional(),
  down_until: z.int().optional(),
  fault_rate: z.number().min(0).max(1).optional(),
  fault_seed: z.int().nonnegative().optional(),
});
export type FaultOrder = z.input<typeof FaultOrder>;

const ClockOrder = z.strictObject({ now: z.int().optional(), advance_ms: z.int().nonnegative().optional() });
export type ClockOrder = z.input<typeof ClockOrder>;

const StaffOrder = z.strictObject({
  change: z.strictObject({ kind: z.enum(RECORD_KINDS), id: z.string(), fields: z.looseObject({}) }).optional(),
  submit: z.looseObject({}).optional(),
});
export type StaffOrder = z.input<typeof StaffOrder>;

type Route = (simulator: Simulator, order: unknown) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET state': async ({ books }) => {
    await books.settle();
    return books.state();
  },
  'GET effects': async ({ books }): Promise<readonly AcceptedWrite[]> => {
    await books.settle();
    return books.accepted();
  },
  'GET requests': countsOf,
  'POST faults': orderFaults,
  'POST clock': async ({ clock, books }, given) => {
    const { now, advance_ms } = ClockOrder.parse(given);
    if (now !== undefined) clock.stopAt(now);
    if (advance_ms !== undefined) clock.advance(advance_ms);
    await books.settle();
    return { now: clock.now() };
  },
  'POST staff': async ({ books }, given) => {
    const { change, submit } = StaffOrder.parse(given);
    if (change !== undefined) await books.changeAsStaff(change.kind, change.id, change.fields);
    return submit === undefined ? {} : books.submitAsStaff(submit);
  },
};

/** Answers a request to the simulator itself, which is not one to the PMS: never counted, limited, delayed or failed. */
export async function control(simulator: Simulator, route: string, request: IncomingMessage): Promise<Answer> {
  const handle = ROUTES[route];
  if (handle === undefined) return { status: 404, body: { error: `no route ${route}` } };
  try {
    return { status: 200, body: await handle(simulator, request.method === 'POST' ? await json(request) : undefined) };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function countsOf({ tally, gate, books }: Simulator): RequestCounts {
  return {
    total: tally.total,
    writes: tally.of('writes'),
    reads: tally.of('reads'),
    look_ups: tally.of('look_ups'),
    by_kind: Object.fromEntries([...entriesUnder('writes/'), ...entriesUnder('records/')]),
    throttled: tally.of('throttled'),
    down: tally.of('down'),
    replays: books.replays,
    too_late: books.too_late,
    beyond_limits: books.beyond_limits,
    faults: tally.under('fault:'),
    ...gate.counts(),
  };
  function entriesUnder(prefix: string): [string, number][] {
    return Object.entries(tally.under(prefix)).map(([name, count]) => [`${prefix}${name}`, count]);
  }
}

function orderFaults({ faults, outage, clock }: Simulator, given: unknown): { waiting: readonly Fault[] } {
  const order = FaultOrder.parse(given);
  if (order.clear) faults.clear();
  faults.add(order.faults);
  faults.rate = order.fault_rate ?? faults.rate;
  faults.seed = order.fault_seed ?? faults.seed;
  if (order.down !== undefined) outage.until = order.down ? Number.POSITIVE_INFINITY : clock.now();
  if (order.down_until !== undefined) outage.until = order.down_until;
  return { waiting: faults.waiting };
}
