import { accountingScenes } from './accounting_scenes.ts';
import { leasingScenes } from './leasing_scenes.ts';
import { maintenanceScenes } from './maintenance_scenes.ts';
import { reviewScenes } from './review_scenes.ts';
import type { Scene } from './scene.ts';

/** Three days, in their order. */
export const SCENES: readonly Scene[] = [
  ...maintenanceScenes,
  leasingScenes.leadToTour,
  accountingScenes.invoice,
  accountingScenes.charge,
  leasingScenes.renewal,
  ...reviewScenes,
];
