import type { Grant } from '../../src/grants/grant.ts';
import { scopesFor } from '../../src/grants/scopes.ts';

/** An agent that may ask for anything. Without limits every charge of it waits for a person. */
export const AGENT: Grant = {
  organisation: 'org',
  principal: 'agent-1',
  kind: 'agent',
  owner: 'owner-1',
  scopes: scopesFor(['property_manager'], []),
  pins: [],
  limits: {},
  emergency_limit: 0,
  rollout: { maintenance: 'live', leasing: 'live', accounting: 'live' },
  from_role: false,
};

/** A person who decides. */
export function personNamed(name: string): Grant {
  return { ...AGENT, principal: name, owner: name, kind: 'person', scopes: scopesFor(['admin'], []) };
}
