import { describeConformance } from './conformance.ts';

describeConformance({
  pms: 'buildium',
  not_in_lists: { work_order: ['notes'] },
  derived: { ledger_entry: ['charge_code_id'] },
  derived_kinds: ['charge_code'],
  idOf: (kind, record) => (kind === 'ledger_entry' ? `${String(record['lease_id'])}.${record.id}` : record.id),
});
