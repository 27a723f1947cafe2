import { readFileSync } from 'node:fs';
import contract from '../test/simulators/buildium/contract/buildium.json' with { type: 'json' };
import { differences, distil } from '../test/simulators/buildium/contract/distil.ts';
import { OPERATIONS } from '../test/simulators/buildium/contract/operations.ts';

/*
 * `npm run contract -- <full OpenAPI document>`: lists where the vendor's document of today differs from the contract
 * that the simulator was built to. Exit code 0 where it does not, 1 where it does, 2 where the document cannot be read.
 */

function theirs(file: string | undefined): unknown {
  if (file === undefined) throw new Error('usage: npm run contract -- <full OpenAPI document>');
  return distil(JSON.parse(readFileSync(file, 'utf8')), OPERATIONS);
}

try {
  const found = differences(contract, theirs(process.argv[2]));
  for (const difference of found) process.stdout.write(`${difference}\n`);
  process.stderr.write(found.length === 0 ? 'no differences\n' : `${found.length} differences\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
