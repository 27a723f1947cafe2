import { describeConformance } from './conformance.ts';

describeConformance({
  pms: 'yardi',
  // Vendors and charge codes are told under every property alike.
  scopeOf: ({ property_id, property_ids }: { property_id?: string; property_ids?: readonly string[] }) =>
    property_id ?? property_ids?.[0] ?? 'prop001',
  derived_kinds: ['gl_account'],
  // What is said in one text for technicians is for its readers to tell apart.
  derived: { work_order: ['notes'] },
});
