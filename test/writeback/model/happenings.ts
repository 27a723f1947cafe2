import fc from 'fast-check';
import { LATE_COMMIT_MS, type ReadFault, type SendFault } from './pms.ts';
import { DAY_MS, PROCESSES } from './world.ts';

/*
 * What may happen in a run, as plain values that fast-check draws and makes smaller.
 */

const WHAT = ['work_order', 'charge', 'update', 'note', 'note_on_new'] as const;

/** What a caller asks for. */
export interface Wish {
  what: (typeof WHAT)[number];
  /** Which of a few records or texts: equal numbers make equal commands. */
  which: number;
  insists: boolean;
  needs_approval: boolean;
  /** How long it makes sense to send it. */
  lasts: number;
  /** Whether the caller waits for the outcome. */
  waits: boolean;
}

/** Where a process may be stopped: wherever it is, or right before an operation. */
const PLACES = ['anywhere', 'send', 'answer to send', 'answer to locate', 'transaction'] as const;

export type Happening =
  | { do: 'submit'; process: number; wish: Wish; flow: number }
  | { do: 'replay'; process: number; which: number }
  | { do: 'sweep'; after: number; process: number; flow: number }
  | { do: 'decide'; process: number; which: number; approve: boolean }
  | { do: 'withdraw'; process: number; which: number }
  | { do: 'release'; which: number }
  | { do: 'flow'; count: number; order: number }
  | { do: 'send_fault'; fault: SendFault }
  | { do: 'read_fault'; fault: ReadFault }
  | { do: 'rules_change' }
  | { do: 'crash'; process: number }
  | { do: 'restart'; process: number }
  | { do: 'hold'; process: number; at: (typeof PLACES)[number]; how: 'paused' | 'asleep' }
  | { do: 'go_on'; process: number }
  | { do: 'pass'; ms: number }
  | { do: 'jump'; days: number };

const small = (max: number) => fc.nat({ max });
const process = small(PROCESSES - 1);
const flow = fc.oneof(fc.constant(0), fc.constant(60), small(12));

/** Often none; else past a lease, past settling, past an approval, past the life of a key. */
const waiting = fc.oneof(fc.constant(0), fc.constantFrom(21_000, 47_000, 60_000, 3_700_000, DAY_MS));

const sendFault: fc.Arbitrary<SendFault> = fc.oneof(
  ...(
    [
      'answer_lost',
      'answer_lost',
      'request_lost',
      'request_lost',
      'unavailable',
      'rate_limited',
      'refused',
      'hangs',
      'answer_broken',
      'answer_of_another',
      'needs_override',
    ] as const
  ).map((how) => fc.constant({ how })),
  ...[1, 10_000, LATE_COMMIT_MS, LATE_COMMIT_MS].map((after) => fc.constant({ how: 'late' as const, after })),
);

const PASSING = [
  50,
  1_000,
  4_000,
  6_000,
  10_000,
  21_000,
  30_000,
  45_000,
  60_000,
  600_000,
  3_700_000,
  25_200_000,
  DAY_MS,
];

/** Everything that may happen, the ordinary more often than the rare. */
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      process,
      wish: fc.record({
        what: fc.constantFrom(...WHAT),
        which: small(2),
        insists: fc.boolean(),
        needs_approval: small(5).map((n) => n === 5),
        lasts: fc.constantFrom(DAY_MS, DAY_MS, 600_000, 3 * DAY_MS),
        waits: fc.boolean(),
      }),
      flow,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay' as const), process, which: small(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('sweep' as const), after: waiting, process, flow }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      process,
      which: small(3),
      approve: small(3).map((n) => n > 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), process, which: small(7) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), which: small(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('flow' as const), count: small(40), order: small(1_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send_fault' as const), fault: sendFault }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read_fault' as const),
      fault: fc.constantFrom('stale' as const, 'stale' as const, 'unavailable' as const, 'misconfigured' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'rules_change' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), process }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), process }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      process,
      at: fc.constantFrom(...PLACES),
      how: fc.constantFrom('paused' as const, 'asleep' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go_on' as const), process }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(...PASSING) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), days: fc.constantFrom(1, -1) }) },
);
