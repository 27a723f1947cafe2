import type { Command } from '../model/commands.ts';
import type { Call } from '../tool.ts';
import type { CommandNames } from './command_words.ts';

/** The names behind the ids of a command, as far as the mirror has them; asks no PMS. */
export async function namesIn(
  call: Call,
  { connection, scope }: { connection: string; scope: string },
  command: Command,
): Promise<CommandNames> {
  if (!call.records.connections.includes(connection)) return {};
  const ids = command as { unit_id?: unknown; vendor_id?: unknown; technician_id?: unknown; work_order_id?: unknown };
  const known = async <K extends 'unit' | 'vendor' | 'staff' | 'work_order'>(kind: K, id: unknown) =>
    typeof id === 'string' ? call.records.known(kind, call.records.ref(connection, scope, id)) : undefined;
  const [unit, vendor, technician, order] = await Promise.all([
    known('unit', ids.unit_id),
    known('vendor', ids.vendor_id),
    known('staff', ids.technician_id),
    known('work_order', ids.work_order_id),
  ]);
  return {
    ...(unit !== undefined && { unit: unit.record.name }),
    ...(vendor !== undefined && { vendor: vendor.record.name }),
    ...(technician !== undefined && { technician: technician.record.name }),
    ...(order !== undefined && { work_order: order.record.number }),
  };
}
