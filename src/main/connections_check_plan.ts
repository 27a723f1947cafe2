import type { Capabilities, Support } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import type { CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { createCall } from '../tool/call.ts';
import type { Caretaker } from './caretaker.ts';
import {
  NAMED_CHAINS,
  RENEWAL,
  type TestChain,
  type TestPlace,
  type TestStep,
  WORK_ORDER_STEPS,
} from './connections_check_chains.ts';
import type { Engine } from './engine.ts';

/* Where a write test is made, and which changes it makes there. */

export interface TestRequest {
  unit: string;
  /** The connection that was asked about, where one was. */
  connection: string | undefined;
  kinds: readonly CommandKind[];
  accounts: readonly string[];
  vendor: string | undefined;
  renewal: string | undefined;
}

export interface TestOptions {
  signal: AbortSignal;
  note(text: string): void;
  onProgress(done: number, total: number | undefined, what: string): void;
}

/** The kinds that a test makes where they are named. */
export const NAMED_KINDS: readonly CommandKind[] = [
  ...new Set([WORK_ORDER_STEPS.assign, ...NAMED_CHAINS.flatMap(({ steps }) => steps)].map(({ kind }) => kind)),
];

/** Resolves the unit under the grant, as tools do. Throws `not_found`, and `invalid_input` for another connection's. */
export async function placeOf(
  { config }: Caretaker,
  engine: Engine,
  grant: Grant,
  { unit: given, connection, accounts, vendor, renewal }: TestRequest,
  { signal, onProgress }: TestOptions,
): Promise<TestPlace> {
  const call = createCall({ config, ...engine }, grant, engine.store.clock(), {
    signal,
    progress: (done, total, message) => onProgress(done, total, message ?? 'reading'),
  });
  await call.load();
  const isWhole = connection === undefined || config.connections.length === 1 || given.startsWith(`${connection}:`);
  const unit = await call.records.get('unit', isWhole ? given : `${connection}:${given}`, 'write-test');
  if (connection !== undefined && unit.connection !== connection)
    throw new CaretakerError('invalid_input', `This unit is not of connection "${connection}". Nothing was changed.`, {
      field: 'write-test',
    });
  const property = await call.records.linked(unit, 'property', unit.record.property_id);
  if (property === undefined) throw new CaretakerError('not_found', 'The property of this unit is not known.');
  const name = new Date(engine.store.clock()).toISOString().slice(0, 19).replace('T', ' ');
  return { call, unit, property, accounts, vendor, renewal, name };
}

/** The chains of a request: the work order's, or those of the kinds that are named. Throws `invalid_input` where one lacks what it needs. */
export function chainsFor({ kinds, accounts, vendor, renewal }: TestRequest, capabilities: Capabilities): TestChain[] {
  const { create, assign, cancel } = WORK_ORDER_STEPS;
  const assigns = kinds.includes('assign_work_order');
  const workOrder: TestChain = {
    warning: `creates a work order on the unit${assigns ? ', assigns it to the vendor, whom the PMS may tell,' : ''}${
      closesThere(capabilities) ? ' and cancels it' : ', which a person has to close there afterwards'
    }`,
    steps: assigns ? [create, assign, cancel] : [create, cancel],
    needs: { vendor: assigns },
  };
  const named = NAMED_CHAINS.filter(({ steps }) => steps.some(({ kind }) => kinds.includes(kind)));
  const chains = [
    ...(kinds.length === 0 || assigns ? [workOrder] : []),
    ...named.map((chain) =>
      renewal !== undefined && chain.steps[0]?.kind === 'update_lease'
        ? RENEWAL
        : onlyWhatIsAsked(chain, kinds, capabilities),
    ),
  ];
  for (const { needs = {}, steps } of chains) {
    const names = [...new Set(steps.map(({ kind }) => kind))].join(' and ');
    if ((needs.accounts ?? 0) > accounts.length)
      throw missing('account', `${names} takes ${needs.accounts === 1 ? 'an --account' : 'two --account'} of the PMS`);
    if (needs.vendor === true && vendor === undefined) throw missing('vendor', `${names} takes a --vendor of the PMS`);
  }
  return chains;
}

/** Whether a work order that is cancelled here is so in the PMS too. */
function closesThere({ commands, records }: Capabilities): boolean {
  const isSent = (support: Support | undefined) => support === 'native' || support === 'mapped';
  return isSent(commands.update_work_order.support) && isSent(records.work_order?.fields['status']?.support);
}

/** A posting is taken back where that is asked for and the PMS can; where it cannot, the warning says so. */
function onlyWhatIsAsked(chain: TestChain, kinds: readonly CommandKind[], { commands }: Capabilities): TestChain {
  const [first, ...rest] = chain.steps as [TestStep, ...TestStep[]];
  const isPossible =
    commands[first.kind].reversible !== false && rest.every(({ kind }) => commands[kind].support !== 'unsupported');
  const taken = rest.filter(({ kind }) => kind === first.kind || (isPossible && kinds.includes(kind)));
  const end =
    taken.length > 0
      ? ' and takes it back'
      : isPossible
        ? `, which stays: ${rest[0]?.kind} was not asked for`
        : ', which cannot be undone by API: a person has to do it in the PMS';
  return { ...chain, steps: [first, ...taken], warning: `${chain.warning}${first.kind === 'update_lease' ? '' : end}` };
}

function missing(field: string, what: string): CaretakerError {
  return new CaretakerError('invalid_input', `${what}. Nothing was changed.`, { field });
}
