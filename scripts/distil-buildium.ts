import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { distil } from '../test/simulators/buildium/contract/distil.ts';
import { OPERATIONS } from '../test/simulators/buildium/contract/operations.ts';

/* `node --import ./src/guard.mjs scripts/distil-buildium.ts <openapi.json>` writes the simulator's contract anew. */

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: distil-buildium <full OpenAPI document>\n');
  process.exit(2);
}
const target = resolve(import.meta.dirname, '../test/simulators/buildium/contract/buildium.json');
const contract = distil(JSON.parse(readFileSync(file, 'utf8')), OPERATIONS);
const style = await resolveConfig(target);
writeFileSync(target, await format(JSON.stringify(contract), { ...style, parser: 'json' }));
process.stderr.write(`${Object.keys(contract.operations).length} operations written to ${target}\n`);
