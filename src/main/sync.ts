import type { Command } from 'commander';
import { CaretakerError } from '../model/errors.ts';
import { RECORD_KINDS, type RecordKind } from '../model/records.ts';
import { commonOptions, type CommonOptions, grantFor, inSession, needsScope, roleOption } from './session.ts';

interface SyncOptions extends CommonOptions {
  role?: string;
  kind?: string[];
}

export function define(command: Command): void {
  roleOption(commonOptions(command))
    .argument('[connection]', 'one connection (default: all)')
    .option('--kind <kinds...>', `only these records: ${RECORD_KINDS.join(', ')}`)
    .action(sync);
}

/** Reads the PMS again into the mirror. What was read stays where this is stopped, and the next run begins anew. */
function sync(only: string | undefined, options: SyncOptions): Promise<void> {
  return inSession(options, async ({ caretaker, output, signal }) => {
    needsScope(await grantFor(caretaker, options.role), ['portfolio:read']);
    const kinds = kindsOf(options.kind);
    const connections = caretaker.config.connections.filter(({ id }) => only === undefined || id === only);
    if (connections.length === 0)
      throw new CaretakerError('not_found', `There is no connection "${only}". Nothing was read.`);
    const { store, records } = await caretaker.engine();
    await store.ready();
    const read = [];
    for (const { id } of connections) {
      await records.refresh(id, kinds, {
        signal,
        onProgress: ({ done, total, kind }) => output.progress(done, total, `${id}: kinds read, now ${kind}`),
      });
      const fresh = await records.freshness(id);
      read.push({ connection: id, records: fresh.reduce((sum, { count }) => sum + count, 0) });
    }
    output.result(read, read.map((one) => `${one.connection}: ${one.records} records in the mirror.`).join('\n'));
  });
}

function kindsOf(names: readonly string[] | undefined): RecordKind[] | undefined {
  const unknown = names?.find((name) => !RECORD_KINDS.some((kind) => kind === name));
  if (unknown !== undefined)
    throw new CaretakerError('invalid_input', `"${unknown}" is no kind of record. Nothing was read.`, {
      field: 'kind',
      next: `take one of ${RECORD_KINDS.join(', ')}`,
    });
  return names === undefined ? undefined : RECORD_KINDS.filter((kind) => names.includes(kind));
}
