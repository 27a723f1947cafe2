/** The parts of the business; a connection is taken into use part by part. */
export const WORKFLOWS = ['maintenance', 'leasing', 'accounting'] as const;
export type Workflow = (typeof WORKFLOWS)[number];

/** `off` hides a workflow's tools, `read` its writes; `shadow` records what would be sent; `live` sends. */
export const ROLLOUTS = ['off', 'read', 'shadow', 'live'] as const;
export type Rollout = (typeof ROLLOUTS)[number];
