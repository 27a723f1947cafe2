import { parseArgs } from 'node:util';
import * as z from 'zod/v4';
import { serveVendor } from './shared/open.ts';
import { type GivenOptions, Options } from './shared/options.ts';
import { vendorNamed } from './shared/vendors.ts';

/*
 * `npm run simulate -- <pms> --port <n> [--units <n>] [--seed <n>]`: serves a vendor's wire protocol over a made-up
 * portfolio until it is told to end. Prints one line of JSON on standard output when it is ready.
 */

const NUMBERS = ['port', 'units', 'properties', 'seed', 'now'] as const;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function readArguments(): { pms: string; options: GivenOptions; endWithStdin: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(NUMBERS.map((name) => [name, { type: 'string' as const }])),
      options: { type: 'string' },
      'end-with-stdin': { type: 'boolean' },
    },
  });
  const [pms, ...more] = positionals;
  if (pms === undefined || more.length > 0) return fail('usage: simulate <pms> --port <n> [--units <n>] [--seed <n>]');
  const given = values as Record<string, string | boolean | undefined>;
  const numbers = NUMBERS.flatMap((name) => (given[name] === undefined ? [] : [[name, Number(given[name])] as const]));
  const all = { ...(JSON.parse(String(given['options'] ?? '{}')) as object), ...Object.fromEntries(numbers) };
  const options = Options.safeParse(all);
  if (!options.success) return fail(z.prettifyError(options.error));
  return { pms, options: options.data, endWithStdin: given['end-with-stdin'] === true };
}

const { pms, options, endWithStdin } = readArguments();
const vendor = await vendorNamed(pms).catch((error: Error) => fail(error.message));
const { ready, close } = await serveVendor(vendor, options);

function end(): void {
  void close().finally(() => process.exit(0));
}
process.once('SIGTERM', end).once('SIGINT', end);
// Whoever started it for a test holds the other end: with it gone, nobody is left to end this process.
if (endWithStdin) process.stdin.once('end', end).once('error', end).resume();
process.stdout.write(`${JSON.stringify(ready)}\n`);
