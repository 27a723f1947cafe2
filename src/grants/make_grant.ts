import { CaretakerError } from '../model/errors.ts';
import { ROLLOUTS, WORKFLOWS, type Rollout, type Workflow } from '../model/rollout.ts';
import type { Grant, Limit, Pin } from './grant.ts';
import { scopesFor } from './scopes.ts';

/** What the configuration says about grants. */
export interface GrantRules {
  organisation: string;
  connections: readonly { id: string; workflows: Readonly<Record<Workflow, Rollout>> }[];
  /** Names of the tools, so that a limit for one that does not exist is found. */
  tools: readonly string[];
  /** For grants that bring no limits of their own; cents. */
  limits: Readonly<Record<string, Limit>>;
  /** For grants that bring none of their own; cents. */
  emergency_limit: number;
  /** True where every connection is the embedded PMS: only there a grant may come from a role's name alone. */
  sandboxOnly: boolean;
}

/** What a grant allows, as a person writes it. */
export interface Terms {
  roles: readonly string[];
  scopes: readonly string[];
  /** Empty means every property of every connection. */
  pins: readonly Pin[];
  /** Cents by tool. Where given, exactly these count; else those of the configuration. */
  limits?: Readonly<Record<string, Limit>> | undefined;
  emergency_limit?: number | undefined;
}

/** Who a grant is for. */
export type Holder = Pick<Grant, 'principal' | 'kind' | 'owner' | 'from_role'>;

/** The grant of these terms. Throws `invalid_input` naming what is unknown or cannot be meant. */
export function makeGrant(rules: GrantRules, holder: Holder, terms: Terms): Grant {
  const pinned = new Set(terms.pins.map((pin) => pin.connection));
  for (const id of pinned)
    if (!rules.connections.some((one) => one.id === id)) throw refuse('pins', `there is no connection "${id}"`);
  for (const [tool, limit] of Object.entries(terms.limits ?? {})) {
    if (!rules.tools.includes(tool)) throw refuse('limits', `there is no tool "${tool}"`);
    if (![limit.call, limit.day].every(isCents)) throw refuse('limits', `the limit of ${tool} is not an amount`);
  }
  if (terms.emergency_limit !== undefined && !isCents(terms.emergency_limit))
    throw refuse('emergency_limit', 'it is not an amount');
  return {
    organisation: rules.organisation,
    ...holder,
    scopes: scopesOf(terms),
    pins: terms.pins,
    limits: terms.limits ?? rules.limits,
    emergency_limit: terms.emergency_limit ?? rules.emergency_limit,
    rollout: furthestRollout(rules.connections.filter(({ id }) => pinned.size === 0 || pinned.has(id))),
  };
}

/**
 * The grant of a role alone, for one who works on the sandbox from this machine. Throws `not_permitted` where any
 * connection is a real PMS, and `invalid_input` for an unknown role.
 */
export function grantOfRole(rules: GrantRules, role: string): Grant {
  if (!rules.sandboxOnly)
    throw new CaretakerError(
      'not_permitted',
      'A role is only enough where every connection is the sandbox; "connections" names a real PMS.',
      { field: 'CARETAKER_API_KEY', next: 'set CARETAKER_API_KEY to a key made with "caretaker keys create"' },
    );
  const holder: Holder = { principal: `role:${role}`, kind: 'agent', owner: `role:${role}`, from_role: true };
  return makeGrant(rules, holder, { roles: [role], scopes: [], pins: [] });
}

function scopesOf(terms: Terms): Grant['scopes'] {
  try {
    const scopes = scopesFor(terms.roles, terms.scopes);
    if (scopes.size > 0) return scopes;
  } catch (error) {
    throw refuse('roles', (error as TypeError).message);
  }
  throw refuse('roles', 'a grant needs at least one role or scope');
}

function furthestRollout(connections: GrantRules['connections']): Record<Workflow, Rollout> {
  const furthest = (workflow: Workflow): Rollout =>
    ROLLOUTS[Math.max(0, ...connections.map((one) => ROLLOUTS.indexOf(one.workflows[workflow])))] ?? 'off';
  return Object.fromEntries(WORKFLOWS.map((workflow) => [workflow, furthest(workflow)])) as Record<Workflow, Rollout>;
}

function isCents(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function refuse(field: string, problem: string): CaretakerError {
  return new CaretakerError('invalid_input', `${field}: ${problem}. Nothing was changed.`, { field });
}
