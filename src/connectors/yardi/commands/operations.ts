import { VendorError, type RecordRef, type StepRequest, type StepResult } from '../../connector.ts';
import type { Operation } from '../../kit/vendor.ts';
import { children, path, text } from '../../kit/xml.ts';
import { doubtOf } from '../answers.ts';
import { isProspectCode } from '../guests.ts';
import { isServiceRequestId } from '../service_requests.ts';
import type { Client, YardiCall } from '../transport.ts';
import { isImported } from './charges.ts';

/** Everything that is ever sent: a call that was prepared, and how its answer is read. */
export function operations(client: Client): Readonly<Record<string, Operation>> {
  return {
    /** The answer repeats the work order, with its number. */
    async service_request(request, signal): Promise<StepResult> {
      const { result } = await client.write(callOf(request), signal);
      const echoed = children(path(result, 'ServiceRequests'), 'ServiceRequest')[0];
      const id = text(echoed, 'ServiceRequestId')?.trim() ?? '';
      return isServiceRequestId(id) ? { record: recordOf(request, 'work_order', id) } : {};
    },

    /** A new card's code stands in a message; events get none, and are looked for. */
    async import_guest(request, signal): Promise<StepResult> {
      const { messages } = await client.write(callOf(request), signal);
      if (request['names_card'] !== true) return {};
      const codes = messages.map((message) => /CustomerID:\s*([A-Za-z0-9]+)\s*$/.exec(message.text)?.[1] ?? '');
      const id = codes.find((code) => isProspectCode(code));
      return id === undefined ? {} : { record: recordOf(request, 'guest_card', id) };
    },

    /** The answer names no charge, so that it is looked for. */
    async import_charge(request, signal): Promise<StepResult> {
      const { messages, result } = await client.write(callOf(request), signal, doubtOf);
      if (isImported(messages, result.text)) return {};
      throw new VendorError('outcome_unknown', 'Voyager did not say whether the charge was taken.');
    },

    /** What is answered was not seen; an error would have been told. */
    async renewal(request, signal): Promise<StepResult> {
      await client.write(callOf(request), signal);
      return { record: recordOf(request, 'lease', String(request['lease_id'])) };
    },
  };
}

function callOf(request: StepRequest): YardiCall {
  return request['call'] as YardiCall;
}

function recordOf(request: StepRequest, kind: RecordRef['kind'], id: string): RecordRef {
  return { kind, scope: String(request['scope']), id };
}
