import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAvailability } from './availability.ts';
import { type Figure, tableOf } from './figures.ts';
import { createOverHttp, readOverHttp } from './http_rows.ts';
import { searchIn, tokensByRole } from './portfolio_rows.ts';
import { emitReference } from './processes.ts';
import { restart } from './restart.ts';
import { readOverStdio, startOverStdio } from './stdio_rows.ts';
import { readVendors } from './vendor_rows.ts';
import { writeOverhead } from './write_overhead.ts';
import { writeRate } from './write_rate.ts';

/*
 * npm run bench [-- --quick] [-- --only <row>] [-- --profile <folder>]
 *
 * Every figure with a reference is measured in turns with it, so that whatever else the machine does hits both.
 */

/** A measurement that takes longer is given up. */
const LONGEST_MS = 30 * 60_000;

interface Options {
  quick: boolean;
  /** Folder for CPU profiles of the server while it creates. */
  profile: string | undefined;
}

const ROWS: Readonly<Record<string, (options: Options) => Promise<Figure[]>>> = {
  tokens: () => tokensByRole(),
  start: ({ quick }) => startOverStdio(quick),
  'read-stdio': ({ quick }) => readOverStdio(quick),
  'read-http': ({ quick }) => readOverHttp(quick),
  'create-http': ({ quick, profile }) => createOverHttp(quick, profile),
  'write-overhead': ({ quick }) => writeOverhead(quick),
  'write-rate': ({ quick }) => writeRate(quick),
  restart: ({ quick }) => restart(quick),
  'read-vendors': ({ quick }) => readVendors(quick),
  'parse-availability': async ({ quick }) => parseAvailability(quick),
  search: async ({ quick }) => [...(await searchIn(400, quick)), ...(await searchIn(quick ? 10_000 : 100_000, quick))],
};

const USAGE = `npm run bench -- [--quick] [--only ${Object.keys(ROWS).join('|')}] [--profile FOLDER]`;

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const asked = values.only === undefined ? Object.keys(ROWS) : [values.only];
if (asked.some((row) => ROWS[row] === undefined)) {
  process.stderr.write(`There is no such row.\n${USAGE}\n`);
  process.exit(2);
}
setTimeout(() => {
  process.stderr.write('The measurement took too long and was given up.\n');
  process.exit(1);
}, LONGEST_MS).unref();

emitReference();
const options: Options = {
  quick: values.quick === true,
  profile: values.profile === undefined ? undefined : resolve(values.profile),
};
const figures: Figure[] = [];
for (const row of asked) {
  process.stderr.write(`measuring ${row}\n`);
  figures.push(...((await ROWS[row]?.(options)) ?? []));
}

const at = new Date().toISOString();
const folder = resolve(import.meta.dirname, '../../bench-results');
mkdirSync(folder, { recursive: true });
const file = resolve(folder, `${at.slice(0, 19).replaceAll(':', '-')}.json`);
const machine = { node: process.version, cpus: availableParallelism(), model: cpus()[0]?.model };
writeFileSync(file, `${JSON.stringify({ at, quick: options.quick, machine, figures }, null, 2)}\n`);
process.stdout.write(`${tableOf(figures)}\n\nwritten to ${file}\n`);
