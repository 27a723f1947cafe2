import type { Scene } from './scene.ts';
import { maintenanceScenes } from './maintenance_scenes.ts';
import { reviewScenes } from './review_scenes.ts';

/** Three days, in their order. */
export const SCENES: readonly Scene[] = [...maintenanceScenes, ...reviewScenes];
