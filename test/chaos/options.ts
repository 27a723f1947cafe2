import { parseArgs } from 'node:util';
import { PERSONALITY_NAMES, type PersonalityName } from '../simulators/faulty/personalities.ts';

export interface ChaosOptions {
  /** How many changes are asked for; with `seconds`, as many as that time allows. */
  writes: number;
  seconds?: number;
  /** How often a server is killed, and how often one is stopped for longer than its leases last. */
  kills: number;
  pauses: number;
  /** Share of the write requests to the PMS that meet a fault. */
  fault_rate: number;
  servers: number;
  /** How many callers ask at once. */
  callers: number;
  /** How many waiting approvals a person decides at most; the others are left. */
  decisions: number;
  seed: number;
  personality: PersonalityName;
}

/** What the command line asks for. `store` is undefined for a SQLite file of its own. Throws on arguments that do not fit. */
export function parseOptions(args: readonly string[]): { options: ChaosOptions; store: string | undefined } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ writes: text, kills: text, pauses: text, 'fault-rate': text, store: text, seed: text },
      ...{ servers: text, personality: text, for: text, callers: text, decisions: text },
    },
  });
  const number = (name: string, given: string | undefined, otherwise: number): number => {
    const value = given === undefined ? otherwise : Number(given);
    if (!(value >= 0)) throw new RangeError(`--${name} takes a number`);
    return value;
  };
  const personality = PERSONALITY_NAMES.find((name) => name === (values.personality ?? 'marker'));
  if (personality === undefined) throw new RangeError(`--personality is one of ${PERSONALITY_NAMES.join(', ')}`);
  const writes = number('writes', values.writes, 1_000);
  const options = {
    writes,
    kills: number('kills', values.kills, 10),
    pauses: number('pauses', values.pauses, writes < 2_000 ? 0 : 2),
    fault_rate: number('fault-rate', values['fault-rate'], 0.2),
    servers: number('servers', values.servers, values.store === undefined ? 3 : 4),
    callers: number('callers', values.callers, 24),
    decisions: number('decisions', values.decisions, 10),
    seed: number('seed', values.seed, Math.floor(Math.random() * 2 ** 31)),
    personality,
    ...(values.for !== undefined && { seconds: number('for', values.for, 0) }),
  };
  return { options, store: values.store };
}
