/**
 * The protocol of a write: in each state, the events that may happen to it and the state that follows. It is the only
 * place where a change of state is allowed. The ledger asks it for every update, the model-based test explores it, and
 * `docs/write-states.md` is drawn from it.
 */
export const PROTOCOL = {
  /** The intent is committed, nothing has been decided or sent. */
  recorded: { accept: 'ready', ask_person: 'awaiting_approval', shadow: 'shadowed', doubt: 'needs_attention' },
  /** A person has to decide. */
  awaiting_approval: {
    approve: 'ready',
    reject: 'rejected',
    run_out: 'expired',
    withdraw: 'withdrawn',
    wait: 'awaiting_approval',
    doubt: 'needs_attention',
  },
  /** May be sent as soon as no earlier write on the same record is under way. */
  ready: {
    take: 'sending',
    wait: 'ready',
    refuse: 'failed',
    run_out: 'expired',
    withdraw: 'withdrawn',
    lose: 'unknown',
    doubt: 'needs_attention',
  },
  /** A request may be on its way: committed before its first byte. */
  sending: {
    answer: 'sent',
    give_back: 'ready',
    lose: 'unknown',
    refuse: 'failed',
    ask_person: 'awaiting_approval',
    doubt: 'needs_attention',
  },
  /** A step was answered; it is read back, or the next step follows. */
  sent: { take: 'sending', prove: 'done', wait: 'sent', lose: 'unknown', doubt: 'needs_attention' },
  /** Nobody knows whether the last request had its effect: it is looked for before anything is sent again. */
  unknown: {
    find: 'sent',
    allow_again: 'ready',
    wait: 'unknown',
    refuse: 'failed',
    doubt: 'needs_attention',
  },
  /** What cannot be known by machine: a person finds out and says so. */
  needs_attention: { happened: 'done', did_not_happen: 'failed' },
  done: {},
  /** Proved not applied. */
  failed: {},
  rejected: {},
  expired: {},
  withdrawn: {},
  /** Recorded to show what would have been sent; never sent later. */
  shadowed: {},
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type WriteState = keyof typeof PROTOCOL;
export const WRITE_STATES = Object.keys(PROTOCOL) as WriteState[];

type EventIn<State> = State extends WriteState ? keyof (typeof PROTOCOL)[State] : never;
/** What may happen to a write. */
export type WriteEvent = EventIn<WriteState>;

/** The events that are possible in a state, each with the state that follows. */
export function eventsIn(state: WriteState): [WriteEvent, WriteState][] {
  return Object.entries(PROTOCOL[state]) as [WriteEvent, WriteState][];
}

/** The state that follows an event. Throws on an event that is not in the table, whatever the caller believes. */
export function after(state: WriteState, event: WriteEvent): WriteState {
  const row: Readonly<Record<string, WriteState>> = PROTOCOL[state];
  const next = Object.hasOwn(row, event) ? row[event] : undefined;
  if (next === undefined) throw new RangeError(`"${event}" cannot happen to a write that is ${state}`);
  return next;
}

/** States in which a write is over. */
export const END_STATES = WRITE_STATES.filter((state) => eventsIn(state).length === 0);

/** States in which something is still to be done without a person's finding. */
export const OPEN_STATES = WRITE_STATES.filter((state) => !END_STATES.includes(state) && state !== 'needs_attention');

/** Ended without an effect: a new request id is needed to try again. */
export const SPENT_STATES: readonly WriteState[] = ['failed', 'rejected', 'expired', 'withdrawn'];

/** States in which a request may be under way, so that nothing else may be sent for the same record. */
export const IN_FLIGHT_STATES: readonly WriteState[] = ['sending', 'sent', 'unknown'];

/** A stored state read back. Throws on one that does not exist, so that a damaged row is never acted on. */
export function parseState(text: string): WriteState {
  if (!Object.hasOwn(PROTOCOL, text)) throw new RangeError(`the ledger holds an unknown write state`);
  return text as WriteState;
}
