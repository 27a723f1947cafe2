import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import '../../src/guard.mjs';
import type { Connector, Finding, ValueList } from '../../src/connectors/connector.ts';
import { MappingFile, withMappings } from '../../src/connectors/kit/value_tables.ts';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { run } from '../../src/main/cli.ts';
import { addPms } from '../../src/main/connections.ts';
import { inferring } from '../tools/guessed.ts';

/*
 * The command line with a PMS of which little was ever seen: the embedded one, with lists of its own, a permission that
 * can be taken away, answers that have changed, and money and leases that are only guessed at.
 */

const LISTS: readonly ValueList[] = [
  {
    table: 'severity',
    values: [
      { raw: '1', name: 'Emergency' },
      { raw: '2', name: 'High' },
      { raw: '3', name: 'Standard' },
      { raw: '9', name: 'Someday' },
    ],
  },
  { table: 'lead_source', values: [{ raw: 'ls-7', name: 'Apartment Guide' }] },
  {
    table: 'agent',
    values: [
      { raw: 'a-1', name: 'Ada Byron' },
      { raw: 'a-2', name: 'Grace Murray' },
    ],
  },
];

addPms('guessed', async (given, { base, clock, environment }) => {
  const sandbox = createSandbox({ file: resolve(base, 'pms.db'), clock, seed: 1, units: 24, properties: 2 });
  const { onDrift } = environment('http://127.0.0.1:9', { windows: [] });
  const file = given['mappings'] === undefined ? undefined : join(base, String(given['mappings']));
  const mappings =
    file !== undefined && existsSync(file) ? MappingFile.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const check = async (): Promise<Finding[]> => {
    onDrift?.({ what: 'missing_field', path: 'work_order.Task.Priority' });
    return [
      { area: 'credentials', ok: true, detail: 'the PMS answers' },
      { area: 'permission: Bills', ok: given['bills'] !== false, detail: 'the user needs the right to enter bills' },
    ];
  };
  return {
    ...inferring(sandbox, ['post_charge', 'reverse_charge', 'update_lease']),
    tables: withMappings({}, mappings),
    check,
    valueLists: async () => LISTS,
  } satisfies Connector;
});

await run(process.argv.slice(2));
