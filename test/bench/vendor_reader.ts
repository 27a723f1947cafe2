import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyRing } from '../../src/store/keyring.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import { openStore } from '../../src/store/store.ts';
import { loadMirror } from '../../src/sync/load.ts';
import type { RecordKind } from '../../src/model/records.ts';
import { connectTo } from '../connectors/rig.ts';

/*
 * A process that reads a whole portfolio from a simulator into a new mirror and says what it took:
 * node vendor_reader.ts '<what the simulator said when it was ready>' '<its mapping file>'
 */

/** A portfolio as an agent needs it: places, people, leases and work. */
const KINDS: readonly RecordKind[] = ['property', 'unit', 'household', 'resident', 'lease', 'work_order'];

const [ready = '', mappings = '{}'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'caretaker-bench-read-'));
const store = openStore({ url: `sqlite:${join(folder, 'store.db')}`, clock: Date.now });
const mirror = createMirror(store, KeyRing.fromEnvironment(undefined, { sandboxOnly: true }));
type Fetch = typeof globalThis.fetch;
const sent: [Fetch, ...Parameters<Fetch>][] = [];
const { connector, close } = await connectTo(JSON.parse(ready), JSON.parse(mappings), {}, (...request) =>
  sent.push(request),
);
try {
  await store.ready();
  let records = 0;
  const start = performance.now();
  const onProgress = ({ loaded }: { loaded: number }) => void (records = loaded);
  await loadMirror({ connector, connection: 'bench', mirror, clock: Date.now, kinds: KINDS, onProgress });
  const ms = performance.now() - start;
  // `maxRSS` is in KiB.
  const most_mib = process.resourceUsage().maxRSS / 1024;
  const again = [...sent];
  const restart = performance.now();
  for (const [fetch, url, init] of again) await (await fetch(url, { ...init, signal: null })).text();
  const bare_ms = performance.now() - restart;
  process.stdout.write(`${JSON.stringify({ ms, bare_ms, records, requests: again.length, most_mib })}\n`);
} finally {
  await close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
