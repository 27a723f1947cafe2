import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { World } from '../../shared/vendor.ts';
import type { AppfolioTables } from '../tables.ts';
import { moneyState } from './money.ts';
import { peopleState } from './people.ts';
import { placesState } from './places.ts';
import { workState } from './work.ts';

/** The database in canonical form, as far as the API lets one see it. */
export function stateOf(world: World<AppfolioTables>): Partial<SandboxState> {
  return { ...placesState(world), ...peopleState(world), ...moneyState(world), ...workState(world) };
}
