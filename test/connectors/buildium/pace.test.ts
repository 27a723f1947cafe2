import { expect, it, onTestFinished } from 'vitest';
import type { ConnectorEnvironment, PaceLimits } from '../../../src/connectors/connector.ts';
import { create, settings } from '../../../src/connectors/buildium/connector.ts';
import { checkSettings, type ConnectionSettings } from '../../../src/config.ts';
import { createNetwork } from '../../../src/main/network.ts';
import { KeyRing } from '../../../src/store/keyring.ts';
import { openStore } from '../../../src/store/store.ts';
import { openSimulator } from '../../simulators/shared/open.ts';

/** More than one second's worth of what Buildium lets a key ask. */
const READS = 15;

/** Asks for many units at once, at the pace that `paced` makes of the connector's own limits. */
async function askAtOnce(paced: (limits: PaceLimits) => PaceLimits) {
  const simulator = await openSimulator('buildium', { units: 30, keep_requests: 0 });
  const store = openStore({ url: 'sqlite::memory:', clock: Date.now });
  await store.ready();
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
  const network = createNetwork({ store, keyring, owner: 'test', onLost: () => {} });
  onTestFinished(async () => {
    await network.close();
    await store.close();
    await simulator.close();
  });
  const { unit: units = [] } = await simulator.state();
  const connector = create(checkSettings(settings, simulator.connection as unknown as ConnectionSettings), {
    environment: (base_url, limits, deadline_ms): ConnectorEnvironment =>
      network.environment('main', base_url, paced(limits), deadline_ms),
  });
  const read = await Promise.allSettled(units.slice(0, READS).map(({ id }) => connector.get('unit', '', id)));
  const refused = read.filter(({ status }) => status === 'rejected').length;
  return { refused, ...(await simulator.requests()) };
}

it('keeps to the ten requests in a second that a key of Buildium has', async () => {
  const { refused, violations, throttled, total, most_under_way } = await askAtOnce((limits) => limits);
  expect({ refused, violations, throttled }).toEqual({ refused: 0, violations: 0, throttled: 0 });
  expect(total).toBeGreaterThanOrEqual(READS);
  expect(most_under_way).toBeLessThanOrEqual(10);
});

it('would not, if it knew of no limits', async () => {
  const { violations } = await askAtOnce(() => ({ windows: [] }));
  expect(violations).toBeGreaterThan(0);
});
