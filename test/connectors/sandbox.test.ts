import type { SimulatorHandle } from '../simulators/shared/handle.ts';
import { createFaulty } from '../simulators/faulty/connector.ts';
import { startFaulty } from '../simulators/faulty/start.ts';
import { environmentFor } from '../simulators/rig.ts';
import { describeConformance } from './conformance.ts';
import { NOW } from './rig.ts';

describeConformance({
  pms: 'sandbox',
  // Behind HTTP, because faults need a wire.
  async open() {
    const simulator = await startFaulty({ units: 24, now: NOW });
    const time = { now: NOW };
    const connector = createFaulty(
      simulator.connection,
      environmentFor(simulator.url, () => time.now),
    );
    return {
      ...{ connector, time, drift: [], secrets: ['none'] },
      simulator: simulator as unknown as SimulatorHandle,
      close: () => simulator.stop(),
    };
  },
});
