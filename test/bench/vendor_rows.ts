import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startSimulator } from '../simulators/shared/start.ts';
import { vendorNames } from '../simulators/shared/vendors.ts';
import type { Figure } from './figures.ts';
import { emitVendorReader, VENDOR_READER_ENTRY } from './processes.ts';

const ROW = 'read-vendors';
const UNITS = 10_000;
const UNITS_QUICK = 1_000;
const MOST_SECONDS = 20;
const MOST_MIB = 300;
const LONGEST_MS = 10 * 60_000;

interface Read {
  ms: number;
  bare_ms: number;
  records: number;
  requests: number;
  most_mib: number;
}

/**
 * A full read of a portfolio from each vendor's simulator into a new mirror, both in processes of their own, with no
 * pace to keep. The reference is the same requests sent once more, one after another, whose answers are read and thrown
 * away.
 */
export async function readVendors(quick: boolean): Promise<Figure[]> {
  emitVendorReader();
  const figures: Figure[] = [];
  for (const pms of vendorNames()) {
    const units = quick ? UNITS_QUICK : UNITS;
    const simulator = await startSimulator(pms, { units, limits: {} });
    try {
      const mappings = JSON.stringify(await simulator.mappings());
      const ready = JSON.stringify({ pms, url: simulator.url, connection: simulator.connection });
      const { stdout } = await promisify(execFile)(process.execPath, [VENDOR_READER_ENTRY, ready, mappings], {
        timeout: LONGEST_MS,
      });
      const { ms, bare_ms, records, requests, most_mib } = JSON.parse(stdout) as Read;
      const measure = `${pms}, ${units} units: full read`;
      figures.push(
        {
          ...{ row: ROW, measure, value: ms / 1_000, unit: 's', goal: `≤ ${MOST_SECONDS} s` },
          ...{ reference: bare_ms / 1_000, ratio: ms / bare_ms, met: ms / 1_000 <= MOST_SECONDS },
          note: `${records} records in ${requests} requests`,
        },
        {
          ...{
            row: ROW,
            measure: `${measure}, memory at most`,
            value: most_mib,
            unit: 'MiB',
            goal: `≤ ${MOST_MIB} MiB`,
          },
          met: most_mib <= MOST_MIB,
        },
      );
    } finally {
      await simulator.close();
    }
  }
  return figures;
}
