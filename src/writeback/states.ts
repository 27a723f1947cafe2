/**
 * The life of a write. This table is the only place where a change of state is allowed; the ledger checks every update
 * against it and `docs/write-states.md` is drawn from it.
 */
export const TRANSITIONS = {
  /** The intent is committed, nothing has been decided or sent. */
  recorded: ['awaiting_approval', 'ready', 'shadowed'],
  /** A person has to decide. */
  awaiting_approval: ['ready', 'rejected', 'expired', 'withdrawn'],
  /** May be sent as soon as no earlier write on the same record is under way. */
  ready: ['sending', 'failed', 'expired', 'withdrawn', 'needs_attention'],
  /** A request may be on its way: committed before its first byte. */
  sending: ['sent', 'ready', 'unknown', 'failed', 'awaiting_approval', 'needs_attention'],
  /** A step was answered; it is read back, or the next step follows. */
  sent: ['sending', 'done', 'unknown', 'needs_attention'],
  /** Nobody knows whether the last request had its effect: it is looked for before anything is sent again. */
  unknown: ['sent', 'ready', 'failed', 'needs_attention'],
  /** What cannot be known by machine: a person finds out and says so. */
  needs_attention: ['done', 'failed'],
  done: [],
  /** Proved not applied. */
  failed: [],
  rejected: [],
  expired: [],
  withdrawn: [],
  /** Recorded to show what would have been sent; never sent later. */
  shadowed: [],
} as const satisfies Record<string, readonly string[]>;

export type WriteState = keyof typeof TRANSITIONS;
export const WRITE_STATES = Object.keys(TRANSITIONS) as WriteState[];

/** States in which a write is over. */
export const END_STATES = WRITE_STATES.filter((state) => TRANSITIONS[state].length === 0);

/** Ended without an effect: a new request id is needed to try again. */
export const SPENT_STATES: readonly WriteState[] = ['failed', 'rejected', 'expired', 'withdrawn'];

/** States in which a request may be under way, so that nothing else may be sent for the same record. */
export const IN_FLIGHT_STATES: readonly WriteState[] = ['sending', 'sent', 'unknown'];

/** Whether one state may follow another directly. */
export function mayFollow(from: WriteState, to: WriteState): boolean {
  return (TRANSITIONS[from] as readonly WriteState[]).includes(to);
}

/** A stored state read back. Throws on one that does not exist, so that a damaged row is never acted on. */
export function parseState(text: string): WriteState {
  if (!Object.hasOwn(TRANSITIONS, text)) throw new RangeError(`the ledger holds an unknown write state`);
  return text as WriteState;
}
