import { describeConformance } from './conformance.ts';

describeConformance({
  pms: 'realpage',
  // Codes and agents are those of every site, or of the one that they are named for.
  scopeOf: ({ property_id, property_ids }: { property_id?: string; property_ids?: readonly string[] }) =>
    property_id ?? property_ids?.[0] ?? '5410001',
  derived_kinds: ['gl_account', 'charge_code'],
});
