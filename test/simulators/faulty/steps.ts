import type { RetryMode, StepContext } from '../../../src/connectors/connector.ts';
import type { Command, CommandOf } from '../../../src/model/commands.ts';
import { isAppending, type Personality } from './personalities.ts';

/** One request of a command. */
export interface PlannedStep {
  name: string;
  retry: RetryMode;
  /** What the PMS is asked to do; it is a command of its own where one command takes several requests. */
  body(context: StepContext): Command;
  /** For `set_value` on what an earlier step made: how that step left it. */
  before?: Readonly<Record<string, unknown>>;
}

/** The steps of a command, in order. */
export function planOf(personality: Personality, command: Command): PlannedStep[] {
  if (personality.three_steps && command.kind === 'create_work_order') return createInThree(personality, command);
  const retry = isAppending(command) ? personality.appending : 'set_value';
  return [{ name: 'submit', retry, body: () => command }];
}

/** What a work order is created as, until the second request classifies it. */
const UNCLASSIFIED = { severity: 'routine', trade: 'general' } as const;

function createInThree({ appending }: Personality, command: CommandOf<'create_work_order'>): PlannedStep[] {
  const { property_id, severity, trade, resident_id, entry, entry_notes } = command;
  const about = (context: StepContext) => ({ property_id, work_order_id: createdIn(context) });
  const text = entry_notes ?? (resident_id === undefined ? `Entry: ${entry}` : `Resident ${resident_id}`);
  return [
    { name: 'create', retry: appending, body: () => ({ ...command, ...UNCLASSIFIED }) },
    {
      name: 'classify',
      retry: 'set_value',
      body: (context) => ({ kind: 'update_work_order', ...about(context), severity, trade }),
      before: UNCLASSIFIED,
    },
    {
      name: 'annotate',
      retry: appending,
      body: (context) => ({ kind: 'add_work_order_note', ...about(context), note: { text, is_public: false } }),
    },
  ];
}

function createdIn({ results }: StepContext): string {
  const id = results[0]?.record?.id;
  if (id === undefined) throw new RangeError('the first step has not said which work order it made');
  return id;
}
