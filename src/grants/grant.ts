import type { Rollout, Workflow } from '../model/rollout.ts';
import { type Scope, workflowOf } from './scopes.ts';

/** A property that a grant is held to. */
export interface Pin {
  connection: string;
  property_id: string;
}

/** Money a principal may move without a person, in cents: per call and per property-local day. Both default to 0. */
export interface Limit {
  call: number;
  day: number;
}

/** Who may do what. Comes from a key, a token or the configuration, never from a call. */
export interface Grant {
  organisation: string;
  /** Who acts; requests, limits and "by me" count under this name. */
  principal: string;
  kind: 'person' | 'agent';
  /** The person who answers for it; may not decide approvals that it asked for. */
  owner: string;
  scopes: ReadonlySet<Scope>;
  /** Empty means every property of every connection. */
  pins: readonly Pin[];
  /** By tool name; a money tool that is not here waits for a person at any amount. */
  limits: Readonly<Record<string, Limit>>;
  /** What an emergency dispatch may cost before anybody is asked, in cents. */
  emergency_limit: number;
  /** The furthest rollout of each workflow over the grant's connections. */
  rollout: Readonly<Record<Workflow, Rollout>>;
  /** True where the key was made by the command line's `--role`, which may not decide anything. */
  from_role: boolean;
}

/** What visibility needs to know of a tool. */
export interface GrantedTool {
  name: string;
  scope: Scope;
  risk: 'read' | 'write' | 'money' | 'legal';
  /** True for what only Caretaker holds: handing a case to a person works however far the rollout is. */
  needs_no_pms?: boolean;
}

/**
 * The tools that a grant can see, in the catalogue's order. The one rule behind `tools/list`, the check at `tools/call`,
 * the documentation and `caretaker tools`. Without a grant there are no tools.
 */
export function visibleTools<T extends GrantedTool>(catalogue: readonly T[], grant: Grant | undefined): readonly T[] {
  if (grant === undefined) return [];
  return catalogue.filter((tool) => {
    if (!grant.scopes.has(tool.scope)) return false;
    const workflow = workflowOf(tool.scope);
    if (workflow === undefined && (tool.risk === 'read' || tool.needs_no_pms === true)) return true;
    // What belongs to no workflow is as far along as the furthest of them.
    const rollouts = workflow === undefined ? Object.values(grant.rollout) : [grant.rollout[workflow]];
    return rollouts.some(
      (rollout) => rollout === 'shadow' || rollout === 'live' || (rollout === 'read' && tool.risk === 'read'),
    );
  });
}

/** Whether a property lies within the grant. Records without a property (vendors, GL accounts) always do. */
export function allowsProperty(grant: Grant, connection: string, propertyId: string | undefined): boolean {
  if (grant.pins.length === 0) return true;
  if (propertyId === undefined) return grant.pins.some((pin) => pin.connection === connection);
  return grant.pins.some((pin) => pin.connection === connection && pin.property_id === propertyId);
}

/** The property that a grant with exactly one pin injects into calls. */
export function singlePin(grant: Grant): Pin | undefined {
  return grant.pins.length === 1 ? grant.pins[0] : undefined;
}
