import * as z from 'zod/v4';
import {
  VendorError,
  type ConnectorEnvironment,
  type StepRequest,
  type VendorErrorCode,
} from '../../../src/connectors/connector.ts';
import { LABEL, LEFT_AT, NOT_LOOKED_AT, PURPOSE, Refusal, WriteAnswer } from './wire.ts';

/** Why something is read, for the simulator's counts. */
export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** On look-ups: whose effect is looked for. */
  label?: string;
}

/** The wire protocol from the client's side: every answer becomes a value of the protocol or a `VendorError`. */
export interface Client {
  /** Undefined where the PMS has no such record. */
  read<T extends z.ZodType>(path: string, type: T, options: ReadOptions): Promise<z.output<T> | undefined>;
  /** Sends one step, once. */
  write(request: StepRequest, signal: AbortSignal): Promise<WriteAnswer>;
}

const PreparedRequest = z.object({
  operation: z.string(),
  label: z.string(),
  idempotency_key: z.string().optional(),
  body: z.looseObject({}),
});

export function createClient({ fetch, clock }: ConnectorEnvironment): Client {
  return {
    async read(path, type, { signal, label }) {
      const headers: Record<string, string> = label === undefined ? {} : { [LABEL]: label, [PURPOSE]: 'look_up' };
      const response = await ofRead(fetch(path, { headers, ...(signal && { signal }) }));
      if (response.status === 404) {
        await refusalIn(response, 'unavailable');
        return undefined;
      }
      await refuseUnlessOk(response, clock, 'unavailable');
      return parsed(type, await bodyOf(response), 'unavailable');
    },

    async write(request, signal) {
      const { label, ...body } = PreparedRequest.parse(request);
      const headers = { 'content-type': 'application/json', [LABEL]: label, [LEFT_AT]: String(Date.now()) };
      const response = await fetch('/writes', { method: 'POST', headers, body: JSON.stringify(body), signal });
      await refuseUnlessOk(response, clock, 'outcome_unknown');
      return parsed(WriteAnswer, await bodyOf(response), 'outcome_unknown');
    },
  };
}

/** A read has no outcome: whatever became of it, it can be made again. */
async function ofRead(answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof VendorError) || error.code !== 'outcome_unknown') throw error;
    throw new VendorError('unavailable', 'The PMS did not answer.');
  }
}

/** The body as JSON; undefined where there is none, or where it broke off. */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}

function parsed<T extends z.ZodType>(type: T, body: unknown, otherwise: VendorErrorCode): z.output<T> {
  const result = type.safeParse(body);
  if (result.success) return result.data;
  throw new VendorError(otherwise, 'The PMS gave an answer that cannot be understood.');
}

/** The refusal in a body. Where it is none, the answer says nothing, and `otherwise` is thrown. */
async function refusalIn(response: Response, otherwise: VendorErrorCode): Promise<z.infer<typeof Refusal>> {
  return parsed(Refusal, await bodyOf(response), otherwise);
}

async function refuseUnlessOk(response: Response, clock: () => number, otherwise: VendorErrorCode): Promise<void> {
  const { status, headers } = response;
  if (status === 200) return;
  if (status === 429) {
    const retry_after_ms = waitIn(headers.get('retry-after'), clock());
    const options = retry_after_ms === undefined ? {} : { retry_after_ms };
    throw new VendorError('rate_limited', 'The PMS takes no more requests just now.', options);
  }
  if (status === 503 && headers.has(NOT_LOOKED_AT)) throw new VendorError('unavailable', 'The PMS is down.');
  if (status < 400 || status > 499) throw new VendorError(otherwise, 'The PMS failed.');
  const { code, message, field } = await refusalIn(response, otherwise);
  if (code === 'key_in_flight')
    throw new VendorError('rate_limited', 'The PMS is still looking at the first request under this key.');
  throw new VendorError(code, message, field === undefined ? {} : { field });
}

/** `Retry-After` in milliseconds: seconds, or a moment (RFC 9110, 10.2.3). */
function waitIn(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
