import type { Workflow } from '../model/rollout.ts';

/*
 * What a grant can allow. Scopes are what tools ask for; roles are named sets of them. Both are closed: a name that is
 * not here stops the start.
 */

export const SCOPES = [
  'portfolio:read',
  'residents:write',
  'messages:write',
  'maintenance:read',
  'maintenance:write',
  'maintenance:dispatch',
  'leasing:read',
  'leasing:write',
  'leases:write',
  'accounting:read',
  'accounting:post',
  'approvals:decide',
  'audit:read',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

const reading: readonly Scope[] = ['portfolio:read', 'maintenance:read', 'leasing:read', 'accounting:read'];
const managing: readonly Scope[] = [
  ...reading,
  'residents:write',
  'messages:write',
  'maintenance:write',
  'maintenance:dispatch',
  'leasing:write',
  'leases:write',
  'accounting:post',
];

export const ROLES = {
  maintenance_agent: [
    'portfolio:read',
    'messages:write',
    'maintenance:read',
    'maintenance:write',
    'maintenance:dispatch',
  ],
  leasing_agent: ['portfolio:read', 'messages:write', 'leasing:read', 'leasing:write'],
  bookkeeper: ['portfolio:read', 'messages:write', 'maintenance:read', 'accounting:read', 'accounting:post'],
  property_manager: managing,
  auditor: [...reading, 'audit:read'],
  admin: [...managing, 'approvals:decide', 'audit:read', 'admin'],
} as const satisfies Record<string, readonly Scope[]>;
export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

const WORKFLOW_OF_SCOPE: Partial<Record<Scope, Workflow>> = {
  'maintenance:read': 'maintenance',
  'maintenance:write': 'maintenance',
  'maintenance:dispatch': 'maintenance',
  'leasing:read': 'leasing',
  'leasing:write': 'leasing',
  'leases:write': 'leasing',
  'accounting:read': 'accounting',
  'accounting:post': 'accounting',
};

/** The workflow that a scope is rolled out with, or undefined for scopes that are always there. */
export function workflowOf(scope: Scope): Workflow | undefined {
  return WORKFLOW_OF_SCOPE[scope];
}

/** The scopes of the named roles and scopes together. Throws on a name that does not exist. */
export function scopesFor(roles: readonly string[], scopes: readonly string[]): ReadonlySet<Scope> {
  const all = new Set<Scope>();
  for (const role of roles) {
    if (!Object.hasOwn(ROLES, role))
      throw new TypeError(`unknown role "${role}"; the roles are ${ROLE_NAMES.join(', ')}`);
    for (const scope of ROLES[role as Role]) all.add(scope);
  }
  for (const scope of scopes) {
    if (!SCOPES.includes(scope as Scope))
      throw new TypeError(`unknown scope "${scope}"; the scopes are ${SCOPES.join(', ')}`);
    all.add(scope as Scope);
  }
  return all;
}
