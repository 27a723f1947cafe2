import * as z from 'zod/v4';
import { Fault } from '../faulty/faults.ts';
import { HookOrder } from './hooks.ts';
import { type Answer, jsonAnswer } from './message.ts';
import type { LoggedRequest } from './request_log.ts';
import type { Simulator } from './server.ts';
import type { Table } from './table.ts';

/** What `GET /__simulator/requests` answers. */
export interface RequestCounts {
  total: number;
  reads: number;
  writes: number;
  sessions: number;
  by_operation: Record<string, number>;
  by_status: Record<string, number>;
  /** 429s: by the limits and by faults. */
  throttled: number;
  /** Answers of an outage. */
  down: number;
  faults: Record<string, number>;
  most_under_way: number;
  /** The most requests that arrived within each window of each limit, refused ones included. */
  most_per_window: number[];
  /** Requests that were over the limits. */
  violations: number;
  /** The last requests, oldest first. */
  last: readonly LoggedRequest[];
}

const FaultOrder = z.strictObject({
  faults: z.array(z.unknown()).default([]),
  /** Forgets faults that nobody has met. */
  clear: z.boolean().default(false),
  down: z.boolean().optional(),
  down_until: z.int().optional(),
  fault_rate: z.number().min(0).max(1).optional(),
  fault_seed: z.int().nonnegative().optional(),
});

/** One fault: `operation` names reads and writes alike, and is the vendor's own. */
export type GivenFault = Omit<z.input<typeof Fault>, 'kind' | 'label' | 'on'> & { on?: 'read' | 'write' };
export type FaultOrder = Omit<z.input<typeof FaultOrder>, 'faults'> & { faults?: GivenFault[] };

const ClockOrder = z.strictObject({ now: z.int().optional(), advance_ms: z.int().nonnegative().optional() });
export type ClockOrder = z.input<typeof ClockOrder>;

/** What a person does in the PMS itself, in the vendor's own tables and fields. */
const StaffOrder = z.strictObject({
  change: z.strictObject({ table: z.string(), id: z.union([z.string(), z.int()]), set: z.looseObject({}) }).optional(),
  add: z.strictObject({ table: z.string(), row: z.looseObject({}) }).optional(),
  remove: z.strictObject({ table: z.string(), id: z.union([z.string(), z.int()]) }).optional(),
});
export type StaffOrder = z.input<typeof StaffOrder>;

const ROUTES: Readonly<Record<string, (simulator: Simulator, order: unknown) => unknown>> = {
  'GET state': ({ books }) => books.state(),
  'GET mappings': ({ vendor, books }) => vendor.mappings?.(books.live) ?? {},
  'GET effects': ({ books }) => books.effects(),
  'GET requests': countsOf,
  'GET webhooks': async ({ hooks }) => {
    await hooks.settle();
    return hooks.report();
  },
  'POST webhooks': async ({ hooks }, given) => {
    await hooks.order(HookOrder.parse(given));
    return hooks.report();
  },
  'POST faults': orderFaults,
  'POST clock': async ({ clock, books, hooks }, given) => {
    const { now, advance_ms } = ClockOrder.parse(given);
    if (now !== undefined) clock.stopAt(now);
    if (advance_ms !== undefined) clock.advance(advance_ms);
    books.settle();
    await hooks.settle();
    return { now: clock.now() };
  },
  'POST staff': actAsStaff,
};

/** Answers a request to the simulator itself, which is not one to the PMS: never counted, limited, delayed or failed. */
export async function control(simulator: Simulator, route: string, body: Buffer): Promise<Answer> {
  const handle = ROUTES[route];
  if (handle === undefined) return jsonAnswer(404, { error: `no route ${route}` });
  try {
    const order: unknown = route.startsWith('POST') ? JSON.parse(body.toString('utf8')) : undefined;
    return jsonAnswer(200, await handle(simulator, order));
  } catch (error) {
    return jsonAnswer(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function countsOf({ tally, limits, log }: Simulator): RequestCounts {
  return {
    total: tally.total,
    reads: tally.of('reads'),
    writes: tally.of('writes'),
    sessions: tally.of('sessions'),
    by_operation: tally.under('operation:'),
    by_status: tally.under('status:'),
    throttled: tally.of('throttled'),
    down: tally.of('down'),
    faults: tally.under('fault:'),
    ...limits.counts(),
    last: log.all(),
  };
}

function orderFaults({ faults, outage, clock }: Simulator, given: unknown): { waiting: readonly unknown[] } {
  const order = FaultOrder.parse(given);
  const named = order.faults.map((fault) => {
    const { operation } = fault as GivenFault;
    return Fault.parse({ ...(fault as object), ...(operation !== undefined && { kind: operation }) });
  });
  if (order.clear) faults.clear();
  faults.add(named);
  faults.rate = order.fault_rate ?? faults.rate;
  faults.seed = order.fault_seed ?? faults.seed;
  if (order.down !== undefined) outage.until = order.down ? Number.POSITIVE_INFINITY : clock.now();
  if (order.down_until !== undefined) outage.until = order.down_until;
  return { waiting: faults.waiting };
}

function actAsStaff({ books }: Simulator, given: unknown): object {
  const { change, add, remove } = StaffOrder.parse(given);
  books.byStaff((tables) => {
    const named = (name: string): Table<object> => {
      const table = tables[name];
      if (table === undefined) throw new RangeError(`no table ${name}; there are ${Object.keys(tables).join(', ')}`);
      return table;
    };
    if (change !== undefined) named(change.table).change(change.id, change.set);
    if (add !== undefined) named(add.table).insert(add.row);
    if (remove !== undefined) named(remove.table).remove(remove.id);
  });
  return {};
}
