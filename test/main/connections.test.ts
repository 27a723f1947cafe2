import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Config, loadConfig } from '../../src/config.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { addPms, createConnectors, knownPms } from '../../src/main/connections.ts';

const clock = () => Date.UTC(2026, 2, 1);
const network = { environment: () => expect.fail('nobody reaches a PMS here') };

const closed: string[] = [];
addPms('opens', async ({ id }) => {
  const sandbox = createSandbox({ file: ':memory:', clock, seed: 7, units: 4, properties: 1 });
  const close = async () => {
    closed.push(id);
    await sandbox.close();
    if (id === 'stuck') throw new Error('it cannot be closed');
  };
  return Object.assign(Object.create(sandbox) as Connector, { close });
});
addPms('refuses', async () => {
  throw new Error('the password is missing');
});

/** A configuration with these connections, each an id and its PMS. */
function configured(...connections: (readonly [id: string, pms: string])[]): Config {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-test-'));
  const file = join(folder, 'caretaker.config.json');
  writeFileSync(file, JSON.stringify({ connections: connections.map(([id, pms]) => ({ id, pms })) }));
  try {
    return loadConfig({ file, cwd: folder, environment: {} }, { tools: [], pms: knownPms() });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('makes connectors in the order of the configuration', async () => {
  const made = await createConnectors(configured(['b', 'opens'], ['a', 'opens']), { clock, network });
  expect([...made.keys()]).toEqual(['b', 'a']);
  expect(closed.splice(0)).toEqual([]);
  for (const connector of made.values()) await connector.close();
  expect(closed.splice(0)).toEqual(['b', 'a']);
});

it('closes the connectors that were made where a later one cannot be, and says why that one could not', async () => {
  const config = configured(['stuck', 'opens'], ['b', 'opens'], ['c', 'refuses'], ['d', 'opens']);
  await expect(createConnectors(config, { clock, network })).rejects.toThrow('the password is missing');
  expect(closed.splice(0)).toEqual(['stuck', 'b']);
});
