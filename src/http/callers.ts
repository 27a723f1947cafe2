import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';
import type { Host } from '../mcp/host.ts';

/**
 * Carries a grant through the SDK, which knows callers as `AuthInfo`: made once per grant, and led back to the grant by
 * identity. The token itself goes no further than the check at the door.
 */
export class Callers<G extends object> {
  readonly #host: Pick<Host<G>, 'principal' | 'scopes'>;
  readonly #infos = new WeakMap<G, AuthInfo>();
  readonly #grants = new WeakMap<AuthInfo, G>();

  constructor(host: Pick<Host<G>, 'principal' | 'scopes'>) {
    this.#host = host;
  }

  infoOf(grant: G): AuthInfo {
    const known = this.#infos.get(grant);
    if (known) return known;
    const info = { token: '', clientId: this.#host.principal(grant), scopes: [...this.#host.scopes(grant)] };
    this.#infos.set(grant, info);
    this.#grants.set(info, grant);
    return info;
  }

  readonly grantOf = (context: ServerContext): G => {
    const info = context.http?.authInfo;
    const grant = info && this.#grants.get(info);
    if (!grant) throw new Error('A request reached a handler without having been authenticated');
    return grant;
  };
}
