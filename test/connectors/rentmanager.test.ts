import { describeConformance } from './conformance.ts';

describeConformance({ pms: 'rentmanager' });
