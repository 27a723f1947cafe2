import { afterAll, expect, it } from 'vitest';
import { describeOnEveryEngine } from '../../store/engines.ts';
import { createChildren } from './children.ts';
import { openMatrix } from './matrix.ts';
import { SCENARIOS } from './scenarios.ts';

/*
 * The crash matrix: a process is killed at its first boundary, another one at its second, and so on until one gets
 * through; each time this process recovers what was left. A boundary is a moment before or after a commit of the ledger
 * or a request to the PMS. No request fails, so that whatever can be looked up has to end as done.
 *
 * On SQLite every boundary of every scenario is tried. On PostgreSQL, where the same code makes the same commits, every
 * third one is.
 */

const children = createChildren(2);
afterAll(() => children.close());

describeOnEveryEngine('a ledger whose process is killed', (open) => {
  it.each(SCENARIOS)('does nothing twice and leaves nothing undone: $name', async (scenario) => {
    const matrix = await openMatrix(open, scenario, children);
    const { engine } = await open();
    const stride = engine === 'sqlite' ? 1 : 3;
    let rounds = 1;
    try {
      while (await matrix.round(1 + (rounds - 1) * stride)) rounds += 1;
      // Intent, request and proof alone have six boundaries.
      expect(rounds * stride).toBeGreaterThan(6);
      await matrix.judgeAll();
    } finally {
      await matrix.close();
    }
  });
});
