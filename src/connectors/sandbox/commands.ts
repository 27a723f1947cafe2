import type { Command, CommandKind, CommandOf } from '../../model/commands.ts';
import { VendorError, type StepResult } from '../connector.ts';
import type { Pms } from './pms.ts';
import { addWorkOrderNote, assignWorkOrder, createWorkOrder, updateWorkOrder } from './work-orders.ts';

type Handlers = { readonly [K in CommandKind]?: (pms: Pms, command: CommandOf<K>) => StepResult };

const HANDLERS: Handlers = {
  create_work_order: createWorkOrder,
  update_work_order: updateWorkOrder,
  add_work_order_note: addWorkOrderNote,
  assign_work_order: assignWorkOrder,
};

/** Carries out one command; throws `VendorError` and has changed nothing where a rule is against it. */
export function execute(pms: Pms, command: Command): StepResult {
  const handler = HANDLERS[command.kind] as ((pms: Pms, command: Command) => StepResult) | undefined;
  if (handler === undefined) throw new VendorError('unsupported', 'Not yet.');
  return handler(pms, command);
}
