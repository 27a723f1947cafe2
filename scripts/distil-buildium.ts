import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
writeFileSync(target, `${JSON.stringify(contract, null, 1)}\n`);
process.stderr.write(`${Object.keys(contract.operations).length} operations written to ${target}\n`);
