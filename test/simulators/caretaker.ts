import '../../src/guard.mjs';
import { addPms } from '../../src/main/connections.ts';
import { run } from '../../src/main/cli.ts';
import { createFaulty } from './faulty/connector.ts';
import { Settings } from './faulty/options.ts';

/* Caretaker's own command line with the faulty PMS among those that can be connected; for tests and benchmarks. */

addPms('faulty', async (given, surroundings) => {
  const { base_url, limits, deadline_ms } = Settings.parse(given);
  return createFaulty(given, surroundings.environment(base_url, limits, deadline_ms));
});

await run(process.argv.slice(2));
