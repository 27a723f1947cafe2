import type { CommandCapability, Evidence, RetryMode } from '../connector.ts';

/** A command that the PMS carries out in these steps, at the cost of so many requests at most. */
export function native(
  steps: Readonly<Record<string, RetryMode>>,
  requests: number,
  more: Partial<CommandCapability> = {},
): CommandCapability {
  return {
    support: 'native',
    evidence: 'seen',
    steps: Object.entries(steps).map(([name, retry]) => ({ name, retry })),
    requests,
    ...more,
  };
}

/** A command of which the PMS hears nothing, because it has no place for any of it. */
export function keptBeside(reason: string): CommandCapability {
  return { support: 'sidecar', evidence: 'seen', steps: [], reason };
}

/** A command that nobody can have carried out over the interface; the reason says what to do instead. */
export function unsupported(reason: string, evidence: Evidence = 'seen'): CommandCapability {
  return { support: 'unsupported', evidence, steps: [], reason };
}
