import {
  END_STATES,
  eventsIn,
  PROTOCOL,
  WRITE_STATES,
  type WriteEvent,
  type WriteState,
} from '../src/writeback/states.ts';

/** What each state means to somebody who reads `list_writes`. */
const MEANINGS: Readonly<Record<WriteState, string>> = {
  recorded: 'The change is on disk. Nothing was decided or sent.',
  awaiting_approval: 'A person has to decide. Nothing has changed in the PMS.',
  ready: 'May be sent as soon as no earlier write on the same record is under way, and the PMS can be reached.',
  sending: 'A request may be on its way. This was committed before its first byte.',
  sent: 'A step was answered. The record is read back, or the next step follows.',
  unknown: 'Nobody knows whether the last request had its effect. It is looked for before anything is sent again.',
  needs_attention: 'A machine cannot find out. A person looks in the PMS and says what happened.',
  done: 'The record was found in the PMS and every field that can be read was compared.',
  failed: 'It is proved that nothing was applied.',
  rejected: 'A person said no.',
  expired: 'Nobody decided in time, or the change came too late to make sense.',
  withdrawn: 'Taken back before anything was sent.',
  shadowed: 'Recorded to show what would have been sent. It is never sent later.',
};

/** When each event happens. */
const EVENTS: Readonly<Record<WriteEvent, string>> = {
  accept: 'No person has to decide.',
  ask_person: 'Risk, a limit, the rules of the trade or the PMS itself ask for a decision by a person.',
  shadow: 'The connection is not live yet for this kind of work, or has not been shown to carry it out.',
  approve: 'A person who may decide said yes.',
  reject: 'A person who may decide said no.',
  withdraw: 'Whoever asked for it took it back.',
  run_out: 'Its time was over before anything was sent.',
  take: 'A process takes a lease on it and journals the request, in one transaction, before the first byte.',
  wait: 'Nothing can be done now; it is looked at again at the time that is set.',
  give_back: 'It is certain that the PMS has not looked at the request: nothing left, or the PMS said so.',
  answer: 'The PMS answered that the step is done.',
  lose: 'No answer, an answer that says nothing, a sender that is gone, or an idempotency key that has died.',
  find: 'The effect was found in the PMS.',
  allow_again: 'Its absence is proved, or a living idempotency key keeps a second effect from happening.',
  refuse: 'The rules or the PMS refused it, and it is proved that nothing was applied.',
  prove: 'The record was read back and compared.',
  doubt: 'A machine cannot find out, or cannot go on.',
  happened: 'A person found that the PMS has carried it out.',
  did_not_happen: 'A person found that the PMS has not carried it out.',
};

/** A Mermaid state diagram of all transitions. */
export function stateDiagram(): string {
  const edges = WRITE_STATES.flatMap((from) =>
    eventsIn(from)
      .filter(([, to]) => to !== from)
      .map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const ends = END_STATES.map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> recorded', ...edges, ...ends, '```'].join('\n');
}

/** The page on the states of a write. */
export function statePage(): string {
  const states = WRITE_STATES.map((state) => {
    const next = eventsIn(state).map(([event, to]) => `${event} → \`${to}\``);
    return `| \`${state}\` | ${MEANINGS[state]} | ${next.join(', ') || 'end'} |`;
  });
  const events = Object.entries(EVENTS).map(([event, meaning]) => {
    const where = WRITE_STATES.filter((state) => Object.hasOwn(PROTOCOL[state], event));
    return `| ${event} | ${meaning} | ${where.map((state) => `\`${state}\``).join(', ')} |`;
  });
  return `# States of a write

Generated from \`src/writeback/states.ts\` by \`npm run docs\`. The ledger refuses every event that is not in this table.

${stateDiagram()}

| State | Meaning | What may happen |
|---|---|---|
${states.join('\n')}

| Event | When | In |
|---|---|---|
${events.join('\n')}
`;
}
