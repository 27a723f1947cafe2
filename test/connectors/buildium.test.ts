import { describeConformance } from './conformance.ts';

describeConformance({ pms: 'buildium', not_in_lists: { work_order: ['notes'] } });
