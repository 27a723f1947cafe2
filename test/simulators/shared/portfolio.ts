import { createSandbox, type SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { type Options, propertiesOf } from './options.ts';

/** The portfolio that a simulator starts with, in canonical form: the same for the same seed, size and clock. */
export async function makePortfolio(options: Options, clock: () => number): Promise<SandboxState> {
  const { seed, units } = options;
  const sandbox = createSandbox({ file: ':memory:', clock, seed, units, properties: propertiesOf(options) });
  try {
    return await sandbox.state();
  } finally {
    await sandbox.close();
  }
}
