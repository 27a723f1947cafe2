import { randomUUID } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';

/** A place in the portfolio that work can be reported for. */
export interface Place {
  property_id: string;
  unit_id: string;
}

const folders = new Set<string>();
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new folder with a configuration; it is removed at the end. */
export function folderWith(config: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-bench-'));
  folders.add(folder);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'caretaker.config.json'), JSON.stringify(config));
  return folder;
}

/** A new folder with a configuration of one sandbox connection of the given size; it is removed at the end. */
export function dataFolder(units: number): string {
  return folderWith({ connections: [{ id: 'sandbox', pms: 'sandbox', units }] });
}

/** Lays out the portfolio of a data folder, adds `open` open work orders, and says where its units are. */
export async function layOut(
  folder: string,
  units: number,
  open = 0,
): Promise<{ places: Place[]; seed_ms: number; vendor_ids: string[] }> {
  const sandbox = createSandbox({ file: join(folder, 'data/sandbox-pms.db'), clock: Date.now, seed: 1, units });
  try {
    const begun = performance.now();
    await sandbox.list('unit', { limit: 1 });
    const seed_ms = performance.now() - begun;
    const { unit, vendor } = await sandbox.state();
    const places = unit.map(({ id, property_id }) => ({ property_id, unit_id: id }));
    const vendor_ids = vendor.map(({ id }) => id);
    await addWorkOrders(sandbox, places, open);
    return { places, seed_ms, vendor_ids };
  } finally {
    await sandbox.close();
  }
}

/** Arguments of calls that all report something else; `from` keeps them apart from those of other rounds. */
export function reports(places: readonly Place[], from: number, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_none, index) => {
    const number = from + index;
    return {
      request_id: randomUUID(),
      ...(places[(number * 7) % places.length] as Place),
      description: `Kitchen tap number ${number} drips. It has dripped since yesterday and the cabinet below is damp.`,
      entry: 'call_first',
    };
  });
}

async function addWorkOrders(
  sandbox: ReturnType<typeof createSandbox>,
  places: readonly Place[],
  count: number,
): Promise<void> {
  const make = async (number: number): Promise<void> => {
    const place = places[number % places.length] as Place;
    const command = {
      kind: 'create_work_order' as const,
      ...place,
      title: `Cabinet door ${number} is loose`,
      description: `Cabinet door ${number} is loose and does not close.`,
      trade: 'general' as const,
      severity: 'routine' as const,
      entry: 'yes' as const,
      file_ids: [],
    };
    const context = { write_id: `bench-${number}`, marker: 'ct-bench', scope: '', results: [], before: undefined };
    await sandbox.send(await sandbox.prepare(command, 0, context), AbortSignal.timeout(60_000));
  };
  for (let from = 0; from < count; from += 200)
    await Promise.all(Array.from({ length: Math.min(200, count - from) }, (_none, index) => make(from + index)));
}
