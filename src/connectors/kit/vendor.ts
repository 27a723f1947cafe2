import type { Command, CommandKind, CommandOf } from '../../model/commands.ts';
import type { RecordKind, RecordOf } from '../../model/records.ts';
import {
  VendorError,
  type Capabilities,
  type Connector,
  type ListQuery,
  type Located,
  type Page,
  type Step,
  type StepContext,
  type StepRequest,
  type StepResult,
} from '../connector.ts';

/** How records of one kind are read. */
export interface Reader<K extends RecordKind> {
  get(scope: string, id: string, signal?: AbortSignal): Promise<RecordOf<K> | undefined>;
  list(query: ListQuery, signal?: AbortSignal): Promise<Page<K>>;
}

/** One step of a command, with everything that the ledger wants to know of it. */
export interface PlannedStep extends Step {
  /** What sends it: the name of an entry in the vendor's `operations`. */
  operation: string;
  /** What is sent, without secrets. It may read the PMS before (GET, merge, PUT). */
  prepare(context: StepContext): Promise<StepRequest> | StepRequest;
  /** Looks for its effect. */
  locate(request: StepRequest, context: StepContext, signal?: AbortSignal): Promise<Located>;
}

/** The steps of a command. Throws `VendorError` `unsupported` for a form of it that the PMS cannot do. */
export type Plan<K extends CommandKind> = (command: CommandOf<K>) => readonly PlannedStep[];

/** Sends a prepared request, once, and reads its answer. Throws `VendorError`. */
export type Operation = (request: StepRequest, signal: AbortSignal) => Promise<StepResult>;

/** Everything that one vendor is made of. What the capabilities call unsupported needs no part here. */
export interface VendorParts extends Pick<Connector, 'tables' | 'check' | 'valueLists' | 'receive'> {
  capabilities: Capabilities;
  /** Default: none, `['']`. */
  scopes?: Connector['scopes'];
  readers: { readonly [K in RecordKind]?: Reader<K> };
  plans: { readonly [K in CommandKind]?: Plan<K> };
  operations: Readonly<Record<string, Operation>>;
  close?: Connector['close'];
}

/** A connector out of a vendor's parts. Whatever the parts do not have is refused by name, never answered with nothing. */
export function createVendor(parts: VendorParts): Connector {
  const { capabilities, readers, plans, operations } = parts;

  function readerOf<K extends RecordKind>(kind: K): Reader<K> {
    const reader = readers[kind] as Reader<K> | undefined;
    if (reader === undefined)
      throw new VendorError('unsupported', `${capabilities.pms} has no ${kind.replaceAll('_', ' ')} that can be read.`);
    return reader;
  }

  function stepsOf(command: Command): readonly PlannedStep[] {
    const { support, reason } = capabilities.commands[command.kind];
    const plan = plans[command.kind] as Plan<CommandKind> | undefined;
    if (plan === undefined || support === 'unsupported')
      throw new VendorError(
        'unsupported',
        reason ?? `${capabilities.pms} cannot ${command.kind.replaceAll('_', ' ')} over its API.`,
      );
    return plan(command);
  }

  function stepOf(command: Command, index: number): PlannedStep {
    const step = stepsOf(command)[index];
    if (step === undefined) throw new RangeError(`${command.kind} has no step ${index}`);
    return step;
  }

  return {
    capabilities,
    scopes: parts.scopes ?? (() => Promise.resolve([''])),
    get: async (kind, scope, id, signal) => readerOf(kind).get(scope, id, signal),
    list: async <K extends RecordKind>(kind: K, query: ListQuery, signal?: AbortSignal): Promise<Page<K>> =>
      readerOf(kind).list(query, signal),
    compile: (command) =>
      stepsOf(command).map(({ name, retry, makes_record }) => ({ name, retry, ...(makes_record && { makes_record }) })),
    async prepare(command, step, context) {
      const planned = stepOf(command, step);
      return { operation: planned.operation, ...(await planned.prepare(context)) };
    },
    async send(request, signal) {
      const name = String(request['operation']);
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation === undefined)
        throw new VendorError('refused', 'This version of Caretaker does not know the request. Nothing was sent.');
      return operation(request, signal);
    },
    locate: async (command, step, request, context, signal) => stepOf(command, step).locate(request, context, signal),
    ...(parts.tables && { tables: parts.tables }),
    ...(parts.check && { check: parts.check }),
    ...(parts.valueLists && { valueLists: parts.valueLists }),
    ...(parts.receive && { receive: parts.receive }),
    close: parts.close ?? (() => Promise.resolve()),
  };
}
