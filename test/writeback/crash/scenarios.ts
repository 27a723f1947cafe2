import { type Command, parseCommand } from '../../../src/model/commands.ts';
import { type Cast, validCommands } from '../../connectors/sandbox/cast.ts';
import type { PersonalityName } from '../../simulators/faulty/personalities.ts';
import type { FaultySimulator } from '../../simulators/faulty/start.ts';

/** A change that is carried out again and again, each time killed one boundary later. */
export interface Scenario {
  name: string;
  personality: PersonalityName;
  approve?: boolean;
  /** The command of one round; what a round changes is no other round's. */
  command(cast: Cast, round: number, simulator: FaultySimulator): Promise<Command>;
}

async function newOrder(cast: Cast, round: number): Promise<Command> {
  const create = validCommands(cast).create_work_order;
  return parseCommand({ ...create, title: `Leak ${round}`, description: `Leak ${round} under the sink` });
}

/** An update of a work order that somebody in the PMS has just made. */
async function updateOf(cast: Cast, round: number, simulator: FaultySimulator, fields: object): Promise<Command> {
  const { id } = await simulator.staff({ submit: await newOrder(cast, round) });
  return parseCommand({ kind: 'update_work_order', property_id: cast.property.id, work_order_id: id, ...fields });
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a create with a key', personality: 'key', command: newOrder },
  { name: 'a create with a marker', personality: 'marker', command: newOrder },
  { name: 'a create found by what is in it', personality: 'natural_key', command: newOrder },
  { name: 'a create answered without its id', personality: 'no_ids', command: newOrder },
  { name: 'a create that nothing can find', personality: 'short_field', command: newOrder },
  { name: 'a create in three steps', personality: 'three_steps', command: newOrder },
  {
    name: 'an update that sets a value',
    personality: 'marker',
    command: (cast, round, simulator) => updateOf(cast, round, simulator, { status: 'in_progress' }),
  },
  {
    name: 'an update that adds a note',
    personality: 'marker',
    command: (cast, round, simulator) =>
      updateOf(cast, round, simulator, { note: { text: `Called ${round}`, is_public: false } }),
  },
  {
    name: 'a charge that a person approves',
    personality: 'marker',
    approve: true,
    command: async (cast, round) => parseCommand({ ...validCommands(cast).post_charge, amount: 10_000 + round }),
  },
];
