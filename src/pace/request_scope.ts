import { AsyncLocalStorage } from 'node:async_hooks';
import type { Permit, Priority } from './pace.ts';

/** What is known of the requests that a piece of work makes. */
export interface RequestScope {
  priority: Priority;
  /** Leave that was taken beforehand, for the first request. */
  permit?: Permit;
  /** Looked at right before the first byte: whether the sender may still send. */
  may_send?: () => boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Whoever asks in no scope waits for an answer like anybody else. */
const ORDINARY: RequestScope = { priority: 2 };

/**
 * Runs work whose requests to a PMS are made under `scope`. It is ambient because the port to a connector hands on a
 * signal and nothing else: a connector neither knows nor decides how urgent its requests are, or whether its sender still
 * holds the lease.
 */
export function inRequestScope<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of the work that is under way. */
export function requestScope(): RequestScope {
  return scopes.getStore() ?? ORDINARY;
}

/** The leave that was taken beforehand, for whoever uses it or gives it back: it serves once. */
export function takePermit(): Permit | undefined {
  const scope = requestScope();
  const { permit } = scope;
  delete scope.permit;
  return permit;
}

/**
 * Runs work whose outcome others may wait for, more urgent ones among them: its requests go before all others. Leave of
 * the scope that it does not use stays there.
 */
export async function aheadOfOthers<T>(work: () => Promise<T>): Promise<T> {
  const scope = requestScope();
  const permit = takePermit();
  const ahead: RequestScope = { ...scope, priority: 0, ...(permit !== undefined && { permit }) };
  try {
    return await inRequestScope(ahead, work);
  } finally {
    if (ahead.permit !== undefined) scope.permit = ahead.permit;
  }
}
