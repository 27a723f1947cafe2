import { END_STATES, TRANSITIONS, WRITE_STATES, type WriteState } from '../src/writeback/states.ts';

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

/** A Mermaid state diagram of all transitions. */
export function stateDiagram(): string {
  const edges = WRITE_STATES.flatMap((from) => TRANSITIONS[from].map((to) => `  ${from} --> ${to}`));
  const ends = END_STATES.map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> recorded', ...edges, ...ends, '```'].join('\n');
}

/** The page on the states of a write. */
export function statePage(): string {
  const rows = WRITE_STATES.map((state) => {
    const next = TRANSITIONS[state].map((to) => `\`${to}\``).join(', ');
    return `| \`${state}\` | ${MEANINGS[state]} | ${next || 'end'} |`;
  });
  return `# States of a write

Generated from \`src/writeback/states.ts\` by \`npm run docs\`. The ledger refuses every change of state that is not in this
table.

${stateDiagram()}

| State | Meaning | May be followed by |
|---|---|---|
${rows.join('\n')}
`;
}
