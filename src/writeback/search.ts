import type { Located } from '../connectors/connector.ts';
import { stepContext } from './journal.ts';
import type { StepRow } from './step_rows.ts';
import { openRequest, type OpenWrite } from './open_write.ts';
import { lookUp } from './pms_requests.ts';
import type { Runtime } from './runtime.ts';

/** Looks for the effect of one step in the PMS. Throws `VendorError` where it cannot be asked. */
export function search(runtime: Runtime, write: OpenWrite, steps: readonly StepRow[], index: number): Promise<Located> {
  const { row, command } = write;
  const step = steps[index];
  if (step === undefined) throw new RangeError('the journal of a write lacks a step that was sent');
  const request = openRequest(runtime.keyring, row.write_id, index, step.request_sealed);
  const context = stepContext(write, steps.slice(0, index));
  return lookUp(runtime, row, (connector, signal) => connector.locate(command, index, request, context, signal));
}
