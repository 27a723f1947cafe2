import type { ToolAnswer } from './tool_calls.ts';

/** One change that a caller asked for, however often it had to repeat the call. */
export interface Asked {
  request_id: string;
  tool: string;
  /** `accepted` where an answer named a write; `refused` where the last one said that nothing was changed. */
  outcome: 'unanswered' | 'accepted' | 'refused';
  /** Of the last answer that was an error. */
  code?: string;
  calls: number;
}

/** What a caller knows of a work order from the last answer that showed it. */
export interface KnownOrder {
  work_order_id: string;
  version: string;
  status: string;
}

/** What all callers together have been told. */
export interface Memory {
  asked: Map<string, Asked>;
  /** Every write id that any answer ever named, with the request whose answer it was. */
  told: Map<string, string>;
  orders: KnownOrder[];
  /** Errors by code, and calls whose connection broke. */
  codes: Map<string, number>;
  broken_connections: number;
}

export function newMemory(): Memory {
  return { asked: new Map(), told: new Map(), orders: [], codes: new Map(), broken_connections: 0 };
}

interface WriteView {
  write_id: string;
  state: string;
}

/** The write that an answer is about. */
export function writeIn({ structured, error }: ToolAnswer): WriteView | undefined {
  const view = structured['write'] as WriteView | undefined;
  if (view !== undefined) return view;
  // Recorded, but it could not be shown just then.
  const { write_id, state } = error?.code === 'internal' ? error.details : {};
  return write_id === undefined ? undefined : { write_id: String(write_id), state: String(state ?? 'unknown') };
}

/** Remembers an answer to a call. */
export function remember(memory: Memory, asked: Asked, answer: ToolAnswer): void {
  const write = writeIn(answer);
  const named = answer.error?.details['write_id'];
  if (write !== undefined) memory.told.set(write.write_id, asked.request_id);
  else if (typeof named === 'string' && !memory.told.has(named)) memory.told.set(named, '');
  asked.outcome = write !== undefined ? 'accepted' : 'refused';
  if (answer.error === undefined) return;
  asked.code = answer.error.code;
  memory.codes.set(answer.error.code, (memory.codes.get(answer.error.code) ?? 0) + 1);
}

/** The work order that an answer shows; of a page, the first one. */
export function orderIn({ structured }: ToolAnswer): KnownOrder | undefined {
  const { work_order, work_orders } = structured as { work_order?: KnownOrder; work_orders?: KnownOrder[] };
  return work_order ?? work_orders?.[0];
}
