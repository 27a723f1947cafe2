import { type ConnectorEnvironment, type StepContext, VendorError } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { markerOf } from '../../src/writeback/ids.ts';
import { castOf } from '../connectors/sandbox/cast.ts';
import type { Sandbox } from '../connectors/sandbox/sandbox.ts';
import { createFaulty } from './faulty/connector.ts';
import type { GivenOptions } from './faulty/options.ts';
import { startFaulty } from './faulty/start.ts';

/** A Tuesday morning, where the clocks of these tests stand. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

/** The environment that a connector is promised: one address, every status answered, nothing thrown but `VendorError`. */
export function environmentFor(baseUrl: string, clock: () => number): ConnectorEnvironment {
  return {
    clock,
    fetch: async (input, init) => {
      try {
        return await fetch(new URL(String(input), baseUrl), init);
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        throw code === 'ECONNREFUSED'
          ? new VendorError('unavailable', 'The PMS cannot be reached.')
          : new VendorError('outcome_unknown', 'The PMS did not answer.');
      }
    },
    kv: { get: () => Promise.resolve(undefined), set: () => Promise.resolve(), once: (_key, _ttl, make) => make() },
  };
}

/** Writes of one test, over real HTTP, on a simulator whose clock the test holds. */
export async function openFaulty(options: GivenOptions = {}) {
  const simulator = await startFaulty({ units: 150, properties: 6, now: NOW, ...options });
  const time = { now: NOW };
  const connector = createFaulty(
    simulator.connection,
    environmentFor(simulator.url, () => time.now),
  );
  // Nothing but the state is asked of it.
  const cast = await castOf(simulator as unknown as Sandbox);

  return {
    simulator,
    connector,
    cast,
    /** Lets time pass for both sides. */
    async pass(ms: number) {
      time.now += ms;
      await simulator.clock({ now: time.now });
    },
    /** A write with one prepared request, as the ledger would keep it. */
    async write(command: Command, writeId: string, over: Partial<StepContext> & { step?: number } = {}) {
      const { step = 0, ...context } = over;
      const known: StepContext = { write_id: writeId, marker: markerOf(writeId), scope: '', results: [], ...context };
      const request = await connector.prepare(command, step, known);
      return {
        request,
        send: (signal = new AbortController().signal) => connector.send(request, signal),
        locate: () => connector.locate(command, step, request, known),
      };
    },
    /** How many requests of a write the PMS has accepted, all of its steps together. */
    async accepted(writeId: string) {
      return (await simulator.effects()).filter(({ label }) => label.startsWith(`${writeId}/`)).length;
    },
    /** Waits, by asking again and again, until the simulator has come to something. */
    async until(isSo: () => Promise<boolean>) {
      for (let asked = 0; !(await isSo()); asked += 1) if (asked > 10_000) throw new Error('it has not come to that');
    },
    close: () => simulator.stop(),
  };
}

export type Faulty = Awaited<ReturnType<typeof openFaulty>>;

/** Code and wait of the `VendorError` that `work` ends with. */
export async function errorOf(work: Promise<unknown>): Promise<{ code: string; retry_after_ms: number | undefined }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VendorError) return { code: error.code, retry_after_ms: error.retry_after_ms };
    throw error;
  }
  return { code: 'none', retry_after_ms: undefined };
}
