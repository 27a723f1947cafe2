import { type WorkOrderView, workOrderView } from '../maintenance/work_order_view.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { localText } from './local_text.ts';

/** The work order that a write created or changed, as it was read back. */
export async function showWorkOrder(call: Call, { row }: OpenWrite): Promise<WorkOrderView> {
  const found = await call.records.get('work_order', row.write_id);
  return viewWorkOrder(call, found);
}

/** A work order with the names that go with its ids. */
export async function viewWorkOrder(call: Call, found: Found<'work_order'>): Promise<WorkOrderView> {
  const { record } = found;
  const [property, unit, vendor, technician] = await Promise.all([
    call.records.linked(found, 'property', record.property_id),
    call.records.linked(found, 'unit', record.unit_id),
    call.records.linked(found, 'vendor', record.vendor_id),
    call.records.linked(found, 'staff', record.technician_id),
  ]);
  return workOrderView(record, found.version, {
    ref: (id) => call.records.ref(found.connection, found.scope, id),
    local: localText(call, property),
    now: call.now,
    unit: unit?.record.name,
    vendor: vendor?.record.name,
    technician: technician?.record.name,
  });
}
